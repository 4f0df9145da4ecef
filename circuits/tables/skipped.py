"""Bytes of an item that nothing depends on any more, taken from their sender part by part."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import PART, HashPart
from circuits.tables.payment_buses import ItemRefused, Verdict
from circuits.tables.stream_sources import ITEM


class Skipped(Table[C]):
    """One part of an item a row, in any order; idle rows are zero.

    The part's bytes, of which there is at least one and between which there is no gap, begin at `position`, where
    reading the item stopped. All the table does is move that place to behind them.

    Soundness: it moves forward, by less than 2^25 in all rows together, so the messages of an item are one chain: it
    begins where `Transaction` left the item, which it does once, and ends where the item is over.
    """

    max_log_height = 19
    mistyped: C = flag()
    malformed: C = flag()
    unread: C = flag()
    over: C = flag()
    item: C = cell()
    start: C = cell()
    position: C = cell()
    base: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = flags(PART)

    def rules(self, air: Air[C], below: "Skipped[C]") -> None:
        live = self.mistyped + self.malformed + self.unread
        verdict = (
            Verdict.WRONG_TYPE * self.mistyped
            + Verdict.MALFORMED * self.malformed
            + Verdict.TOO_LONG * self.unread
        )
        air.boolean(live)
        for unused in (self.over, self.item, self.start, self.base, *self.value):
            air.zero((1 - live) * unused)
        begins = [self.mask[0]]
        begins += [taken * (1 - before) for before, taken in zip(self.mask, self.mask[1:], strict=False)]
        # Soundness: the first of the bytes is at only one place of the part, so no byte is missing behind it.
        air.equal(sum(begins[1:], begins[0]), live)
        first = self.base
        for at, begin in enumerate(begins):
            first = first + at * begin
        air.equal(self.position, first)

        count = sum(self.mask[1:], self.mask[0])
        air.receive(HashPart(ITEM, self.item, self.base, self.value, self.mask), when=live)
        air.receive(ItemRefused(self.item, self.start, self.position, verdict, 0), when=live)
        air.send(
            ItemRefused(self.item, self.start, self.position + count, verdict, self.over),
            when=live,
        )
