"""The value of a table's nodes at opened cells, over whichever arithmetic reads them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from verifier.field import Extension, add, embed, multiply, subtract
from verifier.table import Operation, Table

V = TypeVar("V")


@dataclass(frozen=True)
class Arithmetic(Generic[V]):
    """The operations of the field in which a table's nodes are evaluated."""

    constant: Callable[[int], V]
    add: Callable[[V, V], V]
    subtract: Callable[[V, V], V]
    multiply: Callable[[V, V], V]


EXTENSION: Arithmetic[Extension] = Arithmetic(embed, add, subtract, multiply)


def evaluate(
    table: Table,
    main: Sequence[V],
    below: Mapping[int, V] | Sequence[V],
    preprocessed: Sequence[V],
    preprocessed_below: Mapping[int, V] | Sequence[V],
    periodic: Sequence[V],
    arithmetic: Arithmetic[V],
) -> list[V]:
    """The value of every node of `table`, given its columns' values at one point and at the row below it.

    `below` and `preprocessed_below` need only hold the columns named by the table's properties of that name.
    """
    main_rows, preprocessed_rows = (main, below), (preprocessed, preprocessed_below)
    found: list[V] = []
    for node in table.nodes:
        if node.operation == Operation.MULTIPLY:
            value = arithmetic.multiply(found[node.a], found[node.b])
        elif node.operation == Operation.ADD:
            value = arithmetic.add(found[node.a], found[node.b])
        elif node.operation == Operation.SUBTRACT:
            value = arithmetic.subtract(found[node.a], found[node.b])
        elif node.operation == Operation.MAIN:
            value = main_rows[node.b][node.a]
        elif node.operation == Operation.PREPROCESSED:
            value = preprocessed_rows[node.b][node.a]
        elif node.operation == Operation.PERIODIC:
            value = periodic[node.a]
        else:
            value = arithmetic.constant(node.a)
        found.append(value)
    return found
