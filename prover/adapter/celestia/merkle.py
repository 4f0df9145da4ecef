"""The Merkle tree of RFC 6962 with SHA-256, and the tree of data root tuples that Blobstream commits to."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prover.adapter.celestia.extended import Block


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All nodes of the tree over ``leaves``, 32 bytes each: level 0 the leaf hashes, the last level the root.

    Node j of level i is over the leaves from j · 2^i up to (j + 1) · 2^i or the end. A last node without a
    right neighbour stands in the level above unchanged. There is no level for no leaf.
    """
    tree = [[sha256(b"\x00" + leaf).digest() for leaf in leaves]] if leaves else []
    while tree and len(tree[-1]) > 1:
        below = tree[-1]
        above = [sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(0, len(below) - 1, 2)]
        tree.append(above + below[len(above) * 2 :])
    return tree


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over ``leaves``; that of no leaf is the hash of nothing."""
    return levels(leaves)[-1][0] if leaves else sha256().digest()


def data_root_tuple(height: int, data_root: bytes) -> bytes:
    """The leaf for one block, 64 bytes: height (u256, big endian), data root (abi.encode of both)."""
    return height.to_bytes(32, "big") + data_root


def tuple_root(blocks: Sequence["Block"]) -> bytes:
    """The data root tuple root over ``blocks`` in the order given.

    Source: blobstream-contracts, DataRootTuple.sol.
    """
    return root([data_root_tuple(block.height, block.data_root) for block in blocks])
