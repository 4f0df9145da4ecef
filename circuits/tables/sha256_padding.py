"""SHA-256 padding (FIPS 180-4, section 5.1.1): which bytes a message of any length is hashed as."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flags
from circuits.tables.hash_buses import CHUNK, HashByte, HashChunk

BLOCK_ROWS = 4
MARKER = 0x80
LENGTH_AT = 8
TOP_BITS = 4


class Sha256Padding(Table[C]):
    """One sixteen-byte chunk of a padded message a row, four rows a block, messages one after the other.

    Message bytes are received from whoever has the message hashed; what follows them is 0x80, zeros and the
    length in bits. `open` says that no byte before this row is padding, `data` which bytes of the row are the
    message's, `length` how many there were up to the end of the row. `ends` marks a message's last row, whose
    second half is the length; `top` are the bits of its fifth byte. Idle rows are zero.

    Every live row's values are bytes, because the compression receives them as such.
    """

    max_log_height = 20
    part: Cells[C] = flags(BLOCK_ROWS)
    value: Cells[C] = cells(CHUNK)
    data: Cells[C] = flags(CHUNK)
    source: C = cell()
    message: C = cell()
    chunk: C = cell()
    open: C = cell()
    ends: C = cell()
    length: C = cell()
    top: Cells[C] = flags(TOP_BITS)

    def rules(self, air: Air[C], below: "Sha256Padding[C]") -> None:
        live = sum(self.part[1:], self.part[0])
        count = sum(self.data[1:], self.data[0])
        count_below = sum(below.data[1:], below.data[0])
        continues = live - self.ends
        # Makes the multiplicity of the chunk below 0 or 1.
        air.boolean(live)
        for unused in (self.source, self.message, self.chunk, self.open, self.length):
            air.zero((1 - live) * unused)
        # Soundness: the one place where a message may end; byte 55 of a block is the last to leave room.
        air.equal(self.ends, self.part[-1] * (1 - self.data[LENGTH_AT - 1]))
        self._bytes(air)
        self._length(air)

        with air.first_row():
            for part in self.part[1:]:
                air.zero(part)
            self._start(air, self.part[0], self, count)
        with air.between_rows():
            for part, before in zip(below.part[1:], self.part, strict=False):
                air.equal(part, before)
            air.zero((self.part[-1] - self.ends) * (1 - below.part[0]))
            air.zero(continues * (below.source - self.source))
            air.zero(continues * (below.message - self.message))
            air.zero(continues * (below.chunk - self.chunk - 1))
            air.zero(continues * (below.open - self.open * self.data[-1]))
            air.zero(continues * (below.length - self.length - count_below))
            self._start(air, below.part[0] * (1 - continues), below, count_below)

        for index, (value, taken) in enumerate(zip(self.value, self.data, strict=True)):
            air.receive(HashByte(self.source, self.message, CHUNK * self.chunk + index, value), when=taken)
        air.send(
            HashChunk(self.source, self.message, self.chunk, self.ends, self.value), times=live, at_most=1
        )

    def _start(self, air: Air[C], starts: C, row: "Sha256Padding[C]", count: C) -> None:
        air.zero(starts * row.chunk)
        air.zero(starts * (1 - row.open))
        air.zero(starts * (row.length - count))

    def _bytes(self, air: Air[C]) -> None:
        """Message bytes, then the marker, then zeros; the length's eight bytes are ruled by `_length`."""
        before = self.open
        for index, (value, taken) in enumerate(zip(self.value, self.data, strict=True)):
            air.zero(taken * (1 - before))
            wrong = (1 - taken) * (value - MARKER * (before - taken))
            air.zero(wrong if index < LENGTH_AT else (1 - self.ends) * wrong)
            before = taken

    def _length(self, air: Air[C]) -> None:
        for value in self.value[LENGTH_AT : LENGTH_AT + 4]:
            air.zero(self.ends * value)
        bits = self.value[LENGTH_AT + 4]
        top = self.top[0]
        for index, bit in enumerate(self.top[1:], 1):
            top = top + bit * (1 << index)
        # Soundness: with the first byte below 16 these are integers below 2^28, not ones modulo P; and so is
        # eight times `length`, which counts at most 16 a row of at most 2^20.
        air.zero(self.ends * (bits - top))
        for value in self.value[LENGTH_AT + 5 :]:
            bits = bits * 256 + value
        air.zero(self.ends * (bits - 8 * self.length))
        air.zero((1 - self.ends) * sum(self.top[1:], self.top[0]))
