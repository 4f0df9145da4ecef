"""What a batch of accesses does to the state, as a proof of it needs to know."""

from dataclasses import dataclass, replace

from prover.execution.payments.chain import Chain
from prover.execution.payments.state import Account
from prover.execution.state.merkle import NodeChanges
from prover.execution.state.poseidon2 import Elements


@dataclass(frozen=True)
class Access:
    """What the rules found at an address (20 bytes) and what they left there; a read leaves what it found."""

    address: bytes
    before: Account
    after: Account


@dataclass(frozen=True)
class NumberedAccess:
    """An access by its number, from 1; `earlier` is the number of the address's previous one, or 0.

    `free` is the index that the next new account gets; `index` the one of this account, if it ever has any.
    """

    number: int
    earlier: int
    address: int
    exists: bool
    creates: bool
    index: int
    free: int
    before: Account
    after: Account

    def at(self, index: int) -> "NumberedAccess":
        """The same access of an account at another index."""
        return replace(self, index=index)


@dataclass(frozen=True)
class AccountChange:
    """What becomes of an address: `old` has a leaf before, `new` gets one; `time` is the number of its last access.

    `end` is the next higher address with a leaf before the batch, `next` the one after it.
    """

    address: int
    old: bool
    new: bool
    index: int
    time: int
    end: int
    next: int
    before: Account
    after: Account


@dataclass(frozen=True)
class Batch:
    """Accesses and what they did: every touched address in order, and every node above a touched leaf."""

    chain: Chain
    state_before: Elements
    state_after: Elements
    count_before: int
    count_after: int
    accesses: tuple[NumberedAccess, ...]
    accounts: tuple[AccountChange, ...]
    nodes: tuple[NodeChanges, ...]
