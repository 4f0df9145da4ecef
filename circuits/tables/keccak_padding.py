"""Multi-rate padding (FIPS 202, sections 5.1 and B.2) at rate 1088: Keccak-256 as Ethereum has it, and SHA3-256."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import HashByte
from circuits.tables.keccak_buses import CHUNK, KeccakChunk

RATE = 136
BLOCK_ROWS = 5
LAST_CHUNK = RATE - CHUNK * (BLOCK_ROWS - 1)
KECCAK_MARKER = 0x01
SHA3_MARKER = 0x06
LAST_BIT = 0x80


class KeccakPadding(Table[C]):
    """One chunk of a padded message a row, five rows a block, messages one after the other.

    A chunk is 32 bytes, the fifth of a block 8. Message bytes are received from whoever has the message hashed; what
    follows them is a marker, 0x01 or for `sha3` 0x06, and zeros up to the end of a block, whose last byte has 0x80
    added. `open` says that no byte before this row is padding, `data` which bytes of the row are the message's, or
    where the fifth row has none, whether the message goes on. `base` is the position of the row's first byte, and
    `ends` marks a message's last row. Idle rows are zero.

    Every live row's values are bytes, because the permutation receives them as such.
    """

    max_log_height = 20
    part: Cells[C] = flags(BLOCK_ROWS)
    value: Cells[C] = cells(CHUNK)
    data: Cells[C] = flags(CHUNK)
    source: C = cell()
    message: C = cell()
    base: C = cell()
    sha3: C = flag()
    open: C = cell()
    ends: C = cell()

    def rules(self, air: Air[C], below: "KeccakPadding[C]") -> None:
        live = sum(self.part[1:], self.part[0])
        last_part = self.part[-1]
        continues = live - self.ends
        # Makes the multiplicity of the chunk below 0 or 1.
        air.boolean(live)
        for unused in (self.source, self.message, self.base, self.sha3, self.open):
            air.zero((1 - live) * unused)
        # Soundness: the one place where a message may end, and must once its padding has begun.
        air.equal(self.ends, last_part * (1 - self.data[LAST_CHUNK - 1]))
        self._bytes(air)

        with air.first_row():
            for part in self.part[1:]:
                air.zero(part)
            self._start(air, self.part[0], self)
        with air.between_rows():
            for part, before in zip(below.part[1:], self.part, strict=False):
                air.equal(part, before)
            air.zero((last_part - self.ends) * (1 - below.part[0]))
            air.zero(continues * (below.source - self.source))
            air.zero(continues * (below.message - self.message))
            air.zero(continues * (below.sha3 - self.sha3))
            air.zero(continues * (below.base - self.base - CHUNK + (CHUNK - LAST_CHUNK) * last_part))
            air.zero(continues * (below.open - self.open * self.data[-1]))
            self._start(air, below.part[0] * (1 - continues), below)

        for index, (value, taken) in enumerate(zip(self.value, self.data, strict=True)):
            byte = HashByte(self.source, self.message, self.base + index, value)
            air.receive(byte, when=taken if index < LAST_CHUNK else taken * (1 - last_part))
        chunk = KeccakChunk(self.source, self.message, self.sha3, self.base, self.ends, self.value)
        air.send(chunk, times=live, at_most=1)

    def _start(self, air: Air[C], starts: C, row: "KeccakPadding[C]") -> None:
        air.zero(starts * row.base)
        air.zero(starts * (1 - row.open))

    def _bytes(self, air: Air[C]) -> None:
        """Message bytes, then the marker, then zeros, and 0x80 in the last byte."""
        marker = KECCAK_MARKER + (SHA3_MARKER - KECCAK_MARKER) * self.sha3
        before = self.open
        for index, (value, taken) in enumerate(zip(self.value, self.data, strict=True)):
            air.zero(taken * (1 - before))
            padding = marker * (before - taken)
            if index == LAST_CHUNK - 1:
                padding = padding + LAST_BIT * self.ends
            air.zero((1 - taken) * (value - padding))
            if index >= LAST_CHUNK:
                # Soundness: neither a byte nor the marker stands here, so `data` can only go on as it was.
                air.zero(self.part[-1] * value)
            before = taken
