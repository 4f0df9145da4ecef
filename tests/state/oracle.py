"""The state once more, in plain integers and from its definition in docs/state.md: nothing shared but the constants."""

from collections.abc import Sequence

from circuits.gadgets.poseidon2 import FIRST_CONSTANTS, LAST_CONSTANTS, PARTIAL_CONSTANTS
from prover.execution.payments.chain import Chain

Digest = tuple[int, ...]

CONSTANTS = (*FIRST_CONSTANTS, *((each,) for each in PARTIAL_CONSTANTS), *LAST_CONSTANTS)
"""Sixteen a full round, one a partial one, in order."""

P = 2**31 - 2**24 + 1
INVERSE = [pow(2**k, -1, P) for k in range(25)]
DIAGONAL = [-2, 1, 2, INVERSE[1], 3, 4, -INVERSE[1], -3, -4, INVERSE[8], INVERSE[3], INVERSE[24]]
DIAGONAL += [-INVERSE[8], -INVERSE[3], -INVERSE[4], -INVERSE[24]]
SMALL = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
OUTER = [[SMALL[i % 4][j % 4] * (1 + (i // 4 == j // 4)) for j in range(16)] for i in range(16)]
INNER = [[1 + (i == j) * DIAGONAL[i] for j in range(16)] for i in range(16)]


def multiply(matrix: list[list[int]], vector: list[int]) -> list[int]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) % P for row in matrix]


def permute(state: list[int]) -> list[int]:
    state = multiply(OUTER, state)
    for round_constants in CONSTANTS:
        padded = [*round_constants, *[0] * (16 - len(round_constants))]
        count = len(round_constants)
        state = [(x + c) % P for x, c in zip(state, padded, strict=True)]
        state = [pow(x, 3, P) if i < count else x for i, x in enumerate(state)]
        state = multiply(OUTER if count == 16 else INNER, state)
    return state


class Oracle:
    """States of lists of accounts, by hashing everything."""

    def __init__(self) -> None:
        self.known: dict[Digest, Digest] = {}
        self.empty: list[Digest] = [(0,) * 8]
        for _ in range(32):
            self.empty.append(self.compress(self.empty[-1], self.empty[-1]))

    def compress(self, left: Digest, right: Digest) -> Digest:
        key = (*left, *right)
        if key not in self.known:
            output = permute(list(key))
            self.known[key] = tuple((x + y) % P for x, y in zip(output, left, strict=False))
        return self.known[key]

    def hash(self, limbs: list[int]) -> Digest:
        padded = [*limbs, *[0] * (-len(limbs) % 8)]
        digest = tuple(padded[:8])
        for at in range(8, len(padded), 8):
            digest = self.compress(digest, tuple(padded[at : at + 8]))
        return digest

    def state(self, chain: Chain, accounts: Sequence[tuple[bytes, int, int]]) -> bytes:
        """The 32 bytes of a state: `accounts` are (address, nonce, balance) in the order of their leaves."""
        addresses = sorted(int.from_bytes(address, "big") for address, _, _ in accounts)
        following = dict(zip(addresses, [*addresses[1:], 2**160], strict=True))
        layer: list[Digest] = []
        for address, nonce, balance in accounts:
            number = int.from_bytes(address, "big")
            fields = (number, 10), (following[number], 10), (balance, 16), (nonce, 4)
            layer.append(self.hash([limb for value, count in fields for limb in split(value, count)]))
        for level in range(32):
            padded = [*layer, *[self.empty[level]] * (len(layer) % 2)]
            layer = [self.compress(padded[at], padded[at + 1]) for at in range(0, len(padded), 2)]
        recipient = int.from_bytes(chain.fee_recipient, "big")
        fields = (chain.chain_id, 4), (chain.base_fee, 4), (recipient, 10), (chain.gas_cap, 2)
        configuration = self.hash([limb for value, count in fields for limb in split(value, count)])
        counted = self.compress(layer[0], (len(accounts), *[0] * 7))
        return b"".join(x.to_bytes(4, "big") for x in self.compress(counted, configuration))


def split(value: int, count: int) -> list[int]:
    """Limbs of sixteen bits, the highest first; the first takes what is left."""
    return [value >> 16 * (count - 1), *(value >> 16 * i & 0xFFFF for i in reversed(range(count - 1)))]
