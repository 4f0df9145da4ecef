"""Little-endian writing and bounded reading of the canonical bytes of a program."""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import TypeVar

from verifier.errors import Rejected

Item = TypeVar("Item")
Member = TypeVar("Member", bound=IntEnum)

ABSENT = 0xFFFFFFFF


class Writer:
    """Collects canonical bytes: unsigned integers little-endian, text and lists behind a 32-bit count."""

    def __init__(self) -> None:
        self._parts = bytearray()

    def u8(self, value: int) -> None:
        """Append one byte."""
        self._parts += value.to_bytes(1, "little")

    def u32(self, value: int) -> None:
        """Append an unsigned 32-bit integer."""
        self._parts += value.to_bytes(4, "little")

    def sign(self, value: int) -> None:
        """Append a direction: 1 for sending (+1), 0 for receiving (-1)."""
        self.u8(1 if value == 1 else 0)

    def raw(self, value: bytes) -> None:
        """Append bytes whose length the format fixes."""
        self._parts += value

    def text(self, value: str) -> None:
        """Append UTF-8 text behind its length in bytes."""
        encoded = value.encode("utf-8")
        self.u32(len(encoded))
        self.raw(encoded)

    def each(self, items: Iterable[Item], write: Callable[[Item], None]) -> None:
        """Append a list: its count, then every item by `write`."""
        kept = tuple(items)
        self.u32(len(kept))
        for item in kept:
            write(item)

    def finish(self) -> bytes:
        """Everything appended so far."""
        return bytes(self._parts)


class Reader:
    """Reads what `Writer` wrote and raises `Rejected` on anything it could not have written."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def raw(self, length: int) -> bytes:
        """The next `length` bytes."""
        end = self._at + length
        if end > len(self._data):
            raise Rejected(f"program ends inside a field at byte {self._at}")
        found = self._data[self._at : end]
        self._at = end
        return found

    def u8(self) -> int:
        """The next byte."""
        return self.raw(1)[0]

    def u32(self) -> int:
        """The next unsigned 32-bit integer."""
        return int.from_bytes(self.raw(4), "little")

    def flag(self) -> bool:
        """The next byte, which must be 0 or 1."""
        value = self.u8()
        if value > 1:
            raise Rejected(f"program has {value} where 0 or 1 belongs")
        return value == 1

    def sign(self) -> int:
        """The next direction, +1 or -1."""
        return 1 if self.flag() else -1

    def member(self, kind: type[Member]) -> Member:
        """The next byte as a member of an enumeration."""
        value = self.u8()
        try:
            return kind(value)
        except ValueError:
            raise Rejected(f"program has unknown {kind.__name__.lower()} {value}") from None

    def text(self, longest: int) -> str:
        """The next text of at most `longest` bytes."""
        length = self.u32()
        if length > longest:
            raise Rejected(f"program text of {length} bytes exceeds {longest}")
        try:
            return self.raw(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Rejected("program text is not UTF-8") from None

    def each(self, most: int, smallest: int, read: Callable[[], Item], what: str) -> tuple[Item, ...]:
        """The next list of at most `most` items of at least `smallest` bytes each."""
        count = self.u32()
        if count > most:
            raise Rejected(f"program lists {count} {what}, more than {most}")
        # Checked before reading, so that a count cannot cost more than the bytes that carry it.
        if count * smallest > len(self._data) - self._at:
            raise Rejected(f"program ends inside its list of {what}")
        return tuple(read() for _ in range(count))

    def finish(self) -> None:
        """Raise `Rejected` unless every byte has been read."""
        if self._at != len(self._data):
            raise Rejected(f"{len(self._data) - self._at} bytes follow the program")


def within(value: int, least: int, most: int, what: str) -> None:
    """Raise `Rejected` unless least <= value <= most."""
    if not least <= value <= most:
        raise Rejected(f"{what} is {value}, outside {least}..{most}")
