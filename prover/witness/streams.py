"""What is hashed: streams of bytes, and the parts in which tables send them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    """A message to be hashed, under the name its digest comes back by."""

    source: int
    message: int
    data: bytes


@dataclass(frozen=True)
class PartRow:
    """32 bytes of which those at j with `mask[j]` = 1 stand at position `base` + j of their stream."""

    source: int
    message: int
    base: int
    value: bytes
    mask: bytes


@dataclass(frozen=True)
class SingleByte:
    """One byte that a table sends by itself."""

    source: int
    message: int
    position: int
    value: int


def gather(parts: Iterable[PartRow], single_bytes: Iterable[SingleByte] = ()) -> list[Stream]:
    """The streams that were sent, in the order of their names.

    Raises ValueError if a stream's positions are not 0 .. n-1, each once, or a value is not a byte.
    """
    sent: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for part in parts:
        taken = [(part.base + j, part.value[j]) for j, flag in enumerate(part.mask) if flag]
        if taken:
            sent.setdefault((part.source, part.message), []).extend(taken)
    for byte in single_bytes:
        sent.setdefault((byte.source, byte.message), []).append((byte.position, byte.value))
    found = []
    for name, placed in sorted(sent.items()):
        placed.sort()
        for expected, (position, _) in enumerate(placed):
            if position != expected:
                raise ValueError(f"stream {name}: position {position} is sent where {expected} is due")
        found.append(Stream(*name, bytes(value for _, value in placed)))
    return found
