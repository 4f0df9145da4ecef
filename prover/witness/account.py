"""Fills `circuits.tables.account`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.account import INNER, Account
from circuits.tables.state_buses import ADDRESS, BALANCE, NONCE
from prover.execution.state.batch import AccountChange, Batch
from prover.execution.state.leaf import Leaf, hash_blocks, leaf_blocks, limbs
from prover.witness.rows import zeroed


def fill_account(batch: Batch) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns)."""
    return fill_changes(batch.accounts)


def fill_changes(changes: Sequence[AccountChange]) -> NDArray[np.uint32]:
    """The same from the rows alone, in their order."""
    trace = zeroed(Account, len(changes))
    count = len(changes)
    trace.live[:count] = 1
    for name in ("old", "new", "index", "time"):
        getattr(trace, name)[:count] = [getattr(change, name) for change in changes]
    for name in ("address", "end", "next"):
        getattr(trace, name)[:count] = limbs([getattr(change, name) for change in changes], ADDRESS)
    for when in ("before", "after"):
        accounts = [getattr(change, when) for change in changes]
        getattr(trace, f"nonce_{when}")[:count] = limbs([each.nonce for each in accounts], NONCE)
        getattr(trace, f"balance_{when}")[:count] = limbs([each.balance for each in accounts], BALANCE)
    _hash(trace, "before", changes, [row for row, change in enumerate(changes) if change.old])
    _hash(trace, "after", changes, [row for row, change in enumerate(changes) if change.old or change.new])
    _compare(trace, changes)
    return trace.matrix


def _hash(trace: Trace, when: str, changes: Sequence[AccountChange], rows: Sequence[int]) -> None:
    kept = [changes[row] for row in rows]
    if when == "before":
        leaves = [Leaf(change.address, change.end, change.before) for change in kept]
    else:
        leaves = [Leaf(change.address, change.next, change.after) for change in kept]
    digests = hash_blocks(leaf_blocks(leaves))
    getattr(trace, f"inner_{when}")[rows] = digests[:, :-1].reshape(-1, INNER * DIGEST)
    getattr(trace, f"digest_{when}")[rows] = digests[:, -1]


def _compare(trace: Trace, changes: Sequence[AccountChange]) -> None:
    """Where each address is below what comes next in its gap."""
    if not changes:
        return
    following = [*changes[1:], None]
    upper = limbs(
        [
            each.end if below is None or below.old else below.address
            for each, below in zip(changes, following, strict=True)
        ],
        ADDRESS,
    )
    rows = np.arange(len(changes))
    apart = upper.astype(np.int64) - trace.address[rows]
    # The highest limb that differs is the first one from behind.
    at = ADDRESS - 1 - np.argmax(apart[:, ::-1] != 0, axis=1)
    trace.differs_at[rows, at] = 1
    trace.excess[rows] = np.maximum(apart[rows, at] - 1, 0)
