"""What is typed on the command line, turned into values; mistakes are told by field."""

from collections.abc import Sequence
from pathlib import Path

import typer

from prover.errors import InputError
from prover.service.plain import FIELDS
from prover.v1 import statement_pb2

_KINDS = statement_pb2.Statement.DESCRIPTOR.fields_by_name


def hexadecimal(name: str, text: str) -> bytes:
    """Bytes from hexadecimal text, with or without a leading 0x; raises BadParameter."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not hexadecimal", param_hint=name) from error


def expectations(texts: Sequence[str]) -> dict[str, int | bytes]:
    """The fields a statement must have, from FIELD=VALUE texts; raises BadParameter."""
    expected: dict[str, int | bytes] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or name not in FIELDS:
            known = ", ".join(FIELDS)
            raise typer.BadParameter(
                f"{text!r} is not FIELD=VALUE with a FIELD of: {known}", param_hint="--expect"
            )
        if _KINDS[name].type == _KINDS[name].TYPE_BYTES:
            expected[name] = hexadecimal(f"--expect {name}", value)
        elif value.isascii() and value.isdigit():
            expected[name] = int(value)
        else:
            raise typer.BadParameter(f"{value!r} is not a whole number", param_hint=f"--expect {name}")
    return expected


def contents(path: Path, what: str) -> bytes:
    """The bytes of a file that was named; raises `InputError` (FILE_UNREADABLE)."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"The {what} {path} cannot be read: {error.strerror or error}."
        raise InputError("FILE_UNREADABLE", message, "Name a file that this user may read.") from error
