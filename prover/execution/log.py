"""The `log` program's rules: a hash chain over heights and items (docs/log.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from prover.execution.ordered import OrderedHeight

GENESIS_STATE = bytes(32)
"""The state of a chain that has absorbed nothing."""

ITEM_TAG = b"\x01"
CLOSE_TAG = b"\x02"


@dataclass(frozen=True)
class Step:
    """One link of the chain: `absorbed` is an item's digest (32 bytes), or what the end of a height absorbs (20)."""

    height: int
    is_item: bool
    count: int
    before: bytes
    absorbed: bytes
    after: bytes


def execute(state: bytes, chain_id: int, ordered: Iterable[OrderedHeight]) -> tuple[Step, ...]:
    """Absorb every height's items in order, then its end. The last step's `after` is the new state."""
    steps: list[Step] = []

    def absorb(height: int, is_item: bool, count: int, absorbed: bytes) -> None:
        before = steps[-1].after if steps else state
        after = sha256((ITEM_TAG if is_item else CLOSE_TAG) + before + absorbed).digest()
        steps.append(Step(height, is_item, count, before, absorbed, after))

    for each in ordered:
        for count, item in enumerate(each.items):
            absorb(each.height, True, count, sha256(item).digest())
        count = len(each.items)
        end = chain_id.to_bytes(8, "big") + each.height.to_bytes(8, "big") + count.to_bytes(4, "big")
        absorb(each.height, False, count, end)
    return tuple(steps)
