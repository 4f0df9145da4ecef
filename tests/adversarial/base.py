"""The traces from which lies start: the honest one, and small ones made of its rows."""

from collections.abc import Sequence

import numpy as np

from tests.adversarial.witness import Attacked, Integers
from verifier.field import P
from verifier.program import Node, Operation, Selector

MOST_LOG_ROWS = 4


class Values:
    """The value of every node where one honest row stands above another, computed when first asked for."""

    def __init__(self, attacked: Attacked) -> None:
        self.attacked = attacked
        self._known: dict[tuple[int, int], list[int]] = {}
        self._nonzero: dict[tuple[int, int], list[int]] = {}

    def of(self, row: int, below: int) -> list[int]:
        """The values on an honest row above any row."""
        if (row, below) not in self._known:
            found: list[int] = []
            for node in self.attacked.form.nodes:
                found.append(self._value(node, row, below, found) % P)
            self._known[row, below] = found
        return self._known[row, below]

    def nonzero(self, row: int, below: int) -> list[int]:
        """The rules whose value is not zero there, whatever rows they are stated for."""
        if (row, below) not in self._nonzero:
            values, rules = self.of(row, below), self.attacked.form.rules
            self._nonzero[row, below] = [number for number, rule in enumerate(rules) if values[rule.node]]
        return self._nonzero[row, below]

    def _value(self, node: Node, row: int, below: int, found: Sequence[int]) -> int:
        if node.operation == Operation.ADD:
            return found[node.a] + found[node.b]
        if node.operation == Operation.SUBTRACT:
            return found[node.a] - found[node.b]
        if node.operation == Operation.MULTIPLY:
            return found[node.a] * found[node.b]
        if node.operation == Operation.CONSTANT:
            return node.a
        if node.operation == Operation.PERIODIC:
            periodic = self.attacked.form.periodic[node.a]
            return periodic[row % len(periodic)]
        matrix = self.attacked.main if node.operation == Operation.MAIN else self.attacked.preprocessed
        assert matrix is not None, "the table has preprocessed columns"
        return int(matrix[below if node.b else row, node.a])


class Base:
    """A trace made of honest rows, given by their numbers."""

    def __init__(self, values: Values, rows: Integers) -> None:
        self.form = values.attacked.form
        self.height = len(rows)
        self._all, self._rows = values, rows

    def cell(self, row: int, column: int) -> int:
        """What a cell holds."""
        return int(self._all.attacked.main[self._rows[row], column])

    def values(self, row: int) -> list[int]:
        """The value of every node on a row; on the last one, what reads below has no meaning."""
        return self._all.of(*self._pair(row))

    def _pair(self, row: int) -> tuple[int, int]:
        here = int(self._rows[row])
        if row < self.height - 1:
            return here, int(self._rows[row + 1])
        # The row that follows in order is most often known already.
        return here, (here + 1) % self._all.attacked.height

    def active(self, rule: int, row: int) -> bool:
        """Whether a rule is stated for a row."""
        selector = self.form.rules[rule].selector
        if selector == Selector.FIRST:
            return row == 0
        last = row == self.height - 1
        return last if selector == Selector.LAST else not (last and selector == Selector.BETWEEN)

    def broken(self) -> set[tuple[int, int]]:
        """The rules that do not hold, with the rows they are stated for: at the ends and where order is broken."""
        jumps = np.flatnonzero(np.diff(self._rows) != 1).tolist()
        return {
            (rule, row)
            for row in {0, self.height - 1, *jumps}
            for rule in self._all.nonzero(*self._pair(row))
            if self.active(rule, row)
        }


def honest_base(values: Values) -> Base:
    """The honest trace."""
    return Base(values, np.arange(values.attacked.height))


def window(values: Values, generator: np.random.Generator) -> Base:
    """A few honest rows as a whole trace.

    What precedes and follows them in the honest trace is gone, so there is little that a lie must be made to agree
    with. Periodic columns keep their place, so the rows begin with a period.
    """
    height = values.attacked.height
    period = 1 << values.attacked.form.min_log_height
    most = max(min(height, 1 << MOST_LOG_ROWS), period)
    sizes = [1 << log for log in range(most.bit_length()) if 1 << log >= period]
    rows = np.arange(sizes[int(generator.integers(len(sizes)))])
    return Base(values, (rows + period * generator.integers(height // period)) % height)


def with_jump(values: Values, row: int, below: int) -> Base:
    """The honest trace up to a row, then the honest trace from another row on.

    Periods of the trace's end fill it up to a power of two, which breaks no rule if they are idle.
    """
    height = values.attacked.height
    period = 1 << values.attacked.form.min_log_height
    rows = [*range(row + 1), *range(below, height)]
    while len(rows) & (len(rows) - 1):
        rows += range(height - period, height)
    return Base(values, np.array(rows))
