"""Poseidon2 and what is made of it, on many inputs at once."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.gadgets.poseidon2 import (
    DIAGONAL,
    DIGEST,
    FIRST_CONSTANTS,
    FULL_ROUNDS,
    LAST_CONSTANTS,
    PARTIAL_CONSTANTS,
    PARTIAL_ROUNDS,
    WIDTH,
    outer_layer,
)
from verifier.field import P

Elements = NDArray[np.uint32]
"""Field elements; of digests the last axis has eight."""

Words = NDArray[Any]  # unsigned 64-bit

_P = np.uint64(P)
_OUTER = np.array([outer_layer(row) for row in np.eye(WIDTH, dtype=np.int64).tolist()], dtype=np.uint64).T
_DIAGONAL = np.array(DIAGONAL, dtype=np.uint64)[:, None]
AT_ONCE = 1 << 8
"""Inputs that stay in the processor's cache while they are permuted."""


class Rounds(NamedTuple):
    """What a permutation passes through: the state behind each full round, the S-box's output in each partial one."""

    first: Elements  # (4, 16, n)
    partial: Elements  # (20, n)
    last: Elements  # (4, 16, n)


def rounds(inputs: Elements) -> Rounds:
    """The rounds of the permutation of each row of `inputs`, shape (n, 16)."""
    count = len(inputs)
    first = np.empty((FULL_ROUNDS, WIDTH, count), dtype=np.uint32)
    partial = np.empty((PARTIAL_ROUNDS, count), dtype=np.uint32)
    last = np.empty((FULL_ROUNDS, WIDTH, count), dtype=np.uint32)
    for at in range(0, count, AT_ONCE):
        part = slice(at, at + AT_ONCE)
        state: Words = _OUTER @ inputs[part].T.astype(np.uint64) % _P
        for number, constants in enumerate(FIRST_CONSTANTS):
            state = first[number, :, part] = _full_round(state, constants)
        for number, constant in enumerate(PARTIAL_CONSTANTS):
            state[0] = partial[number, part] = _cubed(state[0] + np.uint64(constant))
            state = (state.sum(axis=0) + _DIAGONAL * state) % _P
        for number, constants in enumerate(LAST_CONSTANTS):
            state = last[number, :, part] = _full_round(state, constants)
    return Rounds(first, partial, last)


def permute(inputs: Elements) -> Elements:
    """The permutation of each row, (n, 16) to (n, 16)."""
    return np.ascontiguousarray(rounds(inputs).last[-1].T)


def compress(left: Elements, right: Elements) -> Elements:
    """Digests (n, 8) of pairs of digests (n, 8): the first half of P(x) + x (the paper's compression mode)."""
    inputs = np.concatenate([left, right], axis=1)
    return added(permute(inputs)[:, :DIGEST], left)


def added(one: Elements, two: Elements) -> Elements:
    """Sums of field elements."""
    return ((one.astype(np.uint64) + two) % _P).astype(np.uint32)


def _full_round(state: Words, constants: tuple[int, ...]) -> Words:
    cubed = _cubed(state + np.array(constants, dtype=np.uint64)[:, None])
    mixed: Words = _OUTER @ cubed % _P
    return mixed


def _cubed(value: Words) -> Words:
    # Of a sum of two elements the square still fits 64 bits.
    found: Words = value * value % _P * (value % _P) % _P
    return found
