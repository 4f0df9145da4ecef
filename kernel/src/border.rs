//! The border to Python: what comes in is checked, what goes wrong becomes a `KernelError`, and no panic crosses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use numpy::{
    Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyReadwriteArray2, PyUntypedArrayMethods,
};
use p3_field::{BasedVectorSpace, PrimeField32};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::commitment::Words;
use crate::field::{DEGREE, F, K, PRIME, coefficients};

pyo3::import_exception!(prover.engine, KernelError);

/// Why a verb cannot be carried out.
#[derive(Debug)]
pub struct Refusal(pub String);

pub type Outcome<T> = Result<T, Refusal>;

pub fn refuse<T>(reason: &str) -> Outcome<T> {
    Err(Refusal(reason.to_owned()))
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        KernelError::new_err(refusal.0)
    }
}

/// Compute without the interpreter lock; a panic becomes an error.
pub fn compute<T: Send>(py: Python, work: impl FnOnce() -> Outcome<T> + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<String>().cloned();
            let message = message.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            refuse(&format!("the kernel failed: {}", message.unwrap_or_default()))
        })
        .map_err(PyErr::from)
}

/// A matrix of canonical words borrowed from numpy.
pub struct MatrixArgument<'py>(PyReadonlyArray2<'py, u32>);

impl<'py> FromPyObject<'_, 'py> for MatrixArgument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(array) = object.cast::<PyArray2<u32>>() else {
            return Err(KernelError::new_err("a matrix is not a two-dimensional uint32 array"));
        };
        if !array.is_c_contiguous() {
            return Err(KernelError::new_err("a matrix is not C-contiguous"));
        }
        match array.try_readonly() {
            Ok(readonly) => Ok(Self(readonly)),
            Err(error) => Err(KernelError::new_err(error.to_string())),
        }
    }
}

impl MatrixArgument<'_> {
    pub fn words(&self) -> Words<'_> {
        let [rows, width] = [self.0.shape()[0], self.0.shape()[1]];
        Words { words: self.0.as_slice().expect("checked to be contiguous"), rows, width }
    }

    /// The words of a vector of extension elements.
    pub fn vector(&self) -> Outcome<&[u32]> {
        let words = self.words();
        if words.width != DEGREE || words.rows == 0 {
            return refuse("not a vector of extension elements");
        }
        Ok(words.words)
    }
}

/// A matrix that is filled where numpy holds it.
pub struct CellsArgument<'py>(PyReadwriteArray2<'py, u32>);

impl<'py> FromPyObject<'_, 'py> for CellsArgument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(array) = object.cast::<PyArray2<u32>>() else {
            return Err(KernelError::new_err("a matrix to fill is not a two-dimensional uint32 array"));
        };
        if !array.is_c_contiguous() {
            return Err(KernelError::new_err("a matrix to fill is not C-contiguous"));
        }
        array.try_readwrite().map(Self).map_err(|error| KernelError::new_err(error.to_string()))
    }
}

impl CellsArgument<'_> {
    /// The cells, row after row, and the width of a row.
    pub fn words(&mut self) -> (&mut [u32], usize) {
        let width = self.0.shape()[1];
        (self.0.as_slice_mut().expect("checked to be contiguous"), width)
    }
}

/// Blocks of bytes, a row each.
pub struct BlocksArgument<'py>(PyReadonlyArray2<'py, u8>);

impl<'py> FromPyObject<'_, 'py> for BlocksArgument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<PyReadonlyArray2<u8>>() {
            Ok(array) if array.is_c_contiguous() => Ok(Self(array)),
            _ => Err(KernelError::new_err("blocks are not a C-contiguous matrix of bytes")),
        }
    }
}

impl BlocksArgument<'_> {
    pub fn blocks<const N: usize>(&self) -> Outcome<&[[u8; N]]> {
        if self.0.shape()[1] != N {
            return refuse(&format!("a block is not of {N} bytes"));
        }
        Ok(self.0.as_slice().expect("checked to be contiguous").as_chunks().0)
    }
}

/// Rows of signed limbs.
pub struct LimbsArgument<'py>(PyReadonlyArray2<'py, i32>);

impl<'py> FromPyObject<'_, 'py> for LimbsArgument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<PyReadonlyArray2<i32>>() {
            Ok(array) if array.is_c_contiguous() => Ok(Self(array)),
            _ => Err(KernelError::new_err("limbs are not a C-contiguous matrix of int32")),
        }
    }
}

impl LimbsArgument<'_> {
    pub fn limbs<const N: usize>(&self) -> Outcome<&[[i32; N]]> {
        if self.0.shape()[1] != N {
            return refuse(&format!("an integer is not of {N} limbs"));
        }
        Ok(self.0.as_slice().expect("checked to be contiguous").as_chunks().0)
    }
}

/// Any other argument, or a `KernelError` that says what it is not.
pub fn required<'a, 'py, T>(object: &'a Bound<'py, PyAny>, what: &str) -> PyResult<T>
where
    T: FromPyObject<'a, 'py>,
{
    object.extract().map_err(|error: T::Error| {
        let error: PyErr = error.into();
        KernelError::new_err(format!("not {what}: {error}"))
    })
}

/// An extension element given as five canonical integers.
#[derive(Clone, Copy)]
pub struct ExtensionArgument(pub K);

impl FromPyObject<'_, '_> for ExtensionArgument {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match object.extract::<[u32; DEGREE]>() {
            Ok(words) if words.iter().all(|&w| w < PRIME) => {
                Ok(Self(K::from_basis_coefficients_fn(|i| F::new(words[i]))))
            }
            _ => Err(KernelError::new_err("not a canonical extension element")),
        }
    }
}

/// A non-negative count or index.
pub struct Index(pub usize);

impl FromPyObject<'_, '_> for Index {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        object.extract::<usize>().map(Self).map_err(|_| KernelError::new_err("not a usable index"))
    }
}

/// An extension element as Python sees it.
pub type ExtensionTuple = (u32, u32, u32, u32, u32);

pub fn extension_tuple(value: &K) -> ExtensionTuple {
    let [a, b, c, d, e] = coefficients(value).map(|v| v.as_canonical_u32());
    (a, b, c, d, e)
}

/// Hand words to numpy without copying.
pub fn matrix(
    py: Python<'_>,
    words: Vec<u32>,
    rows: usize,
    width: usize,
) -> PyResult<Bound<'_, PyArray2<u32>>> {
    PyArray1::from_vec(py, words).reshape([rows, width]).map_err(|e| PyValueError::new_err(e.to_string()))
}

/// Hand rows of equal length to numpy without copying.
pub fn rows<T: Element, const N: usize>(
    py: Python<'_>,
    rows: Vec<[T; N]>,
) -> PyResult<Bound<'_, PyArray2<T>>> {
    let count = rows.len();
    PyArray1::from_vec(py, rows.into_flattened())
        .reshape([count, N])
        .map_err(|e| PyValueError::new_err(e.to_string()))
}
