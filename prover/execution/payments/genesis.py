"""Genesis files: JSON that says how a chain is configured and who has what first (docs/payments.md, Genesis)."""

import re
from dataclasses import dataclass
from typing import Any

from prover import strict_json
from prover.errors import InputError
from prover.execution.payments import snapshot
from prover.execution.payments.chain import Chain
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.state import MOST_WEI, Account, State

LARGEST_FILE = 64 << 20
"""Bytes of a genesis file: half a million accounts and more."""

_NESTING = 3
_CHAIN = ("chain_id", "base_fee", "fee_recipient", "gas_cap")
_FIX = "Write the genesis file as docs/payments.md shows."


@dataclass(frozen=True)
class Genesis:
    """A chain's configuration and its first state, accounts in ascending order of address with nonce 0."""

    chain: Chain
    state: State

    def encode(self) -> bytes:
        """The canonical bytes: those of the configuration, then those of the state's snapshot."""
        return self.chain.encode() + snapshot.encode(self.state)


def read_genesis(data: bytes) -> Genesis:
    """The genesis in a file; raises InputError (GENESIS_UNREADABLE, GENESIS_IMPOSSIBLE, CHAIN_INVALID)."""
    if len(data) > LARGEST_FILE:
        raise _unreadable(f"The genesis file has {len(data)} bytes; at most {LARGEST_FILE} are read.")
    try:
        value = strict_json.parse(data, _NESTING)
    except ValueError as error:
        raise _unreadable(f"The genesis file is not JSON: {str(error)[:200]}.") from error
    fields = _object("file", value, ("chain", "balances"))
    chain = _object("field chain", fields["chain"], _CHAIN)
    balances: dict[bytes, int] = {}
    for text, wei in _object("field balances", fields["balances"], None).items():
        address = _address(text)
        if address in balances:
            raise _impossible(f"The address {text} occurs twice.")
        balances[address] = _wei(f"balance of {text}", wei)
        if not balances[address]:
            raise _impossible(f"The balance of {text} is 0: such an account does not exist.")
    if sum(balances.values()) > MOST_WEI:
        raise _impossible("All balances together are 2^256 wei or more.")
    return Genesis(
        Chain(
            _number("chain_id", chain["chain_id"]),
            _wei("base_fee", chain["base_fee"]),
            _address(chain["fee_recipient"]),
            _number("gas_cap", chain["gas_cap"]),
        ),
        State((address, Account(0, balances[address])) for address in sorted(balances)),
    )


def checksummed(address: bytes) -> str:
    """An address (20 bytes) as people write it: hexadecimal, its capitals a checksum (EIP-55)."""
    digits = address.hex()
    hashed = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(by, 16) >= 8 else digit for digit, by in zip(digits, hashed, strict=False)
    )


def _object(what: str, value: Any, names: tuple[str, ...] | None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unreadable(f"The {what} is not a JSON object.")
    if names is not None and set(value) != set(names):
        raise _unreadable(f"The {what} has to have exactly {', '.join(names)}.")
    return value


def _number(name: str, value: Any) -> int:
    if type(value) is not int:
        raise _unreadable(f"The field {name} is not a whole number.")
    return value


def _wei(name: str, value: Any) -> int:
    # In strings: other readers of JSON round numbers above 2^53.
    if not isinstance(value, str) or not re.fullmatch("0|[1-9][0-9]{0,77}", value):
        raise _unreadable(f"The {name} is not a string of decimal digits, the amount in wei.")
    return int(value)


def _address(value: Any) -> bytes:
    if not isinstance(value, str) or not re.fullmatch("0x[0-9a-fA-F]{40}", value):
        raise _unreadable(f"{str(value)[:60]!r} is not an address: 0x and 40 hexadecimal digits.")
    address = bytes.fromhex(value[2:])
    if value[2:] not in (address.hex(), checksummed(address)[2:]):
        raise _unreadable(f"The capitals in {value} are not those of the address: a digit is wrong.")
    return address


def _unreadable(message: str) -> InputError:
    return InputError("GENESIS_UNREADABLE", message, _FIX)


def _impossible(message: str) -> InputError:
    return InputError("GENESIS_IMPOSSIBLE", message, _FIX)
