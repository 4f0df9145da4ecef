"""A whole attack on a program: several witnesses, every table, every cell, every constraint.

Three things are asked of a table: that no cell floats (`floating`), that every constraint is needed (`needed`), and
that nothing is said unasked (`unasked`). Of each, what a person reviewed may be excused, and an excuse that is not
needed any more is a complaint too. A new program is attacked by a test that names its witnesses and its excuses, as
`test_celestia_log` does.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from circuits.dsl.compile import AnyTable
from tests.adversarial.floating import floating_cells
from tests.adversarial.needed import RegisteredLie, unneeded
from tests.adversarial.reviewed import DontCare, Implied, Unasked
from tests.adversarial.sweep import Sweep, sweep
from tests.adversarial.unasked import said_unasked
from tests.adversarial.witness import Witness

MOST_ROWS = 48
SEED = 1


class Campaign:
    """An attack on honest witnesses of one program; the same every time."""

    def __init__(self, witnesses: Sequence[Witness], tables: Sequence[AnyTable] | None = None) -> None:
        """Attack these tables, by default all."""
        self.witnesses = witnesses
        self.compiled = witnesses[0].compiled
        self.tables = {table.name for table in (self.compiled.tables if tables is None else tables)}

    @cached_property
    def sweeps(self) -> dict[str, list[Sweep]]:
        """What came of changing cells, by table: a sweep for each witness in which the table is present."""
        generator = np.random.default_rng(SEED)
        found: dict[str, list[Sweep]] = {}
        for witness in self.witnesses:
            for attacked in witness.present():
                if attacked.form.name in self.tables:
                    found.setdefault(attacked.form.name, []).append(sweep(attacked, MOST_ROWS, generator))
        return found

    def floating(self, dont_cares: Sequence[DontCare] = ()) -> list[str]:
        """The cells whose change nobody notices, and excuses that excuse nothing, in words."""
        every = [each for sweeps in self.sweeps.values() for each in sweeps]
        complaints, used = floating_cells(self.compiled, every, dont_cares)
        idle = (excuse for excuse in dont_cares if excuse not in used)
        return complaints + [
            f"{each.table.name}: nothing floats of {', '.join(each.fields)}" for each in idle
        ]

    def unneeded(
        self, table: AnyTable, implied: Sequence[Implied] = (), lies: Sequence[RegisteredLie] = ()
    ) -> list[str]:
        """The constraints of a table that nothing would miss, and reviews out of date, in words."""
        generator = np.random.default_rng(SEED)
        return unneeded(self.compiled, self.sweeps[table.name], implied, lies, generator)

    def unasked(self, table: AnyTable, reviewed: Sequence[Unasked] = ()) -> list[str]:
        """The messages by which idle rows of a table can be made to speak of themselves, in words."""
        generator = np.random.default_rng(SEED)
        return said_unasked(self.compiled, self.sweeps[table.name], reviewed, generator)
