"""KoalaBear and its quintic extension on numpy arrays: plain, slow and easy to check.

Base elements are canonical ``uint64`` values below P, so that a product of two fits; extension elements add a
last axis of five coefficients of 1, X, .. X^4 modulo X^5 + X^2 - 1.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from verifier.field import P, root_of_unity

Field = npt.NDArray[np.uint64]

PRIME = np.uint64(P)


def bit_reversal(log_size: int) -> npt.NDArray[np.int64]:
    """The permutation that reverses the ``log_size`` bits of each index."""
    indices = np.arange(1 << log_size, dtype=np.int64)
    reversed_indices = np.zeros_like(indices)
    for bit in range(log_size):
        reversed_indices |= ((indices >> bit) & 1) << (log_size - 1 - bit)
    return reversed_indices


def powers(base: int, count: int, start: int = 1) -> Field:
    """start·base^i for i below ``count``."""
    values = np.empty(count, dtype=np.uint64)
    values[:1] = start
    filled = 1
    while filled < count:
        step = min(filled, count - filled)
        values[filled : filled + step] = values[:step] * np.uint64(pow(base, filled, P)) % PRIME
        filled += step
    return values


def negate(a: Field) -> Field:
    """-a."""
    return (PRIME - a) % PRIME


def subtract(a: Field, b: Field | np.uint64) -> Field:
    """a - b."""
    return (a + (PRIME - b)) % PRIME


def invert(a: Field) -> Field:
    """a^(P-2): zero where a is zero."""
    result = np.ones_like(a)
    for bit in bin(P - 2)[2:]:
        result = result * result % PRIME
        if bit == "1":
            result = result * a % PRIME
    return result


def transform(values: Field, root: int) -> Field:
    """Evaluate, along the first axis, the polynomials with these coefficients at 1, root, root^2, ..

    The axis has a power-of-two length n and ``root`` has order n. Sum over the two halves of the exponent
    (radix two, decimation in time).
    """
    size = values.shape[0]
    if size == 1:
        return values.copy()
    even = transform(values[0::2], root * root % P)
    odd = transform(values[1::2], root * root % P)
    twiddles = powers(root, size // 2).reshape((-1,) + (1,) * (values.ndim - 1))
    odd = odd * twiddles % PRIME
    return np.concatenate([(even + odd) % PRIME, subtract(even, odd)])


def coefficients(values: Field, shift: int = 1) -> Field:
    """Interpolate along the first axis from evaluations at shift·ω^i in natural order."""
    size = values.shape[0]
    inverse_root = pow(root_of_unity(size.bit_length() - 1), -1, P)
    scale = powers(pow(shift, -1, P), size, pow(size, -1, P)).reshape((-1,) + (1,) * (values.ndim - 1))
    return transform(values, inverse_root) * scale % PRIME


def evaluations(coefficient_rows: Field, log_size: int, shift: int) -> Field:
    """Evaluate along the first axis at shift·ω^i, i below 2**log_size, in natural order."""
    size = 1 << log_size
    count = coefficient_rows.shape[0]
    padded = np.zeros((size, *coefficient_rows.shape[1:]), dtype=np.uint64)
    scale = powers(shift, count).reshape((-1,) + (1,) * (coefficient_rows.ndim - 1))
    padded[:count] = coefficient_rows * scale % PRIME
    return transform(padded, root_of_unity(log_size))


def extension(value: Sequence[int]) -> Field:
    """One extension element as an array of shape (5,)."""
    return np.array(value, dtype=np.uint64)


def lift(base: Field) -> Field:
    """Base elements as extension elements."""
    result = np.zeros((*base.shape, 5), dtype=np.uint64)
    result[..., 0] = base
    return result


def multiply(a: Field, b: Field) -> Field:
    """Product in the extension, broadcasting over leading axes; uses X^5 = 1 - X^2."""
    c = [np.zeros(np.broadcast_shapes(a.shape[:-1], b.shape[:-1]), dtype=np.uint64) for _ in range(9)]
    for i in range(5):
        for j in range(5):
            c[i + j] = (c[i + j] + a[..., i] * b[..., j]) % PRIME
    return np.stack(
        [
            subtract((c[0] + c[5]) % PRIME, c[8]),
            (c[1] + c[6]) % PRIME,
            (subtract(c[2], c[5]) + c[7] + c[8]) % PRIME,
            (subtract(c[3], c[6]) + c[8]) % PRIME,
            subtract(c[4], c[7]),
        ],
        axis=-1,
    )


def scale(a: Field, base: Field) -> Field:
    """Product of extension elements with base elements."""
    return a * base[..., np.newaxis] % PRIME


def power(a: Field, exponent: int) -> Field:
    """a^exponent in the extension, exponent >= 0."""
    result = np.broadcast_to(extension((1, 0, 0, 0, 0)), a.shape).copy()
    for bit in bin(exponent)[2:]:
        result = multiply(result, result)
        if bit == "1":
            result = multiply(result, a)
    return result


def invert_extension(a: Field) -> Field:
    """1/a in the extension, zero where a is zero.

    The norm a^(1 + P + P^2 + P^3 + P^4) lies in the base field, so one base inversion suffices; raising to
    the P-th power is linear over the base field, and its matrix is X -> X^P on the basis.
    """
    x = extension((0, 1, 0, 0, 0))
    frobenius = np.stack([power(x, i * P) for i in range(5)])
    conjugate = a
    others: Field = np.broadcast_to(extension((1, 0, 0, 0, 0)), a.shape)
    for _ in range(4):
        conjugate = sum_extension(scale(frobenius, conjugate), axis=-2)
        others = multiply(others, conjugate)
    norm = multiply(a, others)[..., 0]
    return scale(others, invert(norm))


def sum_extension(a: Field, axis: int) -> Field:
    """Sum of extension (or base) elements along an axis."""
    return np.asarray(np.sum(a, axis=axis, dtype=np.uint64) % PRIME)


def extension_powers(base: Sequence[int], count: int, start: Sequence[int] = (1, 0, 0, 0, 0)) -> Field:
    """start·base^i for i below ``count``, shape (count, 5)."""
    values = np.empty((count, 5), dtype=np.uint64)
    values[:1] = start
    filled = 1
    step = extension(base)
    while filled < count:
        width = min(filled, count - filled)
        values[filled : filled + width] = multiply(values[:width], step)
        step = multiply(step, step)
        filled += width
    return values


def tuple_of(value: Field) -> tuple[int, int, int, int, int]:
    """One extension element as Python integers."""
    a, b, c, d, e = (int(v) for v in value)
    return (a, b, c, d, e)
