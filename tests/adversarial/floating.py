"""Every cell of an honest trace: changed -> caught.

A cell is changed to `sampling.VALUES`; it floats if for one of them no rule breaks and every message still finds its
partner. What may float is listed as `DontCare`, and an entry of that list that excuses nothing is reported too.
"""

from collections.abc import Sequence

import numpy as np

from circuits.dsl import Compiled
from tests.adversarial.reviewed import DontCare
from tests.adversarial.sampling import VALUES
from tests.adversarial.sweep import Sweep
from verifier.program import Operation

SHOWN_ROWS = 8


def floating_cells(
    compiled: Compiled, sweeps: Sequence[Sweep], dont_cares: Sequence[DontCare]
) -> tuple[list[str], set[DontCare]]:
    """The cells that float without excuse, in words, and the excuses that were used."""
    complaints: list[str] = []
    used: set[DontCare] = set()
    names = {table.name: table.column_names(Operation.MAIN) for table in compiled.tables}
    for each in sweeps:
        table = each.attacked.form.name
        left = {column: mask.copy() for column, mask in each.floating.items()}
        for excuse in (excuse for excuse in dont_cares if excuse.table.name == table):
            excused = excuse.rows(each.attacked)[each.rows]
            for column in left.keys() & set(excuse.columns()):
                if left[column][excused].any():
                    used.add(excuse)
                left[column][excused] = False
        for column, mask in left.items():
            if mask.any():
                rows = each.rows[mask.any(axis=1)]
                shown = ", ".join(map(str, rows[:SHOWN_ROWS])) + (", ..." if len(rows) > SHOWN_ROWS else "")
                values = ", ".join(VALUES[at] for at in np.flatnonzero(mask.any(axis=0)))
                complaints.append(f"{table}.{names[table][column]} floats on rows {shown}: {values}")
    return complaints, used
