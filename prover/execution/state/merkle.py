"""The tree over leaves: as many as there are, from the left, and empty ones up to 2^32."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.state import INDEX_BITS, empty_digests
from circuits.tables.state_buses import DEPTH
from prover.execution.state.poseidon2 import Elements, compress

Indices = NDArray[np.int64]

_EMPTY = np.array(empty_digests(), dtype=np.uint32)


@dataclass(frozen=True)
class NodeChanges:
    """Inner nodes of one level on the way to what changed: each with its children, left one first.

    `children` are their digests, (n, 2, 8); `opens` says which children are on that way, (n, 2).
    """

    level: int
    index: Indices
    opens: NDArray[np.bool_]
    before: Elements
    after: Elements
    children_before: Elements
    children_after: Elements


class MerkleTree:
    """Digests of a tree of depth 32, level by level; leaf i of those written is at index i."""

    def __init__(self) -> None:
        self._levels = [_EMPTY[level][None].copy() for level in range(DEPTH + 1)]

    @property
    def root(self) -> Elements:
        """The root's digest, shape (8,)."""
        root: Elements = self._levels[DEPTH][0]
        return root

    def digests(self, level: int, index: Indices) -> Elements:
        """The digests of nodes, shape (n, 8)."""
        known = self._levels[level]
        found = np.repeat(_EMPTY[level][None], len(index), axis=0)
        there = index < len(known)
        found[there] = known[index[there]]
        return found

    def write(self, index: Indices, digests: Elements) -> list[NodeChanges]:
        """Put digests (n, 8) at leaves, indices ascending; returns what that does to inner nodes, lowest first."""
        changes = []
        before = self._put(0, index, digests)
        for level in range(1, DEPTH + 1):
            if level - 1 in range(INDEX_BITS, DEPTH):
                # The state's own table wants to see that the right subtrees are empty.
                one = np.array([1])
                index = np.union1d(index, one)
                before = np.concatenate([before[: len(index) - 1], self.digests(level - 1, one)])
            parents = np.unique(index >> 1)
            sides = parents[:, None] * 2 + np.arange(2)
            after_children = self.digests(level - 1, sides.ravel()).reshape(-1, 2, DIGEST)
            opens = np.isin(sides, index)
            children = after_children.copy()
            children[opens] = before
            after = compress(after_children[:, 0], after_children[:, 1])
            before = self._put(level, parents, after)
            changes.append(NodeChanges(level, parents, opens, before, after, children, after_children))
            index = parents
        return changes

    def _put(self, level: int, index: Indices, digests: Elements) -> Elements:
        """Write digests of nodes; returns what they were."""
        before = self.digests(level, index)
        known = self._levels[level]
        needed = int(index.max(initial=-1)) + 1
        if needed > len(known):
            size = 1 << (needed - 1).bit_length()
            grown = np.repeat(_EMPTY[level][None], size, axis=0)
            grown[: len(known)] = known
            self._levels[level] = known = grown
        known[index] = digests
        return before
