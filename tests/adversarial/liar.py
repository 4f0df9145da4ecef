"""A liar who wants one chosen rule of a table to be broken and no other, or none and yet say something else.

It changes a cell, and as long as a rule is broken that must hold it makes that rule true by one more cell, the one
that leaves fewest rules broken. Rules are all it looks at: what its rows send is for other tables to judge.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from tests.adversarial.base import Base, Values, honest_base, window, with_jump
from tests.adversarial.reach import Place, Reaches
from tests.adversarial.witness import Attacked, Guard
from verifier.field import P
from verifier.program import Selector

Cell = tuple[int, int]
"""Row and column."""

Broken = tuple[int, int]
"""Rule, and the row it is stated for."""

MOST_REPAIRS = 200
MOST_MORE_BROKEN = 16
"""A lie that has broken so many more rules than it began with is given up."""

CANDIDATES = 10
DOWNWARDS = 0.9
"""How much a cell of the row below is preferred in a draw of lots between 0 and 1."""

OTHER_BASES = 3
"""One attempt in so many starts from other than the honest trace."""


class Liar:
    """Searches lies in one table, starting from its honest trace or from small ones made of its rows."""

    def __init__(self, attacked: Attacked) -> None:
        self.attacked = attacked
        self.generator = np.random.default_rng(0)
        self.values = Values(attacked)
        self.honest = honest_base(self.values)
        self.reaches = Reaches(attacked.form)

    def attempt(
        self, guard: Guard, seed: int, rows: Sequence[int], jumps: Sequence[tuple[int, int]]
    ) -> "Lie | None":
        """Try once: a lie that breaks no rule but this one; or none, and moves this interaction's messages.

        It begins on one of these rows of the honest trace, or in a window, or with one of these jumps. The seed
        decides all choices, so that what worked for one constraint is likely to work for one like it.
        """
        self.generator = np.random.default_rng(seed)
        lie = Lie(self, self._base(guard, rows, jumps), guard)
        if lie.base is not self.honest:
            rows = range(lie.base.height)
        rows = [row for row in rows if not guard.is_rule or lie.base.active(guard.number, row)]
        if not rows:
            return None
        row = rows[int(self.generator.integers(len(rows)))]
        # In a jump that breaks the chosen rule the lie has begun.
        if not lie.reached() or self.generator.integers(4) == 0:
            lie.begin(row)
        return lie if lie.repair() and lie.reached() else None

    def _base(self, guard: Guard, rows: Sequence[int], jumps: Sequence[tuple[int, int]]) -> Base:
        # Preprocessed columns fix height and order of rows; and in a window all messages are others anyway.
        if self.attacked.preprocessed is not None or not guard.is_rule:
            return self.honest
        if rows and self.generator.integers(OTHER_BASES):
            return self.honest
        if jumps and self.generator.integers(2):
            return with_jump(self.values, *self.pick(jumps))
        return window(self.values, self.generator)

    @cached_property
    def boolean(self) -> dict[int, int]:
        """The columns that a rule for every row makes 0 or 1, with that rule."""
        found: dict[int, int] = {}
        for rule, places in enumerate(self.reaches.read):
            if len(places) == 1 and self.attacked.form.rules[rule].selector == Selector.EVERY:
                values = list(self.honest.values(0))
                reach = self.reaches.narrow(rule, places[0])
                allowed = []
                for value in (0, 1, 2):
                    reach.write(values, value)
                    allowed.append(values[self.attacked.form.rules[rule].node] == 0)
                if allowed == [True, True, False]:
                    found[places[0][0]] = rule
        return found

    def pick(self, choices: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """One of these pairs."""
        return choices[int(self.generator.integers(len(choices)))]

    def pick_place(self, places: Sequence[Place]) -> Place:
        """Any of the places, or as often rather one that few rules read: there is less to repair afterwards."""
        drawn = self.generator.random(len(places))
        if self.generator.integers(2):
            readers = [self.reaches.number_of_readers(column) for column, _ in places]
            # The largest log(u) / weight of uniform u is at each place with a chance proportional to its weight.
            drawn = np.log(drawn) * np.square(readers)
        return places[int(drawn.argmax())]


class Lie:
    """A trace with some cells changed, and the rules that are broken by it."""

    def __init__(self, liar: Liar, base: Base, guard: Guard) -> None:
        self.liar, self.base, self.guard = liar, base, guard
        self.cells: dict[Cell, int] = {}
        self.broken = set() if base is liar.honest else base.broken()
        self.row = 0
        self._rule = guard.number if guard.is_rule else None
        self._height = base.height
        self._reaches = liar.reaches
        self._values: dict[int, list[int]] = {}

    def begin(self, row: int) -> None:
        """Change a cell that the chosen constraint reads; or one beside it, and let it make another rule true."""
        self.row = row
        places = self._reaches.read_by(self.guard)
        if not places:
            return
        column, below = self.liar.pick_place(places)
        target = ((row + below) % self._height, column)
        if self.liar.generator.integers(2) or not self._begin_beside(target):
            self.write(target, self._other_value(target))

    def _begin_beside(self, target: Cell) -> bool:
        column = target[1]
        read_with_it = [
            (rule, (target[0] - below) % self._height)
            for below in (0, 1)
            for rule in self._reaches.readers.get((column, below), ())
            if rule != self._rule and len(self._reaches.read[rule]) > 1
        ]
        active = [each for each in read_with_it if self.base.active(*each)]
        if not active:
            return False
        rule, row = self.liar.pick(active)
        beside, below = self.liar.pick_place(self._reaches.read[rule])
        other = ((row + below) % self._height, beside)
        if other == target:
            return False
        self.write(other, self._other_value(other))
        solution = self._solution((rule, row), target)
        if solution is not None:
            self.write(target, solution)
        return True

    def repair(self) -> bool:
        """Whether in the end no rule is broken that must hold."""
        most = len(self.broken) + MOST_MORE_BROKEN
        for _ in range(MOST_REPAIRS):
            others = self._others(self.broken)
            if not others:
                return True
            if len(others) > most:
                return False
            wrong = min(others, key=lambda each: (len(self._reaches.read[each[0]]), each))
            best = min(self._repairs(wrong), default=None)
            if best is None:
                return False
            self.write(*best[2:])
        return False

    def reached(self) -> bool:
        """Whether the chosen rule is broken, or some row adds something else to the chosen interaction's bus."""
        if self.guard.is_rule:
            return any(rule == self._rule for rule, _ in self.broken)
        interaction = self._reaches.form.interactions[self.guard.number]
        for row, values in self._values.items():
            honest = self.base.values(row)
            times = (values[interaction.multiplicity], honest[interaction.multiplicity])
            same = all(values[node] == honest[node] for node in interaction.message)
            if times[0] != times[1] or (times[0] and not same):
                return True
        return False

    def write(self, cell: Cell, value: int) -> None:
        """Write a cell."""
        self.broken = self._broken_with(cell, value, keep=True)
        self.cells[cell] = value

    def _repairs(self, wrong: Broken) -> list[tuple[int, float, Cell, int]]:
        """Cells that can make a rule true: how many rules are broken then, a lot drawn, the cell, its value."""
        rule, row = wrong
        drawn = self.liar.generator.random(len(self._reaches.read[rule])).tolist()
        # What is computed stands below what it is computed from: rather change that, as honest tables are filled.
        cells = [
            (lot - DOWNWARDS * below, ((row + below) % self._height, column))
            for lot, (column, below) in zip(drawn, self._reaches.read[rule], strict=True)
        ]
        free = [(lot, cell) for lot, cell in cells if cell not in self.cells]
        free.sort(key=lambda each: (self._reaches.number_of_readers(each[1][1]), each[0]))
        found: list[tuple[int, float, Cell, int]] = []
        for lot, cell in free:
            if len(found) == CANDIDATES:
                break
            value = self._solution(wrong, cell)
            if value is not None and self._may_hold(cell, value):
                broken = self._broken_with(cell, value)
                # Not so where the rule is not linear in the cell.
                if wrong not in broken:
                    found.append((len(self._others(broken)), lot, cell, value))
        return found

    def _others(self, broken: set[Broken]) -> list[Broken]:
        return [each for each in broken if each[0] != self._rule]

    def _value(self, cell: Cell) -> int:
        return self.cells.get(cell, self.base.cell(*cell))

    def _may_hold(self, cell: Cell, value: int) -> bool:
        """Whether no rule but the chosen one forbids the value whatever stands elsewhere."""
        return value in (0, 1) or self.liar.boolean.get(cell[1], self._rule) == self._rule

    def _other_value(self, cell: Cell) -> int:
        now = self._value(cell)
        generator = self.liar.generator
        if now in (0, 1) and (generator.integers(2) or not self._may_hold(cell, 2)):
            return 1 - now
        another_row = self._value((int(generator.integers(self._height)), cell[1]))
        power = 1 << int(generator.integers(16))
        others = (1 - now, now + power, now - power, int(generator.integers(P)), another_row)
        return others[generator.integers(len(others))] % P

    def _solution(self, wrong: Broken, cell: Cell) -> int | None:
        """The value that makes a rule true if it is linear in the cell; None if it does not depend on it."""
        rule, row = wrong
        below = int(cell[0] != row)
        reach = self._reaches.narrow(rule, (cell[1], below))
        values = self._of_row(row)
        node = self._reaches.form.rules[rule].node
        kept = [values[each] for each in reach.nodes]
        now, value = values[node], values[reach.leaf]
        reach.write(values, (value + 1) % P)
        slope = values[node] - now
        reach.restore(values, kept)
        return (value - now * pow(slope, -1, P)) % P if slope else None

    def _broken_with(self, cell: Cell, value: int, *, keep: bool = False) -> set[Broken]:
        """The rules broken when a cell holds a value, which it goes on to hold if told to keep it."""
        broken = set(self.broken)
        for below in (0, 1):
            reach = self._reaches.reach((cell[1], below))
            if reach is None:
                continue
            row = (cell[0] - below) % self._height
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

    def _of_row(self, row: int) -> list[int]:
        if row not in self._values:
            self._values[row] = list(self.base.values(row))
        return self._values[row]
