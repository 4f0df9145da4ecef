"""Every constraint deleted -> some test notices.

A rule is needed if there is a lie that breaks this rule and no other of its table: without the rule the table
would accept it. An interaction is never missed alone, for without it every honest message at the other end would
find no partner; it is needed if there is a lie that breaks no rule and changes what this interaction says, so that
nothing but the ledger can notice. Lies are sought table by table; lies told by all tables together, about what the
sequencer ordered, are in `tests/celestia_log`.

They come from three places, cheapest first: single cells and honest rows in another order (`sweep`), lies whose
first step a test registers, and a search (`liar`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from circuits.dsl.compile import AnyTable, Compiled
from tests.adversarial.liar import Liar
from tests.adversarial.reviewed import Implied, interactions_written, named, rules_written
from tests.adversarial.sweep import Sweep
from tests.adversarial.witness import Guard

ROUNDS = 300
ATTEMPTS = 4
JUMPS = 8


@dataclass(frozen=True)
class RegisteredLie:
    """How to begin a lie against rules or interactions written with a text, which the search would not hit upon.

    `change` gets a table's honest trace under the names of its columns, and the number of the constraint among them.
    """

    table: AnyTable
    text: str
    change: Callable[[Any, int], None]


@dataclass
class Hunt:
    """The search for lies in the honest traces of one table."""

    sweeps: Sequence[Sweep]
    generator: np.random.Generator
    found: set[Guard] = field(default_factory=set)
    _worked: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.liars = [Liar(each.attacked) for each in self.sweeps]
        self.found |= {guard for each in self.sweeps for guard in each.needed}

    def tell(self, compiled: Compiled, registered: RegisteredLie) -> None:
        """Begin a registered lie in every trace and make it consistent; a lie that does not succeed proves nothing."""
        where = (compiled, registered.table, registered.text)
        for number, guard in enumerate([*rules_written(*where), *interactions_written(*where)]):
            for each, liar in zip(self.sweeps, self.liars, strict=True):
                trace = named(registered.table, each.attacked)
                registered.change(trace, number)
                lie = liar.lie(guard)
                for row, column in np.argwhere(trace.matrix != each.attacked.main).tolist():
                    lie.write((row, column), int(trace.matrix[row, column]))
                if liar.repair(lie) and lie.reached():
                    self.found.add(guard)

    def search(self, compiled: Compiled, guards: Sequence[Guard]) -> list[Guard]:
        """Those of the constraints that no lie could be found for."""
        left = [guard for guard in guards if guard not in self.found]
        for _ in range(ROUNDS):
            if not left:
                break
            left = [guard for guard in left if not self._try(guard, guard.source(compiled).text)]
        return left

    def _try(self, guard: Guard, text: str) -> bool:
        for number, (each, liar) in enumerate(zip(self.sweeps, self.liars, strict=True)):
            rows = each.rows[each.touched[guard]].tolist() if guard in each.touched else []
            jumps = each.walks.jumps(guard, JUMPS)
            # What worked for a rule is tried first for the others written on the same line.
            worked = self._worked.setdefault((number, text), [])
            fresh = self.generator.integers(1 << 32, size=ATTEMPTS).tolist()
            for seed in (*worked[-ATTEMPTS:], *fresh):
                if liar.attempt(guard, seed, rows, jumps) is not None:
                    self.found.add(guard)
                    worked.append(seed)
                    return True
        return False


def unneeded(
    compiled: Compiled,
    sweeps: Sequence[Sweep],
    implied: Sequence[Implied],
    lies: Sequence[RegisteredLie],
    generator: np.random.Generator,
) -> list[str]:
    """The constraints of one table that nothing would miss, and reviews that are out of date, in words."""
    name = sweeps[0].attacked.form.name
    hunt = Hunt(sweeps, generator)
    for lie in lies:
        if lie.table.name == name:
            hunt.tell(compiled, lie)
    complaints: list[str] = []
    excused: set[Guard] = set()
    for review in implied:
        if review.table.name == name:
            guards = review.guards(compiled)
            if hunt.found.issuperset(guards):
                complaints.append(f"{name}: no rule, or a needed one, was reviewed as implied: {review.text}")
            excused |= set(guards)
    attacked = sweeps[0].attacked
    wanted = [guard for guard in (*attacked.rules(), *attacked.interactions()) if guard not in excused]
    missing = hunt.search(compiled, wanted)
    return complaints + [f"{name} would not miss {guard.source(compiled)}" for guard in missing]
