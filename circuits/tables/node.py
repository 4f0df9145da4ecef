"""The nodes of the one tree from the anchor to the shares, opened where the namespace may be.

Anchor: RFC 6962 tree over data root tuples (Blobstream). Below a tuple: the RFC 6962 tree over the roots of the
extended square's rows and columns. Below a row's root: its namespaced Merkle tree (NMT) down to the shares.

That a commitment was built by Celestia's rules (rows sorted by namespace, ranges right, all leaves at one depth) is
what the anchor vouches for. What is proven here is that these are its nodes, and that none is left out.
"""

from collections.abc import Sequence

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.celestia_buses import (
    COLUMNS,
    DATA_ROOT,
    ROW,
    WITHIN,
    Anchor,
    Child,
    OpenedHeight,
    OpenedShare,
    RowOrder,
    SearchedNamespace,
)
from circuits.tables.hash_buses import HashByte, HashDigest, HashPart
from circuits.tables.stream_sources import NODE

NAMESPACE = 29
DIGEST = 32
NODE_BYTES = 2 * NAMESPACE + DIGEST
HEIGHT_BYTES = 4
HEIGHT_BITS = 30
"""Heights below 2^30 are spoken of: Celestia's for the next two centuries."""

ALL = (1,) * 32
NAMESPACE_ONLY = (1,) * NAMESPACE + (0,) * 3


class Node(Table[C]):
    """One node a row; the root first, the others in any order.

    A node's bytes are sent as part of its parent's stream. An opened node (the first five kinds) sends what else its
    own stream needs, promises its children, and receives its stream's digest. A closed one shows, if its bytes tell a
    range of namespaces, that the searched one is outside.
    """

    max_log_height = 18
    tuple_leaf: C = flag()
    branch: C = flag()
    root_leaf: C = flag()
    fork: C = flag()
    share: C = flag()
    closed: C = flag()
    before: C = flag()
    after: C = flag()

    root: C = flag()
    data_root: C = flag()
    columns: C = flag()
    row: C = flag()
    first: C = flag()
    last: C = flag()
    leftmost: C = cell()
    number: C = cell()
    parent: C = cell()
    offset: C = cell()
    height: C = cell()
    path: C = cell()
    place: C = cell()
    # Of a tuple, `lowest` begins with the height's bytes instead.
    lowest: Cells[C] = cells(NAMESPACE)
    highest: Cells[C] = cells(NAMESPACE)
    digest: Cells[C] = cells(DIGEST)
    namespace: Cells[C] = cells(NAMESPACE)
    differs_at: Cells[C] = flags(NAMESPACE)
    bits: Cells[C] = flags(8)

    def rules(self, air: Air[C], below: "Node[C]") -> None:
        namespaced = self.fork + self.share + self.before + self.after
        inner = self.branch + self.tuple_leaf + self.root_leaf + self.fork
        opened = inner + self.share
        live = opened + self.closed + self.before + self.after
        # The kinds exclude one another, since their sum is 0 or 1; so is each sum of some of them that stands below as
        # a multiplicity, and `live - root`, since a root is live.
        air.boolean(live)
        self._kinds(air, below, live, namespaced)
        self._range(air)
        self._tuple(air)
        for low, high, searched in zip(self.lowest, self.highest, self.namespace, strict=True):
            air.zero(self.share * (low - searched))
            air.zero(self.share * (high - searched))
        self._rows(air)

        air.receive(Anchor(self.digest), when=self.root)
        air.receive(SearchedNamespace(self.namespace), when=self.root)
        digest_at = self.offset + 2 * NAMESPACE * namespaced
        air.send(HashPart(NODE, self.parent, digest_at, self.digest, ALL), times=live - self.root, at_most=1)
        for at, values in ((0, self.lowest), (NAMESPACE, self.highest)):
            filled: list[C | int] = [*values, 0, 0, 0]
            part = HashPart(NODE, self.parent, self.offset + at, filled, NAMESPACE_ONLY)
            air.send(part, times=namespaced, at_most=1)
        air.send(HashByte(NODE, self.number, 0, self.branch + self.fork), times=opened, at_most=1)
        air.receive(HashDigest(NODE, self.number, self.digest), times=opened, at_most=1)
        air.send(OpenedHeight(self.height), when=self.tuple_leaf)
        air.send(OpenedShare(self.height, self.path, self.place, self.number), when=self.share)
        air.receive(RowOrder(self.height, self.path, WITHIN - self.first), when=self.row)
        air.send(RowOrder(self.height, self.path + 1, WITHIN + self.last), when=self.row)
        air.send(self._rest_of_stream(), times=self.tuple_leaf + self.share, at_most=1)
        self._children(air, live, namespaced, inner)

    def _kinds(self, air: Air[C], below: "Node[C]", live: C, namespaced: C) -> None:
        air.zero(self.root * (1 - live + namespaced))
        # Above the data roots there is no height, so no node there passes for one below them.
        air.zero(self.root * (1 - self.tuple_leaf) * self.height)
        # Soundness: a role decides what a node sends, so it must be one that a parent gave.
        role = self.row + self.columns + self.data_root
        air.boolean(role)
        air.zero(role * (1 - live + self.root))
        air.zero(self.data_root * (1 - self.branch))
        # Soundness: columns show the same shares once more.
        air.zero(self.columns * (1 - self.closed))
        with air.first_row():
            air.equal(self.root, 1)
            air.zero(self.number)
        with air.between_rows():
            air.zero(below.root)
            air.equal(below.number, self.number + 1)
            for searched, same in zip(self.namespace, below.namespace, strict=True):
                air.equal(searched, same)

    def _range(self, air: Air[C]) -> None:
        """A closed namespaced node: highest < namespace, or namespace < lowest, at the first byte that differs."""
        excluded = self.before + self.after
        differences = [
            self.before * (searched - high) + self.after * (low - searched)
            for low, high, searched in zip(self.lowest, self.highest, self.namespace, strict=True)
        ]
        same_so_far = excluded
        found = -excluded
        for at, difference in zip(self.differs_at, differences, strict=True):
            same_so_far = same_so_far - at
            # Soundness: without equal bytes before it, a later byte would say nothing about the order.
            air.zero(same_so_far * difference)
            found = found + at * difference
        air.zero(same_so_far)
        # The bytes are bytes, being hashed, so a difference minus one that fits a byte is not negative.
        air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))

    def _tuple(self, air: Air[C]) -> None:
        height = self.lowest[0]
        for byte in self.lowest[1:HEIGHT_BYTES]:
            height = height * 256 + byte
        air.zero(self.tuple_leaf * (self.height - height))
        # Soundness: a height of 2^30 or more could equal a smaller one modulo P.
        for bit in self.bits[HEIGHT_BITS % 8 :]:
            air.zero(self.tuple_leaf * bit)

    def _rows(self, air: Air[C]) -> None:
        """The rows of a height are read one after the other, from one before the namespace to one behind it."""
        air.zero(self.first * (1 - self.row))
        air.zero(self.last * (1 - self.row))
        # Soundness: what lies outside the rows read is sorted away from the namespace.
        air.zero(self.first * (1 - self.leftmost) * (1 - self.before))
        air.zero(self.last * (1 - self.after))

    def _rest_of_stream(self) -> HashPart[C]:
        """Behind the first byte: of a tuple the height in 32 bytes, of a share its namespace."""
        zeros = DIGEST - HEIGHT_BYTES
        values = [self.share * searched for searched in self.namespace[:zeros]]
        values.append(self.share * self.namespace[zeros] + self.tuple_leaf * self.lowest[0])
        values += [self.tuple_leaf * byte for byte in self.lowest[1:HEIGHT_BYTES]]
        mask = (1,) * NAMESPACE + (self.tuple_leaf,) * 3
        return HashPart(NODE, self.number, 1, values, mask)

    def _children(self, air: Air[C], live: C, namespaced: C, inner: C) -> None:
        air.receive(
            Child(
                self.parent,
                self.offset,
                namespaced,
                ROW * self.row + COLUMNS * self.columns + DATA_ROOT * self.data_root,
                self.height - self.tuple_leaf * self.height,
                self.path,
                self.leftmost,
                self.place,
            ),
            times=live - self.root,
            at_most=1,
        )
        path = self.path + self.branch * self.path
        air.send(
            Child(
                parent=self.number,
                offset=1 + DIGEST * self.tuple_leaf,
                namespaced=self.root_leaf + self.fork,
                role=ROW * self.root_leaf + DATA_ROOT * self.tuple_leaf,
                height=self.height,
                path=path + self.tuple_leaf * (1 - self.path),
                leftmost=(self.branch + self.root_leaf) * self.leftmost + self.tuple_leaf,
                place=self.root_leaf + 2 * self.fork * self.place,
            ),
            times=inner,
            at_most=1,
        )
        air.send(
            Child(
                parent=self.number,
                offset=1 + DIGEST + (NODE_BYTES - DIGEST) * self.fork,
                namespaced=self.fork,
                role=COLUMNS * self.data_root,
                height=self.height,
                path=path + self.branch,
                leftmost=0,
                place=self.fork * (2 * self.place + 1),
            ),
            times=self.branch + self.fork,
            at_most=1,
        )


def _binary(bits: Sequence[C]) -> C:
    total = bits[0]
    for index, bit in enumerate(bits[1:], 1):
        total = total + bit * (1 << index)
    return total
