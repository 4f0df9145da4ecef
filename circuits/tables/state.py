"""The root of the state: what the statement's two states are made of (docs/state.md)."""

from functools import cache
from itertools import islice

from circuits.dsl import Air, C, Cells, Table, cell, cells
from circuits.gadgets.poseidon2 import DIGEST, compress
from circuits.tables.poseidon2 import Compress
from circuits.tables.state_buses import (
    ADDRESS,
    BASE_FEE,
    CHAIN_ID,
    DEPTH,
    GAS_CAP,
    STATE_LEVEL,
    Configuration,
    FirstFreeIndex,
    LastFreeIndex,
    NodeChange,
    StateAfter,
    StateBefore,
)

INDEX_BITS = 30
"""Leaves stand at indices below 2^30, each a field element; the other three quarters of the tree are empty."""


@cache
def empty_digests() -> tuple[tuple[int, ...], ...]:
    """The digests of empty trees of depth 0 (a leaf: zeros) to `DEPTH`."""
    found: list[tuple[int, ...]] = [(0,) * DIGEST]
    for _ in range(DEPTH):
        found.append(compress(found[-1], found[-1]))
    return tuple(found)


class State(Table[C]):
    """A single row: the state before and after, the number of leaves before and after, the configuration.

    It begins the tree and receives those of its nodes that are no accounts: their number, the digest of the
    configuration, and the empty subtrees at the right.
    """

    max_log_height = 0
    before: Cells[C] = cells(DIGEST)
    after: Cells[C] = cells(DIGEST)
    count_before: C = cell()
    count_after: C = cell()
    chain_id: Cells[C] = cells(CHAIN_ID)
    base_fee: Cells[C] = cells(BASE_FEE)
    fee_recipient: Cells[C] = cells(ADDRESS)
    gas_cap: Cells[C] = cells(GAS_CAP)
    first_block: Cells[C] = cells(DIGEST)
    configuration: Cells[C] = cells(DIGEST)
    asked: C = cell()

    def rules(self, air: Air[C], below: "State[C]") -> None:
        air.receive(StateBefore(self.before, self.chain_id))
        air.send(StateAfter(self.after))
        air.send(NodeChange(STATE_LEVEL, 0, self.before, self.after))
        air.receive(NodeChange(STATE_LEVEL - 1, 1, self.configuration, self.configuration))
        zeros = [air.constant(0)] * DIGEST
        counts = ([count, *zeros[1:]] for count in (self.count_before, self.count_after))
        air.receive(NodeChange(DEPTH, 1, *counts))
        # Soundness: an index of 2^30 or more would be another one's too, modulo P.
        for level in range(INDEX_BITS, DEPTH):
            empty = [air.constant(element) for element in empty_digests()[level]]
            air.receive(NodeChange(level, 1, empty, empty))
        air.send(FirstFreeIndex(self.count_before))
        air.receive(LastFreeIndex(self.count_after))

        fields = (self.chain_id, self.base_fee, self.fee_recipient, self.gas_cap)
        limbs = [limb for field in fields for limb in reversed(field)]
        blocks = iter([*limbs, *zeros])
        left, right, rest = (tuple(islice(blocks, DIGEST)) for _ in range(3))
        air.lookup(Compress(left, right, self.first_block))
        air.lookup(Compress(self.first_block, rest, self.configuration))
        air.provide(
            Configuration(self.chain_id, self.base_fee, self.fee_recipient, self.gas_cap), times=self.asked
        )
