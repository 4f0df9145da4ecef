"""A state as bytes, one way only (docs/payments.md, Snapshot)."""

import struct

from prover.errors import InputError
from prover.execution.payments.state import MOST_WEI, NO_ACCOUNT, Account, State

MAGIC = b"SQTRSNP1"

_HEAD = struct.Struct(">8sI")
_ACCOUNT = struct.Struct(">20sQ32s")


def encode(state: State) -> bytes:
    """The bytes of a state: a head of 12 bytes, then 60 for each account in the state's order."""
    parts = [_HEAD.pack(MAGIC, len(state))]
    for address, account in state:
        parts.append(_ACCOUNT.pack(address, account.nonce, account.balance.to_bytes(32, "big")))
    return b"".join(parts)


def decode(data: bytes) -> State:
    """The state whose bytes these are; raises InputError (SNAPSHOT_UNREADABLE, SNAPSHOT_IMPOSSIBLE)."""
    if len(data) < _HEAD.size:
        raise _unreadable(f"The snapshot has {len(data)} bytes, less than its head.")
    magic, count = _HEAD.unpack_from(data)
    if magic != MAGIC:
        raise _unreadable(f"The file does not begin with {MAGIC.decode()}.")
    if len(data) != _HEAD.size + count * _ACCOUNT.size:
        raise _unreadable(f"A snapshot of {count} accounts does not have {len(data)} bytes.")
    accounts = {
        address: Account(nonce, int.from_bytes(balance, "big"))
        for address, nonce, balance in _ACCOUNT.iter_unpack(data[_HEAD.size :])
    }
    if len(accounts) != count or NO_ACCOUNT in accounts.values():
        raise _impossible("The snapshot names an address twice, or an account without nonce and balance.")
    if sum(account.balance for account in accounts.values()) > MOST_WEI:
        raise _impossible("All balances together are 2^256 wei or more.")
    return State(accounts.items())


def _unreadable(message: str) -> InputError:
    return InputError("SNAPSHOT_UNREADABLE", message, "Give a file that Sequitur wrote, unchanged.")


def _impossible(message: str) -> InputError:
    return InputError("SNAPSHOT_IMPOSSIBLE", message, "Give a state that the rules can lead to.")
