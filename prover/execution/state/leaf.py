"""Leaves of the accounts' tree: what is in one, as limbs and as a digest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.account import LEAF_LIMBS
from circuits.tables.state_buses import ADDRESS, BALANCE, LIMB, NONCE
from prover.execution.payments.state import Account
from prover.execution.state.poseidon2 import Elements, compress

END = 1 << LIMB * ADDRESS
"""What the leaf of the highest address names as next."""


@dataclass(frozen=True)
class Leaf:
    """An account's address, the next higher address that has a leaf (or `END`), and what the account has."""

    address: int
    next: int
    account: Account


def limbs(values: Sequence[int], count: int) -> Elements:
    """Numbers in limbs of sixteen bits, the least significant first; shape (n, count).

    The highest limb of `END` is 2^16.
    """
    size = 2 * count
    joined = b"".join(
        (value % END if size == 2 * ADDRESS else value).to_bytes(size, "little") for value in values
    )
    found = np.frombuffer(joined, dtype="<u2").reshape(-1, count).astype(np.uint32)
    if count == ADDRESS:
        found[[value == END for value in values], -1] = 1 << LIMB
    return found


def leaf_blocks(leaves: Sequence[Leaf]) -> Elements:
    """What is hashed of leaves: shape (n, 5, 8)."""
    fields = (
        limbs([leaf.address for leaf in leaves], ADDRESS),
        limbs([leaf.next for leaf in leaves], ADDRESS),
        limbs([leaf.account.balance for leaf in leaves], BALANCE),
        limbs([leaf.account.nonce for leaf in leaves], NONCE),
    )
    joined = np.concatenate([field[:, ::-1] for field in fields], axis=1)
    return joined.reshape(-1, LEAF_LIMBS // DIGEST, DIGEST)


def hash_blocks(blocks: Elements) -> Elements:
    """The digests behind each block but the first, the last one of all blocks; (n, k, 8) to (n, k - 1, 8)."""
    found = np.empty((len(blocks), blocks.shape[1] - 1, DIGEST), dtype=np.uint32)
    digest = blocks[:, 0]
    for number in range(1, blocks.shape[1]):
        digest = found[:, number - 1] = compress(digest, blocks[:, number])
    return found


def hash_leaves(leaves: Sequence[Leaf]) -> Elements:
    """The digests of leaves, shape (n, 8)."""
    return hash_blocks(leaf_blocks(leaves))[:, -1]
