"""Ladders and modular relations of secp256k1 over Python's integers, as the reference engine computes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.gadgets.modular import (
    CARRIES,
    HALVES,
    LIMBS,
    PAIR_BITS,
    multiple,
    prime_multiple,
    product,
    relation,
)
from circuits.gadgets.secp256k1 import ORDER, PRIME
from prover.engine import KernelError, Relations, Solved, ladder_shape

Integers = npt.NDArray[np.signedinteger[Any]]
Bytes = npt.NDArray[np.uint8]
Point = tuple[int, int]

QUOTIENT = 1 << 8 * LIMBS
LARGEST_FACTOR = 1 << 16


def walk_ladders(starts: Bytes, addends: Bytes, labels: Bytes) -> Bytes:
    """See `prover.engine.Engine.walk_ladders`."""
    count, steps = ladder_shape(starts, addends, labels)
    found = [
        _walk(_point(start), [_point(each) for each in four], chosen.tolist())
        for start, four, chosen in zip(starts, addends, labels, strict=True)
    ]
    values = [value for ladder in found for step in ladder for value in step]
    return _bytes(values).reshape(count, steps, 5, LIMBS)


def _walk(point: Point, addends: Sequence[Point], labels: Sequence[int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    x, y = point
    for label in labels:
        other_x, other_y = addends[label]
        slope = (other_y - y) * _inverse(other_x - x) % PRIME
        sum_x = (slope * slope - x - other_x) % PRIME
        slopes = 2 * y * _inverse(x - sum_x) % PRIME
        found.append((x, y, slope, sum_x, slopes))
        rest = slopes - slope
        new_x = (rest * rest - x - sum_x) % PRIME
        x, y = new_x, (rest * (x - new_x) - y) % PRIME
    return found


def _inverse(value: int) -> int:
    if value % PRIME == 0:
        raise KernelError("a ladder meets an exceptional addition")
    return pow(value, -1, PRIME)


def _point(coordinates: Bytes) -> Point:
    x, y = (int.from_bytes(each.tobytes(), "little") % PRIME for each in coordinates)
    return x, y


def solve_relations(relations: Relations) -> Solved:
    """See `prover.engine.Engine.solve_relations`."""
    left, right, linear, of_order, halves = relations
    count = len(left)
    shapes = [array.shape for array in (left, right, linear, of_order)]
    if shapes != [(count, LIMBS), (count, LIMBS), (count, HALVES), (count,)]:
        raise KernelError("a relation's parts have the wrong shape")
    if any(each.dtype != np.int32 for each in (left, right, linear)):
        raise KernelError("limbs are not of 32 bits")
    if max(np.abs(each.astype(np.int64)).max(initial=0) for each in (left, right)) > LARGEST_FACTOR:
        raise KernelError("a limb is too large")
    terms = zip(integers(left), integers(right), integers(linear, PAIR_BITS), of_order, strict=True)
    exact = [(one * two + three) // (ORDER if order else PRIME) for one, two, three, order in terms]
    if any(not -QUOTIENT <= value < QUOTIENT for value in exact):
        raise KernelError("a quotient has more than 257 bits")
    quotients = _bytes([value % QUOTIENT for value in exact])
    negative = np.array([value < 0 for value in exact], dtype=np.uint8)
    if halves:
        digits = _columns(np.ascontiguousarray(quotients).view("<u2"))
        multiples = prime_multiple(digits, negative.astype(np.int64))
    else:
        orders = of_order.astype(np.int64)
        multiples = multiple(_columns(quotients), negative.astype(np.int64), orders)
    pairs = relation(product(_columns(left), _columns(right)), _columns(linear), multiples)
    return Solved(quotients, negative, _carries(pairs, count))


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


def _columns(rows: npt.NDArray[Any]) -> list[Any]:
    """Columns on which the gadgets of rules compute as on cells."""
    return list(np.ascontiguousarray(rows.T).astype(np.int64))


def _carries(pairs: Sequence[Integers], count: int) -> npt.NDArray[np.int32]:
    found = np.zeros((count, CARRIES), dtype=np.int64)
    carried = np.zeros(count, dtype=np.int64)
    for k in range(CARRIES):
        carried = (pairs[k] + carried) >> PAIR_BITS
        found[:, k] = carried
    if np.abs(found).max(initial=0) >= 1 << 31:
        raise KernelError("a carry is too large")
    return found.astype(np.int32)


def _bytes(values: Sequence[int]) -> Bytes:
    joined = b"".join(value.to_bytes(LIMBS, "little") for value in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, LIMBS)
