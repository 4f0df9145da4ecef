"""A trace of one table with some cells changed, and what its rules and its messages make of that."""

from collections.abc import Iterable

from tests.adversarial.base import Base
from tests.adversarial.reach import Reaches
from tests.adversarial.witness import Guard
from verifier.field import P

Cell = tuple[int, int]
"""Row and column."""

Broken = tuple[int, int]
"""Rule, and the row it is stated for."""


class Lie:
    """Told against one constraint: a rule that may be broken, or an interaction that shall say something else."""

    def __init__(self, base: Base, reaches: Reaches, guard: Guard, broken: Iterable[Broken]) -> None:
        self.base, self.guard = base, guard
        self.rule = guard.number if guard.is_rule else None
        self.cells: dict[Cell, int] = {}
        self.broken = set(broken)
        self._reaches = reaches
        self._values: dict[int, list[int]] = {}

    def value(self, cell: Cell) -> int:
        """What a cell holds now."""
        return self.cells.get(cell, self.base.cell(*cell))

    def cells_of(self, rule: int, row: int) -> list[Cell]:
        """The cells that a rule reads where it is stated for a row."""
        return [((row + below) % self.base.height, column) for column, below in self._reaches.read[rule]]

    def write(self, cell: Cell, value: int) -> None:
        """Change a cell."""
        self.broken = self.broken_with(cell, value, keep=True)
        self.cells[cell] = value

    def broken_with(self, cell: Cell, value: int, *, keep: bool = False) -> set[Broken]:
        """The rules broken when a cell holds a value, which it goes on to hold if told to keep it."""
        broken = set(self.broken)
        for below in (0, 1):
            reach = self._reaches.reach((cell[1], below))
            if reach is None:
                continue
            row = (cell[0] - below) % self.base.height
            values = self._of_row(row)
            kept = [values[each] for each in reach.nodes]
            reach.write(values, value)
            for rule, node in reach.rules:
                if values[node] and self.base.active(rule, row):
                    broken.add((rule, row))
                else:
                    broken.discard((rule, row))
            if not keep:
                reach.restore(values, kept)
        return broken

    def solution(self, wrong: Broken, cell: Cell) -> int | None:
        """The value that makes a rule true if it is linear in the cell; None if it does not depend on it."""
        rule, row = wrong
        values = self._of_row(row)
        reach = self._reaches.narrow(rule, (cell[1], int(cell[0] != row)))
        node = self._reaches.form.rules[rule].node
        kept = [values[each] for each in reach.nodes]
        now, value = values[node], values[reach.leaf]
        reach.write(values, (value + 1) % P)
        slope = values[node] - now
        reach.restore(values, kept)
        return (value - now * pow(slope, -1, P)) % P if slope else None

    def must_hold(self, broken: Iterable[Broken]) -> list[Broken]:
        """Those of broken rules that the lie is not told against."""
        return [each for each in broken if each[0] != self.rule]

    def reached(self) -> bool:
        """Whether the rule is broken, or the interaction adds something else to its bus."""
        if self.guard.is_rule:
            return any(rule == self.rule for rule, _ in self.broken)
        return bool(self.moved(self.guard.number))

    def moved(self, number: int) -> list[int]:
        """The rows on which an interaction adds something else to its bus than before."""
        interaction = self._reaches.form.interactions[number]
        found = []
        for row, values in self._values.items():
            honest = self.base.values(row)
            times = (values[interaction.multiplicity], honest[interaction.multiplicity])
            same = all(values[node] == honest[node] for node in interaction.message)
            if times[0] != times[1] or (times[0] and not same):
                found.append(row)
        return found

    def speaks(self, number: int, row: int) -> bool:
        """Whether an interaction has a message on a row."""
        return self._of_row(row)[self._reaches.form.interactions[number].multiplicity] != 0

    def _of_row(self, row: int) -> list[int]:
        if row not in self._values:
            self._values[row] = list(self.base.values(row))
        return self._values[row]
