//! The rows of the table of Poseidon2 compressions (`circuits/tables/poseidon2.py`), one compression a row.
//! `prover/reference_poseidon2.py` says the same in numpy.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use pyo3::FromPyObject;
use rayon::prelude::*;

use crate::border::{Outcome, refuse};
use crate::commitment::{Words, check_canonical};
use crate::field::{F, PRIME};
use crate::layout::{Layout, places};

const WIDTH: usize = 16;
const DIGEST: usize = 8;
const BLOCK: usize = 4;
const FULL_ROUNDS: usize = 4;
const PARTIAL_ROUNDS: usize = 20;
const ROWS_AT_ONCE: usize = 64;

/// What `prover.kernel_poseidon2.Poseidon2Constants` holds.
#[derive(FromPyObject)]
pub struct Constants {
    first: [[u32; WIDTH]; FULL_ROUNDS],
    partial: [u32; PARTIAL_ROUNDS],
    last: [[u32; WIDTH]; FULL_ROUNDS],
    diagonal: [u32; WIDTH],
}

/// The same as field elements.
struct Parameters {
    first: [State; FULL_ROUNDS],
    partial: [F; PARTIAL_ROUNDS],
    last: [State; FULL_ROUNDS],
    diagonal: State,
}

type State = [F; WIDTH];

impl Constants {
    fn parameters(&self) -> Outcome<Parameters> {
        let full = self.first.iter().chain(&self.last).flatten();
        if full.chain(&self.partial).chain(&self.diagonal).any(|&word| word >= PRIME) {
            return refuse("a constant of Poseidon2 is out of range");
        }
        Ok(Parameters {
            first: self.first.map(|round| round.map(F::new)),
            partial: self.partial.map(F::new),
            last: self.last.map(|round| round.map(F::new)),
            diagonal: self.diagonal.map(F::new),
        })
    }
}

/// Write all cells of `matrix`, rows of `width`: the compressions of `inputs`, of zeros where these end, none asked for.
pub fn fill(
    matrix: &mut [u32],
    width: usize,
    layout: &Layout,
    constants: &Constants,
    inputs: Words,
) -> Outcome<()> {
    let [left, right, first, cubes, middle, digest, asked] = places(
        layout,
        width,
        [
            ("left", DIGEST),
            ("right", DIGEST),
            ("first", FULL_ROUNDS * WIDTH),
            ("cubes", PARTIAL_ROUNDS),
            ("middle", (FULL_ROUNDS - 1) * WIDTH),
            ("digest", DIGEST),
            ("asked", 1),
        ],
    )?;
    let parameters = constants.parameters()?;
    if inputs.width != WIDTH {
        return refuse("the inputs have the wrong shape");
    }
    check_canonical(inputs.words)?;
    if matrix.len() / width < inputs.rows {
        return refuse("the table has fewer rows than the compressions");
    }
    let given = inputs.words.as_chunks::<WIDTH>().0;
    let write = |row: &mut [u32], input: &[u32; WIDTH]| {
        row[left..left + DIGEST].copy_from_slice(&input[..DIGEST]);
        row[right..right + DIGEST].copy_from_slice(&input[DIGEST..]);
        row[asked] = 0;
        let input = input.map(F::new);
        let mut state = outer_layer(&input);
        for (number, constants) in parameters.first.iter().enumerate() {
            state = full_round(&state, constants);
            write_elements(&mut row[first + WIDTH * number..][..WIDTH], &state);
        }
        for (number, &constant) in parameters.partial.iter().enumerate() {
            state[0] = (state[0] + constant).cube();
            row[cubes + number] = state[0].as_canonical_u32();
            let total: F = state.into_iter().sum();
            state = std::array::from_fn(|i| total + parameters.diagonal[i] * state[i]);
        }
        for (number, constants) in parameters.last.iter().enumerate() {
            state = full_round(&state, constants);
            if number < FULL_ROUNDS - 1 {
                write_elements(&mut row[middle + WIDTH * number..][..WIDTH], &state);
            }
        }
        let sums: [F; DIGEST] = std::array::from_fn(|i| state[i] + input[i]);
        write_elements(&mut row[digest..digest + DIGEST], &sums);
    };
    matrix.par_chunks_mut(ROWS_AT_ONCE * width).enumerate().for_each(|(chunk, cells)| {
        for (at, row) in (ROWS_AT_ONCE * chunk..).zip(cells.chunks_exact_mut(width)) {
            write(row, given.get(at).unwrap_or(&[0; WIDTH]));
        }
    });
    Ok(())
}

fn write_elements(cells: &mut [u32], values: &[F]) {
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = value.as_canonical_u32();
    }
}

fn full_round(state: &State, constants: &State) -> State {
    outer_layer(&std::array::from_fn(|i| (state[i] + constants[i]).cube()))
}

/// circ(2M, M, M, M), M = circ(2, 3, 1, 1).
fn outer_layer(state: &State) -> State {
    let mut mixed = *state;
    for block in mixed.as_chunks_mut::<BLOCK>().0 {
        let total: F = block.iter().copied().sum();
        *block = std::array::from_fn(|i| total + block[i] + block[(i + 1) % BLOCK].double());
    }
    let sums: [F; BLOCK] = std::array::from_fn(|i| (0..WIDTH / BLOCK).map(|at| mixed[BLOCK * at + i]).sum());
    std::array::from_fn(|i| mixed[i] + sums[i % BLOCK])
}
