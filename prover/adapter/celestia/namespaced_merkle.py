"""The namespaced Merkle tree: each node says the least and the greatest namespace below it.

A node is 90 bytes: least namespace, greatest namespace, digest. Over leaves sorted by namespace it proves
what is absent as well as what is there. The greatest namespace leaves out a right half that is all parity.
Source: celestiaorg/nmt, docs/spec/nmt.md, with its option to ignore the greatest namespace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from prover.adapter.celestia.namespace import LENGTH, PARITY

NODE = 90
"""Bytes of a node."""


def leaf(namespace: bytes, share: bytes) -> bytes:
    """The leaf node of ``share``; parity shares go under the namespace PARITY."""
    return namespace + namespace + sha256(b"\x00" + namespace + share).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The node above two nodes."""
    greatest = left if right[:LENGTH] == PARITY else right
    return left[:LENGTH] + greatest[LENGTH : 2 * LENGTH] + sha256(b"\x01" + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All nodes over ``leaves``, a power of two of them: level 0 the leaves, the last level the root."""
    tree = [list(leaves)]
    while len(tree[-1]) > 1:
        below = tree[-1]
        tree.append([node(below[i], below[i + 1]) for i in range(0, len(below), 2)])
    return tree


@dataclass(frozen=True)
class NamespaceProof:
    """Shows all that a tree holds of a namespace: its leaves from number ``start`` on, and their siblings.

    ``siblings`` are the nodes beside the paths to the root, from left to right. If the tree holds nothing of the
    namespace, ``following`` is the leaf node, number ``start``, that would come next after it.
    """

    start: int
    siblings: Sequence[bytes]
    following: bytes | None = None

    def holds(self, root: bytes, width: int, namespace: bytes, shares: Sequence[bytes]) -> bool:
        """Whether ``shares`` are all of ``namespace`` in the tree of ``width`` leaves, a power of two."""
        leaves = [leaf(namespace, share) for share in shares]
        if self.following is not None:
            # Soundness: a leaf of the namespace itself would pass for its absence.
            if leaves or self.following[:LENGTH] <= namespace:
                return False
            leaves = [self.following]
        end = self.start + len(leaves)
        if not 0 <= self.start < end <= width or any(len(each) != NODE for each in (*leaves, *self.siblings)):
            return False
        rest = iter(self.siblings)

        def climb(first: int, size: int) -> bytes | None:
            if first + size <= self.start or first >= end:
                sibling = next(rest, b"")
                least, greatest = sibling[:LENGTH], sibling[LENGTH : 2 * LENGTH]
                # Soundness: below a sibling that does not exclude the namespace, more of it could hide.
                excluded = greatest < namespace if first < end else least > namespace
                return sibling if sibling and excluded else None
            if size == 1:
                return leaves[first - self.start]
            left = climb(first, size // 2)
            right = climb(first + size // 2, size // 2)
            return None if left is None or right is None else node(left, right)

        return climb(0, width) == root and next(rest, None) is None
