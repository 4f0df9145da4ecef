"""Which nodes of Celestia's trees show all that the blocks order for a namespace, and nothing else of them.

From the root over the data root tuples down to the namespace's shares: a node is opened where the namespace may lie
below it. A node left closed either shows a range of namespaces without the searched one, or lies beside the rows that
were read. The table that proves this is `circuits.tables.node`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from circuits.tables.celestia_buses import COLUMNS, DATA_ROOT, ROW
from circuits.tables.node import DIGEST, NAMESPACE, NODE_BYTES
from prover.adapter.celestia import merkle
from prover.adapter.celestia.extended import Block, ExtendedSquare


class Kind(Enum):
    """What a node is and whether it is opened; the values are columns of the node table."""

    TUPLE_LEAF = "tuple_leaf"
    BRANCH = "branch"
    ROOT_LEAF = "root_leaf"
    FORK = "fork"
    SHARE = "share"
    CLOSED = "closed"
    BEFORE = "before"
    AFTER = "after"

    @property
    def namespaced(self) -> bool:
        """Whether the node's bytes begin with a range of namespaces."""
        return self in (Kind.FORK, Kind.SHARE, Kind.BEFORE, Kind.AFTER)


@dataclass(frozen=True)
class Place:
    """Where a node hangs: the parent's number (None for the root), the offset of its bytes in the parent's preimage.

    `path` and `leftmost` say where it is under its data root, `place` where under the root of its row, as in a heap:
    one at the top, the children of n being 2n and 2n + 1. `role` is one of `circuits.tables.celestia_buses` or zero.
    """

    parent: int | None = None
    offset: int = 0
    height: int = 0
    path: int = 0
    leftmost: bool = False
    place: int = 0
    role: int = 0
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Node:
    """One node: 32 bytes of digest, or 90 with the range of namespaces before it; its number is its index."""

    kind: Kind
    data: bytes
    at: Place


@dataclass(frozen=True)
class Share:
    """A share of the namespace (512 bytes), where it is, and the number of its node."""

    height: int
    path: int
    place: int
    node: int
    data: bytes


@dataclass(frozen=True)
class ReadHeight:
    """A height and the paths of its square's first row that was read and of the one behind the last."""

    height: int
    start: int
    end: int
    occupied: bool


@dataclass(frozen=True)
class Opening:
    """All that is shown of the anchor's tree for a namespace, the shares in order."""

    anchor: bytes
    namespace: bytes
    heights: tuple[ReadHeight, ...]
    nodes: tuple[Node, ...]
    shares: tuple[Share, ...]


def open_namespace(blocks: Sequence[Block], namespace: bytes) -> Opening:
    """Open consecutive blocks (at least one, ascending) for a namespace of 29 bytes."""
    walk = _Walk(namespace)
    walk.tuples(blocks, Place())
    return Opening(
        anchor=merkle.tuple_root(blocks),
        namespace=namespace,
        heights=tuple(walk.heights),
        nodes=tuple(walk.nodes),
        shares=tuple(walk.shares),
    )


@dataclass
class _Walk:
    """Collects nodes from the root down, parents before children, left before right."""

    namespace: bytes
    nodes: list[Node] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    heights: list[ReadHeight] = field(default_factory=list)

    def add(self, kind: Kind, data: bytes, at: Place) -> int:
        self.nodes.append(Node(kind, data, at))
        return len(self.nodes) - 1

    def tuples(self, blocks: Sequence[Block], at: Place) -> None:
        """The tree over the tuples of some blocks, all of them opened."""
        leaves = [merkle.data_root_tuple(block.height, block.data_root) for block in blocks]
        digest = merkle.root(leaves)
        if len(blocks) > 1:
            number = self.add(Kind.BRANCH, digest, at)
            middle = 1 << (len(blocks) - 1).bit_length() - 1
            self.tuples(blocks[:middle], Place(number, 1, path=2 * at.path))
            self.tuples(blocks[middle:], Place(number, 1 + DIGEST, path=2 * at.path + 1))
            return
        (block,) = blocks
        at = Place(at.parent, at.offset, block.height, at.path)
        number = self.add(Kind.TUPLE_LEAF, digest, at)
        child = Place(number, 1 + DIGEST, block.height, path=1, leftmost=True, role=DATA_ROOT)
        before = len(self.shares)
        square = _Square(self, block)
        square.axes(child)
        self.heights.append(square.read(len(self.shares) > before))


class _Square:
    """One block's square, from the data root down."""

    def __init__(self, walk: _Walk, block: Block) -> None:
        self.walk = walk
        self.height = block.height
        self.square: ExtendedSquare = block.square
        self.levels = merkle.levels(self.square.axis_roots)
        self.depth = len(self.levels) - 1
        self.first, self.last = self._rows()

    def _rows(self) -> tuple[int, int]:
        """The last row that ends before the namespace (or row 0), and the first that begins behind it."""
        first = 0
        for row in range(self.square.width + 1):
            root = self.square.axis_roots[row]
            if self._side(root) == Kind.AFTER:
                return first, row
            if self._side(root) == Kind.BEFORE:
                first = row
        raise AssertionError("the first parity row begins behind every namespace that can be searched")

    def read(self, occupied: bool) -> ReadHeight:
        base = 1 << self.depth
        return ReadHeight(self.height, base + self.first, base + self.last + 1, occupied)

    def axes(self, at: Place) -> None:
        """A node of the tree over rows and columns."""
        level = self.depth - (at.path.bit_length() - 1)
        digest = self.levels[level][at.path - (1 << self.depth - level)]
        first = (at.path << level) - (1 << self.depth)
        if first > self.last or first + (1 << level) <= self.first:
            self.walk.add(Kind.CLOSED, digest, at)
        elif level:
            number = self.walk.add(Kind.BRANCH, digest, at)
            columns = COLUMNS if at.role == DATA_ROOT else 0
            self.axes(Place(number, 1, self.height, 2 * at.path, at.leftmost))
            self.axes(Place(number, 1 + DIGEST, self.height, 2 * at.path + 1, role=columns))
        else:
            number = self.walk.add(Kind.ROOT_LEAF, digest, at)
            ends = {"first": first == self.first, "last": first == self.last}
            self.row(first, Place(number, 1, self.height, at.path, at.leftmost, place=1, role=ROW, **ends))

    def row(self, row: int, at: Place) -> None:
        """A row's root and what of its tree must be opened."""
        side = self._side(self.square.axis_roots[row])
        if side is not None:
            self.walk.add(side, self.square.axis_roots[row], at)
        else:
            self._inside(row, self.square.row_levels(row), at)

    def _inside(self, row: int, levels: Sequence[Sequence[bytes]], at: Place) -> None:
        level = len(levels) - at.place.bit_length()
        data = levels[level][at.place - (1 << at.place.bit_length() - 1)]
        side = self._side(data)
        if side is not None:
            self.walk.add(side, data, at)
        elif level:
            number = self.walk.add(Kind.FORK, data, at)
            for offset, place in ((1, 2 * at.place), (1 + NODE_BYTES, 2 * at.place + 1)):
                self._inside(row, levels, Place(number, offset, self.height, at.path, place=place))
        else:
            number = self.walk.add(Kind.SHARE, data, at)
            column = at.place - 2 * self.square.width
            content = self.square.shares[row * self.square.width + column]
            self.walk.shares.append(Share(self.height, at.path, at.place, number, content))

    def _side(self, node: bytes) -> Kind | None:
        """On which side of the namespace a node's whole range lies, None if it may hold it."""
        if node[NAMESPACE : 2 * NAMESPACE] < self.walk.namespace:
            return Kind.BEFORE
        return Kind.AFTER if node[:NAMESPACE] > self.walk.namespace else None
