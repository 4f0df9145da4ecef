"""The namespace's shares in order, and the items they carry.

Format: celestia-app, specs/src/specs/shares.md. Of 512 bytes: 29 of namespace, an information byte (version << 1 |
first share of a sequence), in a first share four bytes of length, in a first share of version 1 twenty bytes of
signer, then data. A sequence of length zero is padding. Which sequences a square may hold is settled by consensus;
here a sequence that does not end where its length says cannot be proven.
"""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, periodic
from circuits.tables.celestia_buses import OccupiedHeight, OpenedShare
from circuits.tables.hash_buses import HashPart
from circuits.tables.ordered_buses import OrderedItem
from circuits.tables.stream_sources import ITEM, NODE

SHARE = 512
WIDTH = 32
ROWS = SHARE // WIDTH
INFORMATION_AT = 29
LEAF_PREFIX = 30
"""Bytes before the share in an NMT leaf's preimage: a zero byte and the namespace."""

HEADER = 30
LENGTH_BYTES = 4
SIGNER = 20
BEFORE_DATA = HEADER + LENGTH_BYTES - WIDTH
"""Bytes of a first share's second row that belong to its length."""


class Share(Table[C]):
    """A share in sixteen rows of 32 bytes, the shares of a height one after the other.

    An item's stream is a zero byte, the version, then the bytes of its sequence from behind the length on (so the
    signer first, if the version is 1). `base` is the position in it of the row's first byte, `remaining` what the
    sequence still holds; `item` counts the sequences so far that are not padding.
    """

    max_log_height = 18
    head_row: C = periodic([1] + [0] * (ROWS - 1))
    second_row: C = periodic([0, 1] + [0] * (ROWS - 2))
    last_row: C = periodic([0] * (ROWS - 1) + [1])
    leaf_base: C = periodic([LEAF_PREFIX + WIDTH * row for row in range(ROWS)])

    live: C = flag()
    begins: C = flag()
    same_row: C = flag()
    next_row: C = flag()
    ends: C = flag()
    starts: C = flag()
    head: C = flag()
    opens: C = flag()
    is_version_one: C = flag()
    is_signed: C = flag()
    version: Cells[C] = flags(7)
    version_inverse: C = cell()
    length_inverse: C = cell()
    height: C = cell()
    path: C = cell()
    place: C = cell()
    node: C = cell()
    item: C = cell()
    base: C = cell()
    remaining: C = cell()
    carries: C = flag()
    value: Cells[C] = cells(WIDTH)
    data: Cells[C] = flags(WIDTH)

    def rules(self, air: Air[C], below: "Share[C]") -> None:
        count = sum(self.data[1:], self.data[0])
        follows = self.same_row + self.next_row
        self._order(air, below, follows)
        self._header(air, below)
        self._data(air, below, count, follows)

        # At most once: `head_row` is 0 or 1, and so is `live`.
        air.receive(
            OpenedShare(self.height, self.path, self.place, self.node),
            times=self.head_row * self.live,
            at_most=1,
        )
        air.receive(OccupiedHeight(self.height), when=self.begins)
        air.send(HashPart(NODE, self.node, self.leaf_base, self.value, (1,) * WIDTH), when=self.live)
        air.send(HashPart(ITEM, self.item, self.base, self.value, self.data), when=self.carries)
        version = _number(self.version)
        first_bytes: list[C | int] = [0, version, *(0,) * (WIDTH - 2)]
        header = HashPart(ITEM, self.item, 0, first_bytes, (1, 1) + (0,) * (WIDTH - 2))
        # Both are flags, and so is their product.
        air.send(header, times=self.head * self.opens, at_most=1)
        air.send(OrderedItem(self.item, self.height), times=self.head * self.opens, at_most=1)

    def _order(self, air: Air[C], below: "Share[C]", follows: C) -> None:
        """Which share comes after which; the shares of a height are one unbroken run."""
        air.equal(follows + self.ends, self.last_row * self.live)
        # Soundness: a share that was not opened begins no item.
        air.zero(self.starts * (1 - self.live))
        with air.first_row():
            air.equal(self.begins, self.live)
        with air.last_row():
            # Soundness: a run that went on behind the table would never have to end its last item.
            air.zero(follows)
        inside = 1 - self.last_row
        with air.between_rows():
            for kept, same in (
                (below.live, self.live),
                (below.starts, self.starts),
                (below.opens, self.opens),
                (below.height, self.height),
                (below.path, self.path),
                (below.place, self.place),
                (below.node, self.node),
                (below.item, self.item),
            ):
                air.zero(inside * (kept - same))
            air.zero(inside * below.begins)
            air.zero((1 - self.live) * below.live)
            air.zero(self.last_row * (below.begins - below.live + follows))
            air.zero(follows * (below.height - self.height))
            air.zero(self.same_row * (below.path - self.path))
            air.zero(self.same_row * (below.place - self.place - 1))
            air.zero(self.next_row * (below.path - self.path - 1))

    def _header(self, air: Air[C], below: "Share[C]") -> None:
        """What the first bytes of a share say."""
        air.equal(self.head, self.head_row * self.starts)
        version = _number(self.version)
        air.zero(self.head_row * (self.value[INFORMATION_AT] - 2 * version - self.starts))
        for bit in self.version:
            air.zero((1 - self.head_row) * bit)
        air.equal((version - 1) * self.version_inverse, 1 - self.is_version_one)
        air.zero(self.is_version_one * (version - 1))
        air.equal(self.is_signed, self.opens * self.is_version_one)
        air.zero(self.opens * (1 - self.starts))
        air.zero((1 - self.head) * self.length_inverse)
        with air.first_row():
            air.equal(self.item, self.opens)
        with air.between_rows():
            length = self._length(below)
            air.zero(self.head * (length * self.length_inverse - self.opens))
            air.zero(self.head * (1 - self.opens) * length)
            air.zero(self.last_row * (below.item - self.item - below.opens))
            air.zero(self.head * (below.remaining - length - SIGNER * self.is_signed))

    def _length(self, below: "Share[C]") -> C:
        high = self.value[HEADER] * 256 + self.value[HEADER + 1]
        return (high * 256 + below.value[0]) * 256 + below.value[1]

    def _data(self, air: Air[C], below: "Share[C]", count: C, follows: C) -> None:
        """Which bytes belong to the item.

        The stream takes each position from zero on exactly once, so a byte can neither be left out nor moved; what is
        decided here is how many there are.
        """
        for at, taken in enumerate(self.data):
            air.zero(taken * (1 - self.carries))
            if at < HEADER:
                air.zero(self.head_row * taken)
            else:
                air.zero(self.head * taken)
            if at < BEFORE_DATA:
                air.zero(self.second_row * self.starts * taken)
        air.zero(self.carries * (1 - self.live))
        rest = self.remaining - count
        # Soundness: `remaining` falls by at most 32 a row and no table has P / 32 rows, so it reaches zero only by
        # taking exactly as many bytes as the length says, not by running past zero around the field.
        air.zero(self.head * self.remaining)
        air.zero(self.ends * rest)
        air.zero(self.begins * (1 - self.starts))
        air.zero(self.head * (self.base + WIDTH))
        with air.between_rows():
            air.zero((1 - self.last_row - self.head) * (below.remaining - rest))
            air.zero(follows * (below.remaining - rest))
            air.zero((1 - self.last_row) * (below.base - self.base - WIDTH))
            air.zero(follows * (1 - below.starts) * (below.base - self.base - (WIDTH - HEADER)))


def _number(bits: Cells[C]) -> C:
    total = bits[0]
    for index, bit in enumerate(bits[1:], 1):
        total = total + bit * (1 << index)
    return total
