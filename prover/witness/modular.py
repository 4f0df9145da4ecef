"""Integers of 256 bits as cells, and what a modular relation needs beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.gadgets.modular import CARRIES, CARRY_OFFSET, HALVES, LIMBS, PAIR_BITS
from verifier.field import P

Integers = NDArray[np.int64]
BITS = 8 * LIMBS


def limb_rows(values: Sequence[int]) -> Integers:
    """Each value below 2^256 in a row of 32 bytes, least significant first."""
    joined = b"".join(value.to_bytes(LIMBS, "little") for value in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, LIMBS).astype(np.int64)


def half_rows(values: Sequence[int]) -> Integers:
    """Each value below 2^256 in a row of 16 limbs of sixteen bits, least significant first."""
    joined = b"".join(value.to_bytes(LIMBS, "little") for value in values)
    return np.frombuffer(joined, dtype="<u2").reshape(-1, HALVES).astype(np.int64)


def columns(rows: Integers) -> list[Any]:
    """The columns of an array (rows, n), on which the gadgets of rules compute as on cells."""
    return list(np.ascontiguousarray(rows.T))


def centred(values: NDArray[Any]) -> Integers:
    """Field elements as the integers nearest to zero."""
    found = values.astype(np.int64)
    return np.where(found > P // 2, found - P, found)


def in_field(values: Integers) -> NDArray[np.uint32]:
    """Integers as field elements."""
    return np.remainder(values, P).astype(np.uint32)


def integers(rows: Integers, bits: int = 8) -> list[int]:
    """The integer that the signed limbs of each row stand for, `bits` (8 or 16) apart."""
    digits = np.empty(rows.shape, dtype=f"<u{bits // 8}")
    carried = np.zeros(len(rows), dtype=np.int64)
    for k in range(rows.shape[1]):
        carried = rows[:, k] + carried
        digits[:, k] = carried & ((1 << bits) - 1)
        carried = carried >> bits
    data, width = digits.tobytes(), digits.itemsize * rows.shape[1]
    return [
        int.from_bytes(data[width * row : width * (row + 1)], "little") + (top << 8 * width)
        for row, top in enumerate(carried.tolist())
    ]


def signed_quotients(quotients: Sequence[int]) -> tuple[list[int], list[int]]:
    """Each quotient modulo 2^256, and whether it is negative."""
    return [value % (1 << BITS) for value in quotients], [int(value < 0) for value in quotients]


def carry_rows(pairs: Sequence[Integers]) -> Integers:
    """The cells of carries, shape (rows, 31), with which the pairs of a relation vanish."""
    found = np.zeros((len(pairs[0]), CARRIES), dtype=np.int64)
    carried = np.zeros(len(pairs[0]), dtype=np.int64)
    for k in range(CARRIES):
        carried = (pairs[k] + carried) >> PAIR_BITS
        found[:, k] = carried + CARRY_OFFSET
    return found
