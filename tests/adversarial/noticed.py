"""Who notices each of many changes to an honest witness."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tests.adversarial.witness import Guard, Integers, Mask


@dataclass(frozen=True)
class Noticed:
    """What a batch of changes of one table does; all arrays end in the batch's shape.

    `broken` tells for a rule which changes break it on some row. `moved` is what an interaction adds to the
    ledger, less what it added in the honest trace, as (lanes, ...); `buses` is the sum of these by bus. Rules and
    interactions to which nothing happens may be missing.
    """

    shape: tuple[int, ...]
    broken: Mapping[Guard, Mask]
    moved: Mapping[Guard, Integers] = field(default_factory=dict)
    buses: Mapping[int, Integers] = field(default_factory=dict)

    def rules_broken(self) -> Integers:
        """How many rules each change breaks."""
        found = np.zeros(self.shape, dtype=np.int64)
        for mask in self.broken.values():
            found += mask
        return found

    def anyone(self) -> Mask:
        """Which changes are noticed at all: by a rule, or because a message finds no partner."""
        found = self.rules_broken() > 0
        for ledger in self.buses.values():
            found |= nonzero(ledger)
        return found


def nonzero(ledger: Integers) -> Mask:
    """Where any lane of a part of the ledger is other than zero."""
    found: Mask = (ledger != 0).any(axis=0)
    return found
