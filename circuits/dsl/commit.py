"""The root of preprocessed columns, computed with numpy and hashlib alone."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verifier.field import GENERATOR, P, root_of_unity
from verifier.program import NO_ROOT

Words = NDArray[np.uint64]


def commit_root(matrices: Sequence[NDArray[np.uint32]], log_blowup: int) -> bytes:
    """Root of one tree over the extensions of matrices (rows, columns) of mixed heights; zeros for none."""
    if not matrices:
        return NO_ROOT
    rows = [_row_bytes(low_degree_extension(matrix, log_blowup)) for matrix in matrices]
    size = max(len(each) for each in rows)
    layer = [hashlib.sha256(b"".join(parts)).digest() for parts in _side_by_side(rows, size)]
    while size > 1:
        size //= 2
        pairs = zip(layer[::2], layer[1::2], strict=True)
        layer = [hashlib.sha256(left + right).digest() for left, right in pairs]
        injected = _side_by_side(rows, size)
        if injected:
            layer = [
                hashlib.sha256(node + b"".join(parts)).digest()
                for node, parts in zip(layer, injected, strict=True)
            ]
    return layer[0]


def low_degree_extension(matrix: NDArray[np.uint32], log_blowup: int) -> NDArray[np.uint32]:
    """Evaluations on 3 * <w>, 2**log_blowup times as long, in bit-reversed order, of columns given on <w^blowup>."""
    rows, width = matrix.shape
    log_rows = rows.bit_length() - 1
    prime = np.uint64(P)
    coefficients = _transform(matrix.astype(np.uint64), pow(root_of_unity(log_rows), -1, P))
    shifts = _powers(GENERATOR, rows) * np.uint64(pow(rows, -1, P)) % prime
    padded = np.zeros((rows << log_blowup, width), dtype=np.uint64)
    padded[:rows] = coefficients * shifts[:, None] % prime
    evaluations = _transform(padded, root_of_unity(log_rows + log_blowup))
    return evaluations[_bit_reversal(log_rows + log_blowup)].astype(np.uint32)


def _bit_reversal(bits: int) -> NDArray[np.intp]:
    found = np.zeros(1, dtype=np.intp)
    for _ in range(bits):
        found = np.concatenate([2 * found, 2 * found + 1])
    return found


def _powers(base: int, count: int) -> Words:
    """1, base, base^2, ...: `count` of them, a power of two."""
    found = np.ones(1, dtype=np.uint64)
    while len(found) < count:
        found = np.concatenate([found, found * np.uint64(pow(base, len(found), P)) % np.uint64(P)])
    return found


def _transform(columns: Words, root: int) -> Words:
    """Values at the powers of `root` of polynomials whose coefficients are the columns, natural orders."""
    size, width = columns.shape
    prime = np.uint64(P)
    values = columns[_bit_reversal(size.bit_length() - 1)]
    half = 1
    while half < size:
        step = pow(root, size // (2 * half), P)
        blocks = values.reshape(-1, 2, half, width)
        even, odd = blocks[:, 0], blocks[:, 1] * _powers(step, half)[:, None] % prime
        values = np.stack([(even + odd) % prime, (even + prime - odd) % prime], axis=1)
        half *= 2
    return values.reshape(size, width)


def _row_bytes(matrix: NDArray[np.uint32]) -> list[bytes]:
    data = matrix.astype("<u4").tobytes()
    length = 4 * matrix.shape[1]
    return [data[at : at + length] for at in range(0, len(data), length)]


def _side_by_side(rows: Sequence[list[bytes]], size: int) -> list[tuple[bytes, ...]]:
    return list(zip(*(each for each in rows if len(each) == size), strict=True))
