//! The numeric verbs of the Sequitur prover as the Python module `prover._kernel`; `prover/engine.py` says what each means.

mod blocks;
mod border;
mod commitment;
mod extension;
mod field;
mod fractions;
mod fri;
mod hash;
mod layout;
mod lookup;
mod machine;
mod memory;
mod opening;
mod program;
mod quotient;
mod rows;
mod schedule;
mod tree;
mod witness_keccak;
mod witness_poseidon2;
mod witness_secp256k1;
mod witness_sha256;

use pyo3::prelude::*;

/// Column arithmetic over KoalaBear.
#[pymodule]
mod _kernel {
    use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
    use pyo3::prelude::*;
    use pyo3::types::{PyBytes, PyTuple};

    use crate::border::{
        BlocksArgument, CellsArgument, ExtensionArgument, ExtensionTuple, Index, KernelError, LimbsArgument,
        MatrixArgument, Outcome, compute, extension_tuple, matrix, refuse, required, rows,
    };
    use crate::commitment::{self, Words};
    use crate::field::{DEGREE, stored, stored_extension};
    use crate::hash::{self, Digest};
    use crate::opening::{self, Term};
    use crate::program::{self, Table};
    use crate::quotient::{Challenges, Committed};
    use crate::witness_secp256k1::Relations;
    use crate::{
        fri, lookup as lookups, quotient as quotients, witness_keccak, witness_poseidon2, witness_secp256k1,
        witness_sha256,
    };

    /// A constraint program prepared for evaluation.
    #[pyclass(frozen, module = "prover._kernel")]
    struct Loaded {
        program: program::Program,
    }

    #[pymethods]
    impl Loaded {
        #[getter]
        fn tables(&self) -> usize {
            self.program.tables.len()
        }
    }

    impl Loaded {
        fn table(&self, index: usize) -> PyResult<&Table> {
            self.program.tables.get(index).ok_or_else(|| KernelError::new_err("no such table in the program"))
        }
    }

    /// Extended matrices and their tree.
    #[pyclass(frozen, module = "prover._kernel")]
    struct Commitment {
        held: commitment::Commitment,
    }

    #[pymethods]
    impl Commitment {
        #[getter]
        fn root<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
            PyBytes::new(py, &self.held.root())
        }

        #[getter]
        fn log_heights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
            let log = |p: &Option<commitment::Place>| {
                p.map_or(-1, |p| self.held.classes[p.class].log_height as i64)
            };
            PyTuple::new(py, self.held.places.iter().map(log))
        }
    }

    #[pyfunction]
    fn load(py: Python, program: &[u8]) -> PyResult<Loaded> {
        Ok(Loaded { program: compute(py, || program::Program::decode(program))? })
    }

    #[pyfunction]
    fn commit(py: Python, matrices: Vec<Option<MatrixArgument>>, log_blowup: Index) -> PyResult<Commitment> {
        let words: Vec<Option<Words>> =
            matrices.iter().map(|m| m.as_ref().map(MatrixArgument::words)).collect();
        Ok(Commitment { held: compute(py, || commitment::Commitment::new(&words, log_blowup.0))? })
    }

    #[pyfunction]
    fn lookup<'py>(
        py: Python<'py>,
        loaded: &Loaded,
        table: Index,
        main: MatrixArgument,
        preprocessed: Option<MatrixArgument>,
        alpha: ExtensionArgument,
        beta: ExtensionArgument,
    ) -> PyResult<(Bound<'py, PyArray2<u32>>, ExtensionTuple)> {
        let table = loaded.table(table.0)?;
        let (main, fixed) = (main.words(), preprocessed.as_ref().map(MatrixArgument::words));
        let (words, width, total) = compute(py, || lookups::lookup(table, main, fixed, alpha.0, beta.0))?;
        Ok((matrix(py, words, main.rows, width)?, extension_tuple(&total)))
    }

    #[pyfunction]
    #[allow(clippy::too_many_arguments)]
    fn quotient<'py>(
        py: Python<'py>,
        loaded: &Loaded,
        table: Index,
        log_height: Index,
        main: (Option<PyRef<Commitment>>, Option<PyRef<Commitment>>),
        preprocessed: Option<PyRef<Commitment>>,
        lookup: Option<PyRef<Commitment>>,
        challenges: [ExtensionArgument; 4],
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let committed = Committed {
            waves: [main.0.as_ref().map(|c| &c.held), main.1.as_ref().map(|c| &c.held)],
            preprocessed: preprocessed.as_ref().map(|c| &c.held),
            lookup: lookup.as_ref().map(|c| &c.held),
        };
        let [alpha, beta, gamma, total] = challenges.map(|c| c.0);
        let challenges = Challenges { alpha, beta, gamma, total };
        let held = loaded.table(table.0)?;
        let words =
            compute(py, || quotients::quotient(held, table.0, log_height.0, &committed, &challenges))?;
        matrix(py, words, 1 << log_height.0, 2 * DEGREE)
    }

    #[pyfunction]
    fn evaluate<'py>(
        py: Python<'py>,
        commitment: &Commitment,
        table: Index,
        point: ExtensionArgument,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let (words, width) = compute(py, || opening::evaluate(&commitment.held, table.0, point.0))?;
        matrix(py, words, width, DEGREE)
    }

    /// A term as Python hands it over: commitment, table, columns, point, opened, power of theta, theta.
    type TermArgument<'py> = (
        PyRef<'py, Commitment>,
        Index,
        Vec<Index>,
        ExtensionArgument,
        MatrixArgument<'py>,
        ExtensionArgument,
        ExtensionArgument,
    );

    #[pyfunction]
    fn combine<'py>(
        py: Python<'py>,
        log_size: Index,
        terms: Vec<TermArgument<'py>>,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let terms: Vec<Term> = terms.iter().map(term).collect::<Outcome<_>>()?;
        let words = compute(py, || opening::combine(log_size.0, &terms))?;
        let rows = words.len() / DEGREE;
        matrix(py, words, rows, DEGREE)
    }

    fn term<'a>((held, table, columns, point, opened, power, theta): &'a TermArgument) -> Outcome<Term<'a>> {
        let values = opened.words();
        if values.width != DEGREE {
            return refuse("opened values have the wrong shape");
        }
        commitment::check_canonical(values.words)?;
        let (opened, _) = stored(values.words).as_chunks::<DEGREE>();
        Ok(Term {
            commitment: &held.held,
            table: table.0,
            columns: columns.iter().map(|c| c.0).collect(),
            point: point.0,
            opened: opened.iter().map(|v| stored_extension(v)).collect(),
            theta_power: power.0,
            theta: theta.0,
        })
    }

    #[pyfunction]
    fn commit_layer(py: Python, values: MatrixArgument, log_arity: Index) -> PyResult<Commitment> {
        let words = values.vector()?;
        let held = compute(py, || {
            fri::check_groups(words, log_arity.0)?;
            commitment::Commitment::of_rows(words, DEGREE << log_arity.0)
        })?;
        Ok(Commitment { held })
    }

    #[pyfunction]
    fn fold<'py>(
        py: Python<'py>,
        values: MatrixArgument,
        log_arity: Index,
        phi: ExtensionArgument,
        roll_in: Option<MatrixArgument>,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let words = values.vector()?;
        let added = roll_in.as_ref().map(MatrixArgument::vector).transpose()?;
        let folded = compute(py, || fri::fold(words, log_arity.0, phi.0, added))?;
        let rows = folded.len() / DEGREE;
        matrix(py, folded, rows, DEGREE)
    }

    #[pyfunction]
    fn interpolate<'py>(py: Python<'py>, values: MatrixArgument) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let words = values.vector()?;
        let parts = compute(py, || fri::interpolate(words))?;
        let rows = parts.len() / DEGREE;
        matrix(py, parts, rows, DEGREE)
    }

    #[pyfunction]
    #[allow(clippy::type_complexity)]
    fn open<'py>(
        py: Python<'py>,
        commitment: &Commitment,
        indices: Vec<Index>,
    ) -> PyResult<(Vec<Bound<'py, PyArray2<u32>>>, Vec<Bound<'py, PyBytes>>)> {
        let indices: Vec<usize> = indices.into_iter().map(|i| i.0).collect();
        let (rows, siblings) = compute(py, || commitment.held.open(&indices))?;
        let rows = rows.into_iter().map(|(words, rows, width)| matrix(py, words, rows, width));
        Ok((rows.collect::<PyResult<_>>()?, siblings.iter().map(|d| PyBytes::new(py, d)).collect()))
    }

    #[pyfunction]
    fn grind(py: Python, prefix: &[u8], bits: Index) -> PyResult<u64> {
        compute(py, || hash::grind(prefix, u32::try_from(bits.0).unwrap_or(u32::MAX)))
    }

    #[pyfunction]
    fn sha256<'py>(py: Python<'py>, messages: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let invalid = |_| KernelError::new_err("messages are not a C-contiguous matrix of bytes");
        let messages: PyReadonlyArray2<u8> = messages.extract().map_err(|e: PyErr| invalid(e.to_string()))?;
        let (count, length) = (messages.shape()[0], messages.shape()[1]);
        let bytes = messages.as_slice().map_err(|e| invalid(e.to_string()))?;
        let digests = compute(py, || {
            let mut digests: Vec<Digest> = vec![[0; 32]; count];
            hash::hash_many_parallel(bytes, length, &mut digests);
            Ok(digests.into_flattened())
        })?;
        PyArray1::from_vec(py, digests).reshape([count, 32])
    }

    #[pyfunction]
    fn fill_sha256(
        py: Python,
        mut cells: CellsArgument,
        layout: Bound<'_, PyAny>,
        constants: Bound<'_, PyAny>,
        blocks: BlocksArgument,
        named: MatrixArgument,
    ) -> PyResult<()> {
        let layout = required(&layout, "a layout")?;
        let (rounds, initial) = required(&constants, "the constants of SHA-256")?;
        let constants = witness_sha256::Constants { rounds, initial };
        let (words, width) = cells.words();
        let (blocks, named) = (blocks.blocks()?, named.words());
        compute(py, || witness_sha256::fill(words, width, &layout, &constants, blocks, named))
    }

    #[pyfunction]
    fn fill_keccak(
        py: Python,
        mut cells: CellsArgument,
        layout: Bound<'_, PyAny>,
        schedule: Bound<'_, PyAny>,
        blocks: BlocksArgument,
        named: MatrixArgument,
    ) -> PyResult<()> {
        let layout = required(&layout, "a layout")?;
        let schedule = required(&schedule, "a schedule of Keccak")?;
        let (words, width) = cells.words();
        let (blocks, named) = (blocks.blocks()?, named.words());
        compute(py, || witness_keccak::fill(words, width, &layout, &schedule, blocks, named))
    }

    #[pyfunction]
    fn fill_poseidon2(
        py: Python,
        mut cells: CellsArgument,
        layout: Bound<'_, PyAny>,
        constants: Bound<'_, PyAny>,
        inputs: MatrixArgument,
    ) -> PyResult<()> {
        let layout = required(&layout, "a layout")?;
        let constants = required(&constants, "the constants of Poseidon2")?;
        let ((words, width), inputs) = (cells.words(), inputs.words());
        compute(py, || witness_poseidon2::fill(words, width, &layout, &constants, inputs))
    }

    #[pyfunction]
    fn walk_ladders<'py>(
        py: Python<'py>,
        starts: BlocksArgument,
        addends: BlocksArgument,
        labels: BlocksArgument,
    ) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let (starts, addends, labels) = (starts.blocks()?, addends.blocks()?, labels.blocks::<1>()?);
        let steps = compute(py, || witness_secp256k1::walk(starts, addends, labels.as_flattened()))?;
        rows(py, steps)
    }

    /// Quotients, whether they are negative, carries.
    type SolvedRelations<'py> =
        (Bound<'py, PyArray2<u8>>, Bound<'py, PyArray1<u8>>, Bound<'py, PyArray2<i32>>);

    #[pyfunction]
    fn solve_relations<'py>(
        py: Python<'py>,
        left: LimbsArgument,
        right: LimbsArgument,
        linear: LimbsArgument,
        of_order: BlocksArgument,
        halves: bool,
    ) -> PyResult<SolvedRelations<'py>> {
        let relations = Relations {
            left: left.limbs()?,
            right: right.limbs()?,
            linear: linear.limbs()?,
            of_order: of_order.blocks::<1>()?.as_flattened(),
            halves,
        };
        let solved = compute(py, || witness_secp256k1::solve(&relations))?;
        let negative = PyArray1::from_vec(py, solved.negative);
        Ok((rows(py, solved.quotients)?, negative, rows(py, solved.carries)?))
    }

    /// Bytes held by living commitments.
    #[pyfunction]
    fn memory_in_use() -> usize {
        commitment::memory_in_use()
    }

    /// Lanes of the SIMD build this module was compiled to.
    #[pyfunction]
    fn lanes() -> usize {
        crate::field::LANES
    }
}
