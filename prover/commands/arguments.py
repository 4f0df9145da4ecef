"""What is typed on the command line, turned into values; much of it by the verifier's own code."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prover.adapter.celestia.block_file import LARGEST_FILE
from prover.errors import InputError
from prover.execution.payments.genesis import checksummed
from prover.execution.payments.state import MOST_WEI
from prover.service.intake import ACCOUNTS_BYTES
from verifier import arguments

UNITS = {"": 0, "wei": 0, "gwei": 9, "ether": 18}
"""Units of an amount, as powers of ten in wei."""

_DIGITS = 78
"""As many as the largest balance has."""


@contextmanager
def usage() -> Iterator[None]:
    """Turns the verifier's `UsageError` into `InputError`, of the same code and words."""
    try:
        yield
    except arguments.UsageError as error:
        raise InputError(error.code, error.message, error.fix) from error


def hexadecimal(name: str, text: str) -> bytes:
    """Bytes from hexadecimal text, with or without a leading 0x; raises `InputError` (VALUE_MALFORMED)."""
    with usage():
        return arguments.hexadecimal(name, text)


def block_bytes(path: Path) -> bytes:
    """The bytes of a block file; raises `InputError` (FILE_UNREADABLE, BLOCK_TOO_LARGE)."""
    return _bytes(path, "block file", LARGEST_FILE, "BLOCK_TOO_LARGE", "Name a file that holds one block.")


def genesis_bytes(path: Path) -> bytes:
    """The bytes of a genesis file; raises `InputError` (FILE_UNREADABLE, GENESIS_TOO_LARGE)."""
    fix = "Name the chain's genesis file."
    return _bytes(path, "genesis file", ACCOUNTS_BYTES, "GENESIS_TOO_LARGE", fix)


def snapshot_bytes(path: Path) -> bytes:
    """The bytes of a snapshot; raises `InputError` (FILE_UNREADABLE, FILE_EMPTY, SNAPSHOT_TOO_LARGE)."""
    fix = "Name the snapshot that was written with the last proof."
    data = _bytes(path, "snapshot", ACCOUNTS_BYTES, "SNAPSHOT_TOO_LARGE", fix)
    if not data:
        # Nothing at all would be taken for the accounts of the genesis file.
        raise InputError("FILE_EMPTY", f"The snapshot {path} is empty.", fix)
    return data


def _bytes(path: Path, what: str, most: int, code: str, fix: str) -> bytes:
    with usage():
        try:
            return arguments.file_bytes(path, what, most)
        except arguments.TooLong as error:
            raise InputError(code, f"The {what} {path} is too large: {error.reason}.", fix) from error


def address(name: str, text: str) -> bytes:
    """The 20 bytes of an address; raises `InputError` (ADDRESS_MALFORMED), also if its capitals are no checksum."""
    found = bytes.fromhex(text[2:]) if re.fullmatch("0x[0-9a-fA-F]{40}", text) else b""
    if not found:
        message = f"The value of {name}, {text!r}, is not an address."
        raise InputError("ADDRESS_MALFORMED", message, "Write 0x and 40 hexadecimal digits.")
    if text[2:] not in (found.hex(), checksummed(found)[2:]):
        message = f"The capitals in {text} are not those of the address: a digit is wrong."
        raise InputError("ADDRESS_MALFORMED", message, "Copy it again, or write small letters only.")
    return found


def wei(name: str, text: str) -> int:
    """An amount in wei from text such as 0.1ether, 2gwei or 21000; raises `InputError` (AMOUNT_MALFORMED)."""
    found = re.fullmatch(rf"([0-9]{{1,{_DIGITS}}})(?:\.([0-9]{{1,18}}))? ?([a-z]*)", text)
    power = UNITS.get(found[3], -1) if found else -1
    if found is not None and power >= len(found[2] or ""):
        amount = int(found[1] + (found[2] or "").ljust(power, "0"))
        if amount <= MOST_WEI:
            return amount
    message = f"The value of {name}, {text!r}, is not an amount in whole wei below 2^256."
    raise InputError("AMOUNT_MALFORMED", message, "Write it like 0.1ether, 2gwei or 21000wei.")
