"""Random field values, matrices and programs."""

import numpy as np

from prover.engine import Extension, Matrix
from verifier.field import P
from verifier.program import LOG_BLOWUPS, Bus, Interaction, Node, Operation, Program, Rule, Selector, Table

MESSAGE_LENGTHS = (1, 2, 5, 9)


def random_matrix(generator: np.random.Generator, rows: int, columns: int) -> Matrix:
    """Canonical field elements."""
    return generator.integers(0, P, (rows, columns)).astype(np.uint32)


def random_extension(generator: np.random.Generator) -> Extension:
    """A canonical extension element."""
    a, b, c, d, e = (int(v) for v in generator.integers(0, P, 5))
    return a, b, c, d, e


def program_of(table: Table) -> Program:
    """A program in which `table` is number 1, after an unrelated one."""
    other = Table("other", 4, True, 1, 0, 0, -1, (), (Node(Operation.MAIN, 0, 0),), (), ())
    buses = tuple(Bus(f"bus{length}", length) for length in MESSAGE_LENGTHS)
    roots = (b"\x01" * 32,) * len(LOG_BLOWUPS) if table.preprocessed_width else ()
    return Program("random", buses, (other, table), (), roots)


def random_table(
    generator: np.random.Generator, log_height: int, *, operations: int = 60, interactions: int = 6
) -> Table:
    """A valid table with random widths, periods, expression graph, rules and interactions."""
    draw = _Graph(generator)
    first, second, fixed = (int(generator.integers(low, high)) for low, high in ((1, 40), (0, 3), (0, 3)))
    for column in range(first + second):
        draw.cell(Operation.MAIN, column)
    for column in {0, first + second - 1}:
        draw.cell(Operation.MAIN, column, below=True)
    for column in range(fixed):
        draw.cell(Operation.PREPROCESSED, column)
        draw.cell(Operation.PREPROCESSED, column, below=True)
    periods = [1 << int(generator.integers(0, log_height + 1)) for _ in range(int(generator.integers(0, 3)))]
    for index in range(len(periods)):
        draw.cell(Operation.PERIODIC, index)
    for _ in range(3):
        draw.constant()
    for _ in range(operations):
        draw.operation()
    return Table(
        name="random",
        max_log_height=12,
        optional=False,
        first_wave_width=first,
        second_wave_width=second,
        preprocessed_width=fixed,
        preprocessed_log_height=log_height if fixed else -1,
        periodic=tuple(tuple(int(v) for v in generator.integers(0, P, period)) for period in periods),
        nodes=tuple(draw.nodes),
        rules=tuple(draw.rules()),
        interactions=tuple(draw.interaction() for _ in range(interactions)),
    )


class _Graph:
    """Nodes so far, with the degree of each and whether it reads the row below."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        self.nodes: list[Node] = []
        self.degrees: list[int] = []
        self.below: list[bool] = []

    def cell(self, operation: Operation, index: int, *, below: bool = False) -> None:
        self._add(Node(operation, index, int(below)), 1, below)

    def constant(self) -> None:
        self._add(Node(Operation.CONSTANT, int(self.generator.integers(0, P)), 0), 0, False)

    def operation(self) -> None:
        a, b = (int(v) for v in self.generator.integers(0, len(self.nodes), 2))
        operation = Operation(int(self.generator.integers(Operation.ADD, Operation.MULTIPLY + 1)))
        product = self.degrees[a] + self.degrees[b]
        if operation == Operation.MULTIPLY and product > 3:
            operation = Operation.ADD
        degree = product if operation == Operation.MULTIPLY else max(self.degrees[a], self.degrees[b])
        self._add(Node(operation, a, b), degree, self.below[a] or self.below[b])

    def rules(self) -> list[Rule]:
        found = []
        for index, (degree, below) in enumerate(zip(self.degrees, self.below, strict=True)):
            selectors = [
                Selector.EVERY,
                Selector.BETWEEN,
                *([Selector.FIRST, Selector.LAST] if degree < 3 else []),
            ]
            if self.generator.random() < 0.5:
                chosen = selectors[int(self.generator.integers(0, len(selectors)))]
                found.append(Rule(Selector.BETWEEN if below else chosen, index))
        return found

    def interaction(self) -> Interaction:
        bus = int(self.generator.integers(0, len(MESSAGE_LENGTHS)))
        message = tuple(self._node(int(self.generator.integers(0, 3))) for _ in range(MESSAGE_LENGTHS[bus]))
        multiplicity = self._node(int(self.generator.integers(0, 4)))
        sign = 1 if self.generator.random() < 0.5 else -1
        return Interaction(bus + 1, sign, multiplicity, 1, message)

    def _node(self, degree: int) -> int:
        fitting = [i for i, d in enumerate(self.degrees) if d <= degree and not self.below[i]]
        return int(self.generator.choice(fitting))

    def _add(self, node: Node, degree: int, below: bool) -> None:
        self.nodes.append(node)
        self.degrees.append(degree)
        self.below.append(below)
