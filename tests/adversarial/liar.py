"""A liar who wants one chosen rule of a table to be broken and no other, or none and yet say something else.

It changes a cell, and as long as a rule is broken that must hold it makes that rule true by one more cell, the one
that leaves fewest rules broken. Rules are all it looks at: what its rows send is for other tables to judge.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from tests.adversarial.base import Base, Values, honest_base, window, with_jump
from tests.adversarial.lie import Broken, Cell, Lie
from tests.adversarial.reach import Place, Reaches
from tests.adversarial.witness import Attacked, Guard
from verifier.field import P
from verifier.program import Selector

MOST_REPAIRS = 200
MOST_STIRRED = 3
MOST_MORE_BROKEN = 16
"""A lie that has broken so many more rules than it began with is given up."""

CANDIDATES = 10
DOWNWARDS = 0.9
"""How much a cell of the row below is preferred in a draw of lots between 0 and 1."""

OTHER_BASES = 3
"""One attempt in so many starts from other than the honest trace."""

POWERS = 16
"""Cells change by powers of two below 2^16, so that a bit can follow."""


class Liar:
    """Searches lies in one table, starting from its honest trace or from others made of its rows."""

    def __init__(self, attacked: Attacked) -> None:
        self.attacked = attacked
        self.values = Values(attacked)
        self.honest = honest_base(self.values)
        self.reaches = Reaches(attacked.form)
        self._generator = np.random.default_rng(0)

    def attempt(
        self, guard: Guard, seed: int, rows: Sequence[int], jumps: Sequence[tuple[int, int]]
    ) -> Lie | None:
        """Try once: a lie that breaks no rule but this one; or none, and moves this interaction's messages.

        It begins on one of these rows of the honest trace, or in a window, or with one of these jumps. The seed
        decides all choices, so that what worked for one constraint is likely to work for one like it.
        """
        self._generator = np.random.default_rng(seed)
        base = self._base(guard, rows, jumps)
        lie = self.lie(guard, base)
        possible = [
            row
            for row in (rows if base is self.honest else range(base.height))
            if not guard.is_rule or base.active(guard.number, row)
        ]
        if not possible:
            return None
        row = possible[self._draw(len(possible))]
        # In a jump that breaks the chosen rule the lie has begun.
        if not lie.reached() or self._draw(4) == 0:
            self._begin(lie, row)
        return lie if self.repair(lie) and lie.reached() else None

    def lie(self, guard: Guard, base: Base | None = None) -> Lie:
        """A lie not yet begun, by default in the honest trace."""
        if base is None or base is self.honest:
            return Lie(self.honest, self.reaches, guard, ())
        return Lie(base, self.reaches, guard, base.broken())

    def repair(self, lie: Lie) -> bool:
        """Whether in the end no rule is broken that must hold."""
        most = len(lie.broken) + MOST_MORE_BROKEN
        stirred = 0
        for _ in range(MOST_REPAIRS):
            others = lie.must_hold(lie.broken)
            if not others:
                return True
            if len(others) > most:
                return False
            wrong = min(others, key=lambda each: (len(self.reaches.read[each[0]]), each))
            best = min(self._repairs(lie, wrong), default=None)
            if best is not None:
                lie.write(*best[2:])
            elif stirred == MOST_STIRRED or not self._stir(lie, wrong):
                return False
            else:
                stirred += 1
        return False

    def _draw(self, below: int) -> int:
        return int(self._generator.integers(below))

    def _base(self, guard: Guard, rows: Sequence[int], jumps: Sequence[tuple[int, int]]) -> Base:
        # Preprocessed columns fix height and order of rows; and in a window all messages are others anyway.
        if self.attacked.preprocessed is not None or not guard.is_rule:
            return self.honest
        if rows and self._draw(OTHER_BASES):
            return self.honest
        if jumps and self._draw(2):
            return with_jump(self.values, *jumps[self._draw(len(jumps))])
        return window(self.values, self._generator)

    def _begin(self, lie: Lie, row: int) -> None:
        """Change a cell that the chosen constraint reads; or one beside it, and let it make another rule true."""
        places = self.reaches.read_by(lie.guard)
        if not places:
            return
        column, below = self._place(places)
        target = ((row + below) % lie.base.height, column)
        if self._draw(2) or not self._begin_beside(lie, target):
            lie.write(target, self._other_value(lie, target))

    def _begin_beside(self, lie: Lie, target: Cell) -> bool:
        column = target[1]
        read_with_it = [
            (rule, (target[0] - below) % lie.base.height)
            for below in (0, 1)
            for rule in self.reaches.readers.get((column, below), ())
            if rule != lie.rule and len(self.reaches.read[rule]) > 1
        ]
        active = [each for each in read_with_it if lie.base.active(*each)]
        if not active:
            return False
        rule, row = active[self._draw(len(active))]
        beside, below = self._place(self.reaches.read[rule])
        other = ((row + below) % lie.base.height, beside)
        if other == target:
            return False
        lie.write(other, self._other_value(lie, other))
        solution = lie.solution((rule, row), target)
        if solution is not None:
            lie.write(target, solution)
        return True

    def _place(self, places: Sequence[Place]) -> Place:
        """Any of the places, or as often rather one that few rules read: there is less to repair afterwards."""
        drawn = self._generator.random(len(places))
        if self._draw(2):
            readers = [self.reaches.number_of_readers(column) for column, _ in places]
            # The largest log(u) / weight of uniform u is at each place with a chance proportional to its weight.
            drawn = np.log(drawn) * np.square(readers)
        return places[int(drawn.argmax())]

    def _repairs(self, lie: Lie, wrong: Broken) -> list[tuple[int, float, Cell, int]]:
        """Cells that can make a rule true: how many rules are broken then, a lot drawn, the cell, its value."""
        cells = lie.cells_of(*wrong)
        lots = self._generator.random(len(cells)).tolist()
        # What is computed stands below what it is computed from: rather change that, as honest tables are filled.
        drawn = [
            (self.reaches.number_of_readers(cell[1]), lot - DOWNWARDS * (cell[0] != wrong[1]), cell)
            for lot, cell in zip(lots, cells, strict=True)
            if cell not in lie.cells
        ]
        found: list[tuple[int, float, Cell, int]] = []
        for _, lot, cell in sorted(drawn):
            if len(found) == CANDIDATES:
                break
            value = lie.solution(wrong, cell)
            if value is not None and self._may_hold(lie, cell, value):
                broken = lie.broken_with(cell, value)
                # Not so where the rule is not linear in the cell.
                if wrong not in broken:
                    found.append((len(lie.must_hold(broken)), lot, cell, value))
        return found

    def _stir(self, lie: Lie, wrong: Broken) -> bool:
        """Change a cell on which a rule does not depend yet: of a product of zeros, no single factor can."""
        cells = [cell for cell in lie.cells_of(*wrong) if cell not in lie.cells]
        idle = [cell for cell in cells if lie.solution(wrong, cell) is None]
        if not idle:
            return False
        cell = idle[self._draw(len(idle))]
        lie.write(cell, self._other_value(lie, cell))
        return True

    def _other_value(self, lie: Lie, cell: Cell) -> int:
        now = lie.value(cell)
        if now in (0, 1) and (self._draw(2) or not self._may_hold(lie, cell, 2)):
            return 1 - now
        another_row = lie.value((self._draw(lie.base.height), cell[1]))
        power = 1 << self._draw(POWERS)
        others = (1 - now, now + power, now - power, self._draw(P), another_row)
        return others[self._draw(len(others))] % P

    def _may_hold(self, lie: Lie, cell: Cell, value: int) -> bool:
        """Whether no rule but the chosen one forbids the value whatever stands elsewhere."""
        return value in (0, 1) or self._boolean.get(cell[1], lie.rule) == lie.rule

    @cached_property
    def _boolean(self) -> dict[int, int]:
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
