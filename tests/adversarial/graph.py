"""A table's nodes evaluated: all of them on chosen rows, or only those that changed cells reach."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from circuits.dsl.columns import Column
from tests.adversarial.witness import Attacked, Integers
from verifier.field import P
from verifier.program import Node, Operation, Table


def canonical(column: Column) -> Integers:
    """The field elements, 0 <= value < P, in the column's own shape."""
    return np.remainder(column.values, P)


def evaluate(attacked: Attacked, rows: Integers, below: Integers) -> list[Column]:
    """Every node where honest rows stand above others of them, as columns of shape (rows, 1)."""
    found: list[Column] = []
    for node in attacked.form.nodes:
        if node.operation >= Operation.ADD:
            found.append(_combined(node, found[node.a], found[node.b]))
        elif node.operation == Operation.CONSTANT:
            found.append(Column.constant(node.a))
        elif node.operation == Operation.PERIODIC:
            values = np.asarray(attacked.form.periodic[node.a], dtype=np.int64)
            found.append(Column.of(values[rows % len(values)][:, None]))
        else:
            matrix = attacked.main if node.operation == Operation.MAIN else attacked.preprocessed
            assert matrix is not None, "the table has preprocessed columns"
            found.append(Column.of(matrix[below if node.b else rows, node.a][:, None]))
    return found


class Graph:
    """Which nodes depend on which cells."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells = {
            (node.a, node.b): number
            for number, node in enumerate(table.nodes)
            if node.operation == Operation.MAIN
        }
        self._users: list[list[int]] = [[] for _ in table.nodes]
        for number, node in enumerate(table.nodes):
            if node.operation >= Operation.ADD:
                self._users[node.a].append(number)
                self._users[node.b].append(number)

    def cone(self, cells: Iterable[int]) -> list[int]:
        """The nodes computed from these cells' nodes, without them, in order of evaluation."""
        reached = set(cells)
        waiting = list(reached)
        inner: list[int] = []
        while waiting:
            for user in self._users[waiting.pop()]:
                if user not in reached:
                    reached.add(user)
                    waiting.append(user)
                    inner.append(user)
        return sorted(inner)

    def changed(self, honest: Sequence[Column], cells: Mapping[int, Column]) -> dict[int, Column]:
        """The values of all nodes that depend on changed cells, those cells included."""
        found = dict(cells)
        for number in self.cone(cells):
            node = self.table.nodes[number]
            left = found[node.a] if node.a in found else honest[node.a]
            right = found[node.b] if node.b in found else honest[node.b]
            found[number] = _combined(node, left, right)
        return found


def _combined(node: Node, left: Column, right: Column) -> Column:
    if node.operation == Operation.ADD:
        return left + right
    return left - right if node.operation == Operation.SUBTRACT else left * right
