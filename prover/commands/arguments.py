"""What is typed on the command line, turned into values; much of it by the verifier's own code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prover.adapter.celestia.block_file import LARGEST_FILE
from prover.errors import InputError
from verifier import arguments


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
    with usage():
        try:
            return arguments.file_bytes(path, "block file", LARGEST_FILE)
        except arguments.TooLong as error:
            message = f"The block file {path} is too large: {error.reason}."
            raise InputError("BLOCK_TOO_LARGE", message, "Name a file that holds one block.") from error
