"""Keys and what they sign: transactions of type 2, by the same library that wallets in Python use."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from prover import strict_json
from prover.errors import InputError
from verifier.arguments import TooLong, UsageError, file_bytes

LARGEST_FILE = 64 << 10
"""Bytes of a key file: an encrypted one has less than a thousand."""

_NESTING = 16
_FIX = "Name a file that holds 64 hexadecimal digits, or an encrypted key in JSON as Ethereum's clients write it."


@dataclass(frozen=True)
class Transfer:
    """What is to be signed: amounts and fees in wei, `to` an address (20 bytes)."""

    chain_id: int
    nonce: int
    max_priority_fee: int
    max_fee: int
    gas_limit: int
    to: bytes
    value: int
    data: bytes = b""


def key_of(secret: bytes) -> LocalAccount:
    """The key with this secret number, 32 bytes; raises `InputError` (KEY_UNREADABLE) if there is none."""
    try:
        key: LocalAccount = Account.from_key(secret)
    except ValueError:
        # The library's own words could hold the secret.
        raise InputError("KEY_UNREADABLE", "This is not the secret number of a key.", _FIX) from None
    return key


def read_key(path: Path, password: Callable[[], str]) -> LocalAccount:
    """The key in a file, for which `password` is asked if it is encrypted.

    Raises `InputError`: FILE_UNREADABLE, KEY_UNREADABLE, PASSWORD_WRONG.
    """
    try:
        data = file_bytes(path, "key file", LARGEST_FILE)
    except UsageError as error:
        raise InputError(error.code, error.message, error.fix) from error
    except TooLong as error:
        raise _unreadable(path, "is too large") from error
    try:
        text = data.decode("ascii").strip()
        if text.startswith("{"):
            return key_of(_decrypted(path, text, password))
        return key_of(bytes.fromhex(text.removeprefix("0x")))
    except ValueError:
        raise _unreadable(path, "is neither a key in hexadecimal nor an encrypted one") from None


def _decrypted(path: Path, text: str, password: Callable[[], str]) -> bytes:
    fields = strict_json.parse(text.encode(), _NESTING)
    if not isinstance(fields.get("crypto"), dict):
        raise _unreadable(path, "has no field crypto")
    word = password()
    try:
        return bytes(Account.decrypt(fields, word))
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        if "MAC mismatch" in str(error):
            message = f"The password of the key file {path} is another one."
            raise InputError("PASSWORD_WRONG", message, "Give the one it was encrypted with.") from error
        raise _unreadable(path, "is not encrypted in a way that is known") from error


def _unreadable(path: Path, why: str) -> InputError:
    return InputError("KEY_UNREADABLE", f"The key file {path} {why}.", _FIX)


def sign(transfer: Transfer, key: LocalAccount) -> bytes:
    """The transaction as `eth_sendRawTransaction` takes it."""
    signed = key.sign_transaction(
        {
            "type": 2,
            "chainId": transfer.chain_id,
            "nonce": transfer.nonce,
            "maxPriorityFeePerGas": transfer.max_priority_fee,
            "maxFeePerGas": transfer.max_fee,
            "gas": transfer.gas_limit,
            "to": transfer.to,
            "value": transfer.value,
            "data": transfer.data,
        }
    )
    return bytes(signed.raw_transaction)
