"""The state: accounts in an indexed Merkle tree, their number and the chain's configuration (docs/state.md)."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

import numpy as np

from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.state_buses import ADDRESS, BASE_FEE, CHAIN_ID, DEPTH, GAS_CAP, STATE_LEVEL
from prover.execution.payments.chain import Chain
from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access, AccountChange, Batch, NumberedAccess
from prover.execution.state.leaf import END, Leaf, hash_blocks, hash_leaves, limbs
from prover.execution.state.merkle import MerkleTree, NodeChanges
from prover.execution.state.poseidon2 import Elements, compress

HEAD = 0
"""The address that always has a leaf, the first one: the list of addresses begins there."""


class IndexedTree:
    """Accounts by address (20 bytes), each at its leaf; leaves are in the order in which accounts came to be.

    `accounts` are those there are at first, in that order.
    """

    def __init__(self, chain: Chain, accounts: Iterable[tuple[bytes, Account]] = ()) -> None:
        self.chain = chain
        self._configuration = configuration_digest(chain)
        given = {int.from_bytes(address, "big"): account for address, account in accounts}
        self._accounts = {HEAD: given.pop(HEAD, NO_ACCOUNT)} | given
        self._addresses = list(self._accounts)
        self._index = {address: index for index, address in enumerate(self._addresses)}
        self._sorted = sorted(self._addresses)
        self._tree = MerkleTree()
        self._tree.write(np.arange(len(self)), hash_leaves([self._leaf(each) for each in self._addresses]))

    def __len__(self) -> int:
        return len(self._addresses)

    def __getitem__(self, address: bytes) -> Account:
        return self._accounts.get(int.from_bytes(address, "big"), NO_ACCOUNT)

    @property
    def state(self) -> Elements:
        """The state, shape (8,)."""
        state: Elements = self._top()[-1]
        return state

    @property
    def state_bytes(self) -> bytes:
        """The state as a statement holds it: 32 bytes, four an element, big-endian."""
        return self.state.astype(">u4").tobytes()

    def apply(self, accesses: Sequence[Access]) -> Batch:
        """Carry out accesses in their order; returns all that a proof of it is made of.

        Raises ValueError if an access says that an address had something other than it did.
        """
        numbered = self._numbered(accesses)
        last = {access.address: access for access in numbered}
        absent = sorted(address for address in last if address not in self._index)
        there = {address for address in last if address in self._index}
        begins = sorted(there | {self._at_or_below(address) for address in absent})
        ends = [self._next(address) for address in begins]
        before, count_before = self._top(), len(self)
        changes: list[AccountChange] = []
        for old, end in zip(begins, ends, strict=True):
            between = absent[bisect_left(absent, old) : bisect_left(absent, end)]
            changes += self._gap(old, end, between, last)
        for access in numbered:
            if access.creates:
                self._index[access.address] = len(self)
                self._addresses.append(access.address)
                insort(self._sorted, access.address)
        self._accounts |= {each.address: each.after for each in changes if each.old or each.new}
        nodes = self._write([each for each in changes if each.old or each.new])
        after = self._top()
        return Batch(
            chain=self.chain,
            state_before=before[-1],
            state_after=after[-1],
            count_before=count_before,
            count_after=len(self),
            accesses=tuple(numbered),
            accounts=tuple(changes),
            nodes=(*nodes, *self._top_changes(before, after)),
        )

    def _numbered(self, accesses: Sequence[Access]) -> list[NumberedAccess]:
        found: list[NumberedAccess] = []
        latest: dict[int, NumberedAccess] = {}
        free = len(self)
        for number, access in enumerate(accesses, 1):
            address = int.from_bytes(access.address, "big")
            known = latest.get(address)
            held = known.after if known else self._accounts.get(address, NO_ACCOUNT)
            if access.before != held:
                raise ValueError(f"access {number} finds {access.before} where {held} is")
            exists = known.exists or known.creates if known else address in self._index
            index = known.index if known else self._index.get(address, 0)
            creates = not exists and access.after != NO_ACCOUNT
            if creates:
                index = free
            each = NumberedAccess(
                number=number,
                earlier=known.number if known else 0,
                address=address,
                exists=exists,
                creates=creates,
                index=index,
                free=free,
                before=access.before,
                after=access.after,
            )
            free += creates
            latest[address] = each
            found.append(each)
        # Where an account will be is known from its first access on.
        return [each.at(latest[each.address].index) for each in found]

    def _gap(
        self, old: int, end: int, between: Sequence[int], last: dict[int, NumberedAccess]
    ) -> list[AccountChange]:
        """An account that was there, and the touched addresses between it and the next one."""
        found: list[AccountChange] = []
        next_address = end
        for address in (*reversed(between), old):
            access = last.get(address)
            held = self._accounts.get(address, NO_ACCOUNT)
            new = access is not None and (access.exists or access.creates) and address != old
            change = AccountChange(
                address=address,
                old=address == old,
                new=new,
                index=access.index if access else self._index[address],
                time=access.number if access else 0,
                end=end,
                next=next_address,
                before=held,
                after=access.after if access else held,
            )
            found.append(change)
            if new:
                next_address = address
        return found[::-1]

    def _write(self, changes: Sequence[AccountChange]) -> list[NodeChanges]:
        ordered = sorted(changes, key=lambda change: change.index)
        index = np.array([change.index for change in ordered], dtype=np.int64)
        leaves = [Leaf(change.address, change.next, change.after) for change in ordered]
        return self._tree.write(index, hash_leaves(leaves))

    def _top(self) -> Elements:
        """Root and number of the accounts, digest of both and of the configuration, the state: (5, 8)."""
        count = np.zeros(DIGEST, dtype=np.uint32)
        count[0] = len(self)
        accounts = compress(self._tree.root[None], count[None])
        state = compress(accounts, self._configuration[None])
        return np.stack([self._tree.root, count, accounts[0], self._configuration, state[0]])

    def _top_changes(self, before: Elements, after: Elements) -> list[NodeChanges]:
        """The two nodes above the accounts' tree."""
        opens = np.ones((1, 2), dtype=np.bool_)
        index = np.zeros(1, dtype=np.int64)
        return [
            NodeChanges(
                level,
                index,
                opens,
                before[node][None],
                after[node][None],
                before[None, node - 2 : node],
                after[None, node - 2 : node],
            )
            for level, node in ((DEPTH + 1, 2), (STATE_LEVEL, 4))
        ]

    def _leaf(self, address: int) -> Leaf:
        return Leaf(address, self._next(address), self._accounts[address])

    def _next(self, address: int) -> int:
        """The next higher address with a leaf."""
        at = bisect_left(self._sorted, address + 1)
        return self._sorted[at] if at < len(self._sorted) else END

    def _at_or_below(self, address: int) -> int:
        return self._sorted[bisect_left(self._sorted, address + 1) - 1]


def configuration_blocks(chain: Chain) -> Elements:
    """What is hashed of a configuration: shape (3, 8)."""
    recipient = int.from_bytes(chain.fee_recipient, "big")
    numbers = (
        (chain.chain_id, CHAIN_ID),
        (chain.base_fee, BASE_FEE),
        (recipient, ADDRESS),
        (chain.gas_cap, GAS_CAP),
    )
    joined = np.concatenate([limbs([value], count)[0, ::-1] for value, count in numbers])
    return np.pad(joined, (0, -len(joined) % DIGEST)).reshape(-1, DIGEST)


def configuration_digest(chain: Chain) -> Elements:
    """The digest of a configuration, shape (8,)."""
    digest: Elements = hash_blocks(configuration_blocks(chain)[None])[0, -1]
    return digest
