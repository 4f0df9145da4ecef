"""Honest rows in another order: a trace that begins or ends elsewhere, or jumps from one row to another.

Every row of such a trace is honest, so it can break a rule only where it begins, ends or jumps.
"""

from dataclasses import dataclass

import numpy as np

from tests.adversarial.graph import canonical, evaluate
from tests.adversarial.noticed import Noticed
from tests.adversarial.witness import Attacked, Guard, Integers, Mask
from verifier.program import Selector

MOST_JUMPS = 2000


@dataclass(frozen=True)
class Walks:
    """Places at which a walk may break a rule: an honest row above another, or one that is first or last."""

    rows: Integers
    below: Integers
    noticed: Noticed

    def jumps(self, guard: Guard, most: int) -> list[tuple[int, int]]:
        """Jumps that break a rule: some that break few others or more, and some to where the trace ends."""
        if guard not in self.noticed.broken:
            return []
        breaking = np.flatnonzero(self.noticed.broken[guard])
        ordered = breaking[np.argsort(self.noticed.rules_broken()[breaking], kind="stable")]
        to_end = breaking[np.argsort(-self.below[breaking], kind="stable")]
        chosen = np.concatenate([ordered[:: 2 * len(ordered) // most + 1], to_end[: most // 2]])
        return [(int(self.rows[at]), int(self.below[at])) for at in chosen]


def walks(attacked: Attacked, rows: Integers, generator: np.random.Generator) -> Walks:
    """Try these rows as the first, as the last, and each followed by any of them.

    Periodic columns keep their place, so rows are moved by whole periods. A table with preprocessed columns has
    no other order of rows: none is tried.
    """
    if attacked.preprocessed is not None:
        rows = rows[:0]
    period = 1 << attacked.form.min_log_height
    pairs = [(i, j) for i in rows for j in rows if j != i + 1 and (j - i - 1) % period == 0]
    jumps = generator.permutation(np.array(pairs, dtype=np.int64).reshape(-1, 2))[:MOST_JUMPS]
    begins, ends = rows[rows % period == 0], rows[(rows + 1) % period == 0]
    starts = np.concatenate([jumps[:, 0], begins, ends])
    below = np.concatenate([jumps[:, 1], begins, ends])
    kinds = np.repeat([Selector.BETWEEN, Selector.FIRST, Selector.LAST], [len(jumps), len(begins), len(ends)])
    values = evaluate(attacked, starts, below)
    broken: dict[Guard, Mask] = {}
    for guard in attacked.rules():
        rule = attacked.form.rules[guard.number]
        if rule.selector != Selector.EVERY:
            wrong = np.broadcast_to(canonical(values[rule.node]) != 0, (len(kinds), 1))
            broken[guard] = wrong[:, 0] & (kinds == rule.selector)
    return Walks(starts, below, Noticed(kinds.shape, broken))
