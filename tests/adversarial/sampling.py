"""Which rows are attacked, and what is written into their cells."""

import numpy as np

from tests.adversarial.witness import Attacked, Integers
from verifier.field import P

VALUES = ("value + 1", "value - 1", "1 - value", "0", "P - 1", "random", "another row's")


def rows_to_attack(attacked: Attacked, most: int, generator: np.random.Generator) -> Integers:
    """All rows of a small table; of a tall one the edges, rows in which each column holds something, and random ones.

    `most` bounds the random rows; the others are taken whatever their number.
    """
    height = attacked.height
    if height <= most:
        return np.arange(height)
    chosen = {0, 1, height - 2, height - 1}
    order = generator.permutation(height)
    for column in attacked.main.T:
        filled = column[order] != 0
        chosen |= {int(order[np.argmax(filled)]), int(order[np.argmin(filled)])}
    chosen |= set(order[:most].tolist())
    return np.array(sorted(chosen))


def other_values(attacked: Attacked, column: int, rows: Integers, generator: np.random.Generator) -> Integers:
    """What each row's cell of a column is changed to, one value for each of `VALUES`: shape (rows, values)."""
    honest = attacked.main[:, column].astype(np.int64)
    here = honest[rows]
    count = len(rows)
    written = (
        here + 1,
        here - 1,
        1 - here,
        np.zeros(count, dtype=np.int64),
        np.full(count, P - 1),
        generator.integers(P, size=count),
        honest[generator.integers(attacked.height, size=count)],
    )
    return np.stack(written, axis=1) % P
