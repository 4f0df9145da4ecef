"""KoalaBear and its extension by galois, an independent implementation."""

from typing import Any

import galois
import numpy as np

from prover.engine import Extension
from verifier.field import P

BASE: Any = galois.GF(P)
MODULUS: Any = galois.Poly([1, 0, 0, 1, 0, P - 1], field=BASE)


def polynomial(value: Extension) -> Any:
    """An extension element as a residue class representative."""
    return galois.Poly([int(v) for v in reversed(value)], field=BASE)


def extension(value: Any) -> Extension:
    """The five coefficients of a residue class, constant term first."""
    coefficients = [int(v) for v in (value % MODULUS).coefficients(5, order="asc")]
    a, b, c, d, e = coefficients
    return a, b, c, d, e


def inverse(value: Extension) -> Extension:
    """By the extended Euclidean algorithm."""
    divisor, factor, _ = galois.egcd(polynomial(value), MODULUS)
    scale = BASE(1) / divisor.coefficients()[-1]
    return extension(factor * galois.Poly([int(scale)], field=BASE))


def lagrange(points: list[int], values: list[int]) -> Any:
    """The polynomial of least degree through base points."""
    return galois.lagrange_poly(BASE(points), BASE(values))


def evaluate(coefficients: Any, point: Extension) -> Extension:
    """A base polynomial at an extension point, by Horner's rule."""
    x, result = polynomial(point), galois.Poly([0], field=BASE)
    for coefficient in coefficients.coefficients():
        result = (result * x + galois.Poly([int(coefficient)], field=BASE)) % MODULUS
    return extension(result)


def base_array(values: Any) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Base elements as the engines write them."""
    return np.array([int(v) for v in values], dtype=np.uint32)
