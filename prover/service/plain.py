"""Statements as plain values, for JSON and messages: integers stay, bytes become hexadecimal text."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from prover.v1 import statement_pb2

FIELDS: tuple[str, ...] = tuple(statement_pb2.Statement.DESCRIPTOR.fields_by_name)
"""Names of the statement's fields, the same in the verifier, the API and on the command line."""


def to_plain(fields: Mapping[str, int | bytes]) -> dict[str, int | str]:
    """Turns bytes into hexadecimal text."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def from_plain(fields: Mapping[str, int | str]) -> dict[str, int | bytes]:
    """The inverse of `to_plain`; raises ValueError for text that is not hexadecimal."""
    return {name: bytes.fromhex(value) if isinstance(value, str) else value for name, value in fields.items()}


def plain_statement(statement: Any) -> dict[str, Any]:
    """A `verifier.statement.Statement` as ``encoded`` (hexadecimal canonical bytes) and ``fields``."""
    fields = {field.name: getattr(statement, field.name) for field in dataclasses.fields(statement)}
    return {
        "encoded": statement.encode().hex(),
        "fields": to_plain({name: fields[name] for name in FIELDS}),
    }


def statement_message(fields: Mapping[str, int | str]) -> Any:
    """The Statement message with these plain fields."""
    message = statement_pb2.Statement()
    for name, value in from_plain(fields).items():
        setattr(message, name, value)
    return message


def set_fields(message: Any) -> dict[str, int | str]:
    """The fields that are set in a Statement message, as plain values."""
    return to_plain({descriptor.name: value for descriptor, value in message.ListFields()})
