"""The `log` program: its state is a hash chain over heights, counts and items (docs/log.md).

item:             S <- SHA-256(01 | S | SHA-256(item's stream))
end of a height:  S <- SHA-256(02 | S | chain id 8 | height 8 | number of its items 4)
"""

from circuits.dsl import Air, Bus, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import HashByte, HashDigest, HashPart
from circuits.tables.ordered_buses import OrderedItem
from circuits.tables.stream_sources import ITEM, LOG

DIGEST = 32
CHAIN_ID = 8
HEIGHT_AT = CHAIN_ID
COUNT_AT = HEIGHT_AT + 8
CLOSING = COUNT_AT + 4
"""Bytes behind the state in the preimage that ends a height."""

HEIGHT_TOP_BITS = 6
"""Bits of the highest of a height's four bytes: heights below 2^30."""


class LogBegin(Bus[C]):
    """The statement's first height, state before and chain id, from the verifier."""

    name = "log.begin"
    height: C
    state: Cells[C] = cells(DIGEST)
    chain_id: Cells[C] = cells(CHAIN_ID)


class LogEnd(Bus[C]):
    """The statement's last height and state after, to the verifier."""

    name = "log.end"
    height: C
    state: Cells[C] = cells(DIGEST)


class Log(Table[C]):
    """One step of the chain a row: the items of a height, then its end, then the next height.

    `absorbed` is the digest of an item, or what the end of a height absorbs, filled up with zeros.
    """

    max_log_height = 16
    item: C = flag()
    closes: C = flag()
    first: C = flag()
    last: C = flag()
    number: C = cell()
    height: C = cell()
    count: C = cell()
    items: C = cell()
    before: Cells[C] = cells(DIGEST)
    absorbed: Cells[C] = cells(DIGEST)
    after: Cells[C] = cells(DIGEST)
    chain_id: Cells[C] = cells(CHAIN_ID)
    top_bits: Cells[C] = flags(HEIGHT_TOP_BITS)

    def rules(self, air: Air[C], below: "Log[C]") -> None:
        live = self.item + self.closes
        live_below = below.item + below.closes
        air.boolean(live)
        self._closing(air)
        with air.first_row():
            air.equal(live, 1)
            air.equal(self.first, 1)
            air.zero(self.number)
            air.zero(self.count)
            air.zero(self.items)
        with air.between_rows():
            air.zero(below.first)
            air.equal(below.number, self.number + 1)
            air.equal(below.items, self.items + self.item)
            for kept, same in zip(below.chain_id, self.chain_id, strict=True):
                air.equal(kept, same)
            air.zero(live_below * (1 - live))
            # Soundness: without it the last height would not have to be closed, nor its items be counted.
            air.zero(self.item * (1 - live_below))
            air.equal(self.last, live - live_below)
            air.zero(live_below * (below.height - self.height - self.closes))
            air.zero(live_below * (below.count - self.item * (self.count + 1)))
            for state, earlier in zip(below.before, self.after, strict=True):
                air.zero(live_below * (state - earlier))
        with air.last_row():
            air.zero(self.item)
            air.equal(self.last, live)

        air.receive(LogBegin(self.height, self.before, self.chain_id), when=self.first)
        air.send(LogEnd(self.height, self.after), when=self.last)
        air.send(HashByte(LOG, self.number, 0, self.item + 2 * self.closes), times=live, at_most=1)
        air.send(HashPart(LOG, self.number, 1, self.before, (1,) * DIGEST), times=live, at_most=1)
        mask = (1,) * CLOSING + (self.item,) * (DIGEST - CLOSING)
        air.send(HashPart(LOG, self.number, 1 + DIGEST, self.absorbed, mask), times=live, at_most=1)
        air.receive(HashDigest(LOG, self.number, self.after), times=live, at_most=1)
        air.receive(HashDigest(ITEM, self.items + 1, self.absorbed), when=self.item)
        air.receive(OrderedItem(self.items + 1, self.height), when=self.item)

    def _closing(self, air: Air[C]) -> None:
        """Chain id, height and count as big-endian integers, each with one reading only."""
        for byte, given in zip(self.absorbed, self.chain_id, strict=False):
            air.zero(self.closes * (byte - given))
        height = self.absorbed[HEIGHT_AT:COUNT_AT]
        count = self.absorbed[COUNT_AT:CLOSING]
        # Soundness: below 2^30 and 2^24, so that no other bytes have the same value modulo P.
        for byte in (*height[:4], count[0]):
            air.zero(self.closes * byte)
        top = self.top_bits[0]
        for index, bit in enumerate(self.top_bits[1:], 1):
            top = top + bit * (1 << index)
        air.equal(top, self.closes * height[4])
        air.zero(self.closes * (_big_endian(height[4:]) - self.height))
        air.zero(self.closes * (_big_endian(count[1:]) - self.count))


def _big_endian(digits: Cells[C]) -> C:
    total = digits[0]
    for digit in digits[1:]:
        total = total * 256 + digit
    return total
