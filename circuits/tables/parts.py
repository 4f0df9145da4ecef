"""Parts of messages to be hashed, taken apart into bytes."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import PART, HashByte, HashPart


class Parts(Table[C]):
    """One part of a stream a row; rows that are not `live` are zero."""

    max_log_height = 20
    live: C = flag()
    source: C = cell()
    message: C = cell()
    base: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = flags(PART)

    def rules(self, air: Air[C], below: "Parts[C]") -> None:
        air.receive(HashPart(self.source, self.message, self.base, self.value, self.mask), when=self.live)
        for offset, (value, taken) in enumerate(zip(self.value, self.mask, strict=True)):
            air.send(HashByte(self.source, self.message, self.base + offset, value), when=taken)
        idle = 1 - self.live
        # Soundness: a row that received nothing sends nothing. Flags add up to zero only if each is.
        air.zero(idle * sum(self.mask[1:], self.mask[0]))
        for unused in (self.source, self.message, self.base, *self.value):
            air.zero(idle * unused)
