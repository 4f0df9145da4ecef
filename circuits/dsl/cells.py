"""What a rule may do with a cell, and the symbolic reading of cells as a hash-consed graph."""

from collections.abc import Sequence
from typing import NoReturn, Protocol, Self, TypeVar

from verifier.field import P
from verifier.program import Node, Operation


class Cell(Protocol):
    """A value in the field, seen by rules: it can be added, subtracted and multiplied, and nothing else."""

    def __add__(self, other: Self | int, /) -> Self: ...
    def __radd__(self, other: int, /) -> Self: ...
    def __sub__(self, other: Self | int, /) -> Self: ...
    def __rsub__(self, other: int, /) -> Self: ...
    def __mul__(self, other: Self | int, /) -> Self: ...
    def __rmul__(self, other: int, /) -> Self: ...
    def __neg__(self) -> Self: ...


C = TypeVar("C", bound=Cell)
Cells = Sequence[C]


class Opaque:
    """A cell's refusal to be looked at: rules may depend on the shape of a table, never on a value in it."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("a rule may not branch on a cell")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("cells are compared by air.equal, not by ==")

    def __ne__(self, other: object) -> NoReturn:
        raise TypeError("cells are compared by air.equal, not by !=")

    __hash__ = None  # type: ignore[assignment]


class Graph:
    """Nodes of one table in the order of their first use, equal nodes once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.degrees: list[int] = []
        self.reads_below: list[bool] = []
        self._known: dict[tuple[Operation, int, int], int] = {}

    def leaf(self, operation: Operation, a: int, b: int = 0) -> "Expression":
        """A constant or a cell."""
        below = operation in (Operation.MAIN, Operation.PREPROCESSED) and b == 1
        return Expression(self, self._intern(operation, a, b, int(operation != Operation.CONSTANT), below))

    def constant(self, value: int) -> "Expression":
        """An integer, reduced into the field."""
        return self.leaf(Operation.CONSTANT, value % P)

    def value(self, node: int) -> int | None:
        """The value of a constant node, None for any other."""
        found = self.nodes[node]
        return found.a if found.operation == Operation.CONSTANT else None

    def combine(self, operation: Operation, left: int, right: int) -> int:
        """The node for an operation on two nodes, simplified where a constant allows it."""
        simpler = self._simplified(operation, left, right)
        if simpler is not None:
            return simpler
        one, two = self.degrees[left], self.degrees[right]
        degree = one + two if operation == Operation.MULTIPLY else max(one, two)
        if operation != Operation.SUBTRACT and left > right:
            left, right = right, left
        below = self.reads_below[left] or self.reads_below[right]
        return self._intern(operation, left, right, degree, below)

    def _simplified(self, operation: Operation, left: int, right: int) -> int | None:
        one, two = self.value(left), self.value(right)
        found: int | None = None
        if one is not None and two is not None:
            results = {
                Operation.ADD: one + two,
                Operation.SUBTRACT: one - two,
                Operation.MULTIPLY: one * two,
            }
            found = self.constant(results[operation]).node
        elif operation == Operation.MULTIPLY:
            if 0 in (one, two):
                found = self.constant(0).node
            elif 1 in (one, two):
                found = right if one == 1 else left
        elif two == 0:
            found = left
        elif operation == Operation.ADD and one == 0:
            found = right
        elif operation == Operation.SUBTRACT and left == right:
            found = self.constant(0).node
        return found

    def _intern(self, operation: Operation, a: int, b: int, degree: int, below: bool) -> int:
        key = (operation, a, b)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.nodes)
            self.nodes.append(Node(operation, a, b))
            self.degrees.append(degree)
            self.reads_below.append(below)
        return found


class Expression(Opaque):
    """A cell read as a symbol: one node of its table's graph."""

    __slots__ = ("graph", "node")

    def __init__(self, graph: Graph, node: int) -> None:
        self.graph = graph
        self.node = node

    def __add__(self, other: "Expression | int") -> "Expression":
        return self._combine(Operation.ADD, self, other)

    def __radd__(self, other: int) -> "Expression":
        return self._combine(Operation.ADD, other, self)

    def __sub__(self, other: "Expression | int") -> "Expression":
        return self._combine(Operation.SUBTRACT, self, other)

    def __rsub__(self, other: int) -> "Expression":
        return self._combine(Operation.SUBTRACT, other, self)

    def __mul__(self, other: "Expression | int") -> "Expression":
        return self._combine(Operation.MULTIPLY, self, other)

    def __rmul__(self, other: int) -> "Expression":
        return self._combine(Operation.MULTIPLY, other, self)

    def __neg__(self) -> "Expression":
        return self._combine(Operation.SUBTRACT, 0, self)

    def _combine(
        self, operation: Operation, left: "Expression | int", right: "Expression | int"
    ) -> "Expression":
        graph = self.graph
        one = left if isinstance(left, Expression) else graph.constant(left)
        two = right if isinstance(right, Expression) else graph.constant(right)
        if one.graph is not two.graph:
            raise TypeError("a rule may not mix cells of two tables")
        return Expression(graph, graph.combine(operation, one.node, two.node))
