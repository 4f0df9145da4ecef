"""The namespaced Merkle tree: each node says the least and the greatest namespace below it.

A node is 90 bytes: least namespace, greatest namespace, digest. Over leaves sorted by namespace it proves what
is absent as well as what is there. The greatest namespace leaves out a right half that is all parity.
Source: celestiaorg/nmt, docs/spec/nmt.md, with its option to ignore the greatest namespace.
"""

from collections.abc import Sequence
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
