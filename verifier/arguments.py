"""What is named on a command line: a proof file, a profile, and the fields the statement must have."""

import os
import stat
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from verifier.errors import Rejected
from verifier.profile import PROFILES
from verifier.proof import MAX_PROOF_BYTES
from verifier.statement import Statement

_KINDS = {field.name: field.type for field in fields(Statement)}


class UsageError(Exception):
    """What was asked for cannot be done: a stable code, what is wrong, and what to do about it."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.code = code
        self.message = message
        self.fix = fix


class TooLong(Rejected):
    """A file of `size` bytes, more than any of its kind has."""

    def __init__(self, what: str, size: int, most: int) -> None:
        super().__init__(f"a {what} has at most {most:,} bytes, and this file has {size:,} or more")
        self.size = size


def expectations(texts: Sequence[str]) -> dict[str, int | bytes]:
    """The fields a statement must have, from FIELD=VALUE texts: numbers in decimal, bytes in hex.

    Raises `UsageError` (FIELD_UNKNOWN, FIELD_REPEATED, VALUE_MALFORMED).
    """
    expected: dict[str, int | bytes] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or name not in _KINDS:
            raise UsageError(
                "FIELD_UNKNOWN",
                f"{text!r} is not FIELD=VALUE with a field of a statement.",
                f"The fields are {', '.join(_KINDS)}.",
            )
        # Soundness: of two wishes for one field the caller would believe that both were checked.
        if name in expected:
            raise UsageError(
                "FIELD_REPEATED", f"The field {name} is expected twice.", "Give one value for a field."
            )
        expected[name] = _number(name, value) if _KINDS[name] is int else hexadecimal(name, value)
    return expected


def hexadecimal(name: str, text: str) -> bytes:
    """Bytes from hex, with or without a leading 0x; raises `UsageError` (VALUE_MALFORMED)."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        message = f"The value of {name}, {text!r}, is not hexadecimal."
        raise UsageError("VALUE_MALFORMED", message, "Write bytes as pairs of hexadecimal digits.") from None


def _number(name: str, text: str) -> int:
    # Longer than any field; int() of more digits than it allows would be an error of another kind.
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        message = f"The value of {name}, {text!r}, is not a whole number."
        raise UsageError("VALUE_MALFORMED", message, "Write numbers in decimal digits.")
    return int(text)


def known_profile(name: str) -> str:
    """The same name; raises `UsageError` (PROFILE_UNKNOWN) unless it is a profile's."""
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise UsageError("PROFILE_UNKNOWN", f"There is no profile {name!r}.", f"The profiles are {known}.")
    return name


def proof_bytes(path: Path) -> bytes:
    """The bytes of a proof file; raises `UsageError` (FILE_UNREADABLE) and `TooLong`."""
    return file_bytes(path, "proof", MAX_PROOF_BYTES)


def file_bytes(path: Path, what: str, most: int) -> bytes:
    """The bytes of a file that is a `what`; raises `UsageError` (FILE_UNREADABLE).

    Raises `TooLong` for a file of more than `most` bytes, which is not read.
    """
    try:
        # A pipe that nobody writes to would keep a blocking open waiting for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(path, what, f"cannot be read: {reason}") from None
    found = os.fstat(descriptor)
    # Asked before a file object is made of it: that would raise for a directory.
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        raise _unreadable(path, what, f"is {kind}")
    with os.fdopen(descriptor, "rb") as file:
        if found.st_size > most:
            raise TooLong(what, found.st_size, most)
        try:
            # The file may grow while it is read.
            data = file.read(most + 1)
        except OSError as error:
            raise _unreadable(path, what, f"cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise TooLong(what, len(data), most)
    return data


def _unreadable(path: Path, what: str, why: str) -> UsageError:
    return UsageError(
        "FILE_UNREADABLE", f"The {what} {path} {why}.", f"Name a {what} that this user may read."
    )
