"""What is typed on the command line, turned into values; much of it by the verifier's own code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def contents(path: Path, what: str) -> bytes:
    """The bytes of a file that was named; raises `InputError` (FILE_UNREADABLE)."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"The {what} {path} cannot be read: {error.strerror or error}."
        raise InputError("FILE_UNREADABLE", message, "Name a file that this user may read.") from error
