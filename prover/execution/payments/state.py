"""Who has what: accounts by address, in the order in which they came to be (docs/payments.md, State)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LARGEST_NONCE = (1 << 64) - 1
MOST_WEI = (1 << 256) - 1
"""Of all balances together: no credit can then exceed 256 bits, since nothing creates money."""


@dataclass(frozen=True)
class Account:
    """A nonce below 2^64 and a balance in wei below 2^256. An account with neither does not exist (EIP-161)."""

    nonce: int = 0
    balance: int = 0


NO_ACCOUNT = Account()


class State:
    """Accounts by address (20 bytes), none of them `NO_ACCOUNT`.

    Iterates over addresses and accounts in the order in which the addresses first had one.
    """

    def __init__(self, accounts: Iterable[tuple[bytes, Account]] = ()) -> None:
        self._accounts = dict(accounts)

    def __getitem__(self, address: bytes) -> Account:
        return self._accounts.get(address, NO_ACCOUNT)

    def __contains__(self, address: bytes) -> bool:
        return address in self._accounts

    def __len__(self) -> int:
        return len(self._accounts)

    def __iter__(self) -> Iterator[tuple[bytes, Account]]:
        return iter(self._accounts.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> "State":
        """An equal state that changes on its own."""
        return State(self._accounts.items())

    def write(self, address: bytes, account: Account) -> None:
        """Give an address an account, which exists: no rule ever empties one."""
        assert account != NO_ACCOUNT and account.nonce <= LARGEST_NONCE and 0 <= account.balance <= MOST_WEI
        self._accounts[address] = account

    def credit(self, address: bytes, wei: int) -> None:
        """Add to a balance; nothing at all if there is nothing to add."""
        if wei:
            account = self[address]
            self.write(address, Account(account.nonce, account.balance + wei))
