"""Statements as plain values, for JSON and messages: integers stay, bytes become hexadecimal text."""

from prover.v1 import statement_pb2
from verifier.statement import Statement


def statement_message(statement: Statement) -> statement_pb2.Statement:
    """The Statement message with every field set."""
    message = statement_pb2.Statement()
    for name in Statement.FIELDS:
        setattr(message, name, getattr(statement, name))
    return message


def set_fields(message: statement_pb2.Statement) -> dict[str, int | str]:
    """The fields that are set in a Statement message, as `verifier.verify` takes them."""
    return {
        descriptor.name: value.hex() if isinstance(value, bytes) else value
        for descriptor, value in message.ListFields()
    }
