"""Cells read as whole numpy columns, and a program's nodes evaluated on them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.cells import Opaque
from verifier.field import P
from verifier.program import Operation, Table

Integers = NDArray[np.int64]

LARGEST = (1 << 63) - 1
ROWS_AT_ONCE = 512


class Column(Opaque):
    """Field elements of many rows as 64-bit integers, reduced only when their bound would overflow."""

    __slots__ = ("bound", "reduced", "values")

    def __init__(self, values: Integers, bound: int, *, reduced: bool = False) -> None:
        self.values = values
        self.bound = bound
        self.reduced = reduced

    @staticmethod
    def of(values: NDArray[np.integer]) -> "Column":
        """A column of canonical field elements."""
        kept = values.astype(np.int64)
        return Column(kept, int(kept.max(initial=0)), reduced=True)

    @staticmethod
    def constant(value: int) -> "Column":
        """The same value in every row, as the representative nearest to zero."""
        centred = (value + P // 2) % P - P // 2
        return Column(np.asarray(centred, dtype=np.int64), abs(centred))

    def canonical(self, rows: int) -> Integers:
        """The field elements, 0 <= value < P, shape (rows,)."""
        return np.broadcast_to(self._reduced().values, (rows,))

    def nonzero(self, rows: int) -> NDArray[np.bool_]:
        """Which rows hold anything but zero in the field, shape (rows,)."""
        values = self.values if self.bound < P else np.remainder(self.values, P)
        return np.broadcast_to(values != 0, (rows,))

    def _reduced(self) -> "Column":
        return self if self.reduced else Column(np.remainder(self.values, P), P - 1, reduced=True)

    def __add__(self, other: "Column | int") -> "Column":
        left, right = self, other if isinstance(other, Column) else Column.constant(other)
        if left.bound + right.bound > LARGEST:
            left, right = left._reduced(), right._reduced()
        return Column(left.values + right.values, left.bound + right.bound)

    def __sub__(self, other: "Column | int") -> "Column":
        left, right = self, other if isinstance(other, Column) else Column.constant(other)
        if left.bound + right.bound > LARGEST:
            left, right = left._reduced(), right._reduced()
        return Column(left.values - right.values, left.bound + right.bound)

    def __mul__(self, other: "Column | int") -> "Column":
        left, right = self, other if isinstance(other, Column) else Column.constant(other)
        if left.bound * right.bound > LARGEST:
            # Reducing the larger factor is often enough, and the smaller one is often a flag.
            left, right = (left, right) if left.bound > right.bound else (right, left)
            left = left._reduced()
            if left.bound * right.bound > LARGEST:
                right = right._reduced()
        return Column(left.values * right.values, left.bound * right.bound)

    def __radd__(self, other: int) -> "Column":
        return self + other

    def __rsub__(self, other: int) -> "Column":
        return Column.constant(other) - self

    def __rmul__(self, other: int) -> "Column":
        return self * other

    def __neg__(self) -> "Column":
        return Column(-self.values, self.bound)


def ancestors(table: Table, wanted: Iterable[int]) -> list[int]:
    """The nodes that `wanted` depend on, themselves included, in order of evaluation."""
    needed: set[int] = set()
    waiting = list(wanted)
    while waiting:
        number = waiting.pop()
        if number in needed:
            continue
        needed.add(number)
        node = table.nodes[number]
        if node.operation >= Operation.ADD:
            waiting += (node.a, node.b)
    return sorted(needed)


def evaluate_nodes(
    table: Table,
    wanted: Sequence[int],
    main: NDArray[np.integer],
    preprocessed: NDArray[np.integer] | None = None,
) -> dict[int, Integers]:
    """Canonical values of the wanted nodes on every row; matrices have shape (rows, columns)."""
    rows = main.shape[0]
    found: dict[int, Column] = {}
    for number in ancestors(table, wanted):
        node = table.nodes[number]
        if node.operation == Operation.ADD:
            found[number] = found[node.a] + found[node.b]
        elif node.operation == Operation.SUBTRACT:
            found[number] = found[node.a] - found[node.b]
        elif node.operation == Operation.MULTIPLY:
            found[number] = found[node.a] * found[node.b]
        elif node.operation == Operation.CONSTANT:
            found[number] = Column.constant(node.a)
        elif node.operation == Operation.PERIODIC:
            values = np.asarray(table.periodic[node.a], dtype=np.int64)
            found[number] = Column.of(values[np.arange(rows) % len(values)])
        else:
            matrix = main if node.operation == Operation.MAIN else preprocessed
            assert matrix is not None, "the table has preprocessed columns"
            column = matrix[:, node.a]
            found[number] = Column.of(np.roll(column, -node.b) if node.b else column)
    return {number: found[number].canonical(rows) for number in wanted}


def stack_nodes(
    table: Table,
    wanted: Sequence[int],
    main: NDArray[np.integer],
    preprocessed: NDArray[np.integer] | None = None,
) -> Integers:
    """The same in one array, shape (wanted nodes, rows)."""
    nodes = [table.nodes[number] for number in wanted]
    read = {at: node.a for at, node in enumerate(nodes) if node.operation == Operation.MAIN and not node.b}
    found = np.empty((len(wanted), len(main)), dtype=np.int64)
    places, columns = list(read), list(read.values())
    # A column of a wide matrix costs a cache line a cell, so those that are only read are read together.
    for start in range(0, len(main), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        found[places, rows] = main[rows, columns].T
    computed = {at: number for at, number in enumerate(wanted) if at not in read}
    values = evaluate_nodes(table, list(computed.values()), main, preprocessed)
    for at, number in computed.items():
        found[at] = values[number]
    return found
