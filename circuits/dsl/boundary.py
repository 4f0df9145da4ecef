"""The verifier's own messages, whose fields come from the statement or from the seed."""

from dataclasses import dataclass
from typing import Any

from circuits.dsl.bus import Bus
from verifier.program import BoundaryItem, ItemKind


@dataclass(frozen=True)
class BoundaryMessage:
    """A message the verifier sends (+1) or receives (-1) once."""

    bus: type[Bus[Any]]
    sign: int
    items: tuple[BoundaryItem, ...]


def verifier_sends(message: Bus[Any]) -> BoundaryMessage:
    """The verifier sends this message: some table must receive it."""
    return BoundaryMessage(type(message), 1, _items(message))


def verifier_receives(message: Bus[Any]) -> BoundaryMessage:
    """The verifier receives this message: some table must send it."""
    return BoundaryMessage(type(message), -1, _items(message))


def public_integer(offset: int, length: int) -> Any:
    """The big-endian integer in statement bytes [offset : offset + length], for one cell of a message."""
    return BoundaryItem(ItemKind.STATEMENT, offset, length)


def public_bytes(offset: int, length: int) -> Any:
    """Statement bytes [offset : offset + length], one cell each."""
    return tuple(BoundaryItem(ItemKind.STATEMENT, offset + i, 1) for i in range(length))


def public_seed(word: int) -> Any:
    """Word `word` of the seed drawn after the first wave, for one cell of a message."""
    return BoundaryItem(ItemKind.SEED, word, 0)


def _items(message: Bus[Any]) -> tuple[BoundaryItem, ...]:
    return tuple(
        BoundaryItem(ItemKind.CONSTANT, value, 0) if isinstance(value, int) else value
        for value in message.flat()
    )
