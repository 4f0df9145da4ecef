"""One pass over a table: every column of many rows changed in many ways, and who noticed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tests.adversarial.cells import CellAttack
from tests.adversarial.noticed import nonzero
from tests.adversarial.sampling import other_values, rows_to_attack
from tests.adversarial.walks import Walks, walks
from tests.adversarial.witness import Attacked, Guard, Integers, Mask


@dataclass(frozen=True)
class Sweep:
    """What came of changing single cells of a table, and of putting its rows in another order.

    `floating` holds, for columns of which a change went unnoticed, which changes did: (rows, values). `needed`
    are the constraints without which some change would break no rule: rules that alone noticed one, and
    interactions whose messages changed while no rule broke. `touched` tells on which of the rows a change broke a
    rule or moved an interaction's messages.
    """

    attacked: Attacked
    rows: Integers
    floating: Mapping[int, Mask]
    needed: frozenset[Guard]
    touched: Mapping[Guard, Mask]
    walks: Walks


def sweep(attacked: Attacked, most_rows: int, generator: np.random.Generator) -> Sweep:
    """Change every column on at least `most_rows` rows (all of them in a table that has no more)."""
    rows = rows_to_attack(attacked, most_rows, generator)
    cells = CellAttack(attacked, rows)
    floating: dict[int, Mask] = {}
    needed: set[Guard] = set()
    touched: dict[Guard, Mask] = {}
    for column in range(attacked.form.width):
        values = other_values(attacked, column, rows, generator)
        noticed = cells.change(column, values)
        unnoticed = (values != attacked.main[rows, column][:, None]) & ~noticed.anyone()
        if unnoticed.any():
            floating[column] = unnoticed
        count = noticed.rules_broken()
        moved = {guard: nonzero(ledger) for guard, ledger in noticed.moved.items()}
        needed |= {guard for guard, mask in noticed.broken.items() if (mask & (count == 1)).any()}
        needed |= {guard for guard, mask in moved.items() if (mask & (count == 0)).any()}
        for guard, mask in (*noticed.broken.items(), *moved.items()):
            touched[guard] = touched.get(guard, np.zeros(len(rows), dtype=np.bool_)) | mask.any(axis=1)
    walked = walks(attacked, rows, generator)
    alone = walked.noticed.rules_broken() == 1
    needed |= {guard for guard, mask in walked.noticed.broken.items() if (mask & alone).any()}
    return Sweep(attacked, rows, floating, frozenset(needed), touched, walked)
