//! The border to Python: what comes in is checked, what goes wrong becomes a `KernelError`, and no panic crosses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
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
