"""Every cell of an honest trace: changed -> caught.

A cell is changed to `sampling.VALUES`; it floats if for one of them no rule breaks and every message still finds its
partner. What may float is listed as `DontCare`, and an entry of that list that excuses nothing is reported too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from circuits.dsl import Compiled
from tests.adversarial.reviewed import DontCare
from tests.adversarial.sampling import VALUES
from tests.adversarial.sweep import Sweep
from tests.adversarial.witness import Integers

SHOWN = 8


def floating_cells(
    compiled: Compiled, sweeps: Sequence[Sweep], dont_cares: Sequence[DontCare]
) -> tuple[list[str], set[DontCare]]:
    """The cells that float without excuse, in words, and the excuses that were used."""
    complaints: list[str] = []
    used: set[DontCare] = set()
    layouts = {table.name: table.layout() for table in compiled.tables}
    for each in sweeps:
        table = each.attacked.form.name
        left = {column: mask.copy() for column, mask in each.floating.items()}
        for excuse in (excuse for excuse in dont_cares if excuse.table.name == table):
            excused = excuse.rows(each.attacked)[each.rows]
            for column in left.keys() & excuse.columns():
                if left[column][excused].any():
                    used.add(excuse)
                left[column][excused] = False
        for field, (first, width) in layouts[table].items():
            masks = {column - first: left[column] for column in range(first, first + width) if column in left}
            cells = [index for index, mask in masks.items() if mask.any()]
            if cells:
                complaints.append(f"{table}.{field}" + _shown(each.rows, cells, width, sum(masks.values())))
    return complaints, used


def _shown(rows: Integers, cells: Sequence[int], width: int, unnoticed: Any) -> str:
    floating = rows[(unnoticed > 0).any(axis=1)].tolist()
    values = ", ".join(VALUES[at] for at in np.flatnonzero((unnoticed > 0).any(axis=0)))
    index = "" if width == 1 else f"[{_listed(cells)}]"
    return f"{index} floats on rows {_listed(floating)}: {values}"


def _listed(numbers: Sequence[int]) -> str:
    more = ", ..." if len(numbers) > SHOWN else ""
    return ", ".join(map(str, numbers[:SHOWN])) + more
