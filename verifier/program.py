"""The constraint program: every rule and bus interaction of every table, as data named by its digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from verifier.errors import Rejected
from verifier.evaluation import EXTENSION, Arithmetic, evaluate
from verifier.field import P
from verifier.program_codec import Reader, Writer, within
from verifier.table import (
    MAX_MESSAGE,
    MAX_NAME,
    Interaction,
    Node,
    Operation,
    Rule,
    Selector,
    Table,
    lookup_columns,
    validate_ends,
)

__all__ = [
    "EXTENSION",
    "Arithmetic",
    "Boundary",
    "BoundaryItem",
    "Bus",
    "Interaction",
    "ItemKind",
    "Node",
    "Operation",
    "Program",
    "Rule",
    "Selector",
    "Table",
    "evaluate",
    "lookup_columns",
]

MAGIC = b"SQTRPRG2"
ROOT_LENGTH = 32
NO_ROOT = bytes(ROOT_LENGTH)

LOG_BLOWUPS = (1, 3)
"""log2 of the blowups at which a program holds the root of its preprocessed columns."""

MAX_TABLES = 64
MAX_BUSES = 256
MAX_BOUNDARIES = 4096
MAX_STATEMENT = 1 << 16
MAX_STATEMENT_ITEM = 32
SEED_WORDS = 8


class ItemKind(IntEnum):
    """Where the verifier takes one field of a boundary message from."""

    CONSTANT = 0
    STATEMENT = 1
    SEED = 2


@dataclass(frozen=True, slots=True)
class BoundaryItem:
    """One field of a boundary message: a constant `a`, statement bytes [a : a + b], or seed word `a`."""

    kind: ItemKind
    a: int
    b: int

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.u8(self.kind)
        writer.u32(self.a)
        writer.u32(self.b)

    @staticmethod
    def read(reader: Reader) -> "BoundaryItem":
        """The next item."""
        return BoundaryItem(reader.member(ItemKind), reader.u32(), reader.u32())

    def value(self, statement: bytes, seed: bytes | None) -> int:
        """The field element this item stands for; raises `Rejected` if the statement has none there."""
        if self.kind == ItemKind.CONSTANT:
            return self.a
        if self.kind == ItemKind.STATEMENT:
            if self.a + self.b > len(statement):
                raise Rejected("statement is shorter than a boundary message needs")
            value = int.from_bytes(statement[self.a : self.a + self.b], "big")
            # Soundness: reduction would let two statements share one boundary message.
            if value >= P:
                raise Rejected(f"statement bytes {self.a}..{self.a + self.b} exceed the field")
            return value
        if seed is None or len(seed) != 4 * SEED_WORDS:
            raise Rejected("a boundary message needs a 32-byte seed")
        return (int.from_bytes(seed[4 * self.a : 4 * self.a + 4], "little") & 0x7FFFFFFF) % P


@dataclass(frozen=True, slots=True)
class Boundary:
    """A message the verifier itself sends (+1) or receives (-1), once; `bus` counts from 1."""

    bus: int
    sign: int
    items: tuple[BoundaryItem, ...]

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.u32(self.bus)
        writer.sign(self.sign)
        writer.each(self.items, lambda item: item.write(writer))

    @staticmethod
    def read(reader: Reader) -> "Boundary":
        """The next boundary message."""
        bus, sign = reader.u32(), reader.sign()
        items = reader.each(MAX_MESSAGE, 9, lambda: BoundaryItem.read(reader), "boundary items")
        return Boundary(bus, sign, items)

    def message(self, statement: bytes, seed: bytes | None) -> tuple[int, ...]:
        """The message's field elements; raises `Rejected` if the statement has none for an item."""
        return tuple(item.value(statement, seed) for item in self.items)


@dataclass(frozen=True, slots=True)
class Bus:
    """A kind of message; its id in denominators is its index in the program plus one."""

    name: str
    length: int

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.text(self.name)
        writer.u32(self.length)

    @staticmethod
    def read(reader: Reader) -> "Bus":
        """The next bus."""
        return Bus(reader.text(MAX_NAME), reader.u32())


@dataclass(frozen=True)
class Program:
    """The verifying key: tables, buses, the verifier's own messages, and what preprocessed columns are.

    `preprocessed_roots` are the roots of preprocessed columns at each of `LOG_BLOWUPS`; none without such columns.
    """

    name: str
    buses: tuple[Bus, ...]
    tables: tuple[Table, ...]
    boundaries: tuple[Boundary, ...]
    preprocessed_roots: tuple[bytes, ...]

    @property
    def two_waves(self) -> bool:
        """Whether some columns are committed only after the seed is drawn."""
        return any(table.second_wave_width > 0 for table in self.tables)

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the canonical bytes."""
        return hashlib.sha256(self.encode()).digest()

    def encode(self) -> bytes:
        """Canonical bytes: fields in order, 32-bit little-endian integers, counted lists."""
        return self._encoded

    @cached_property
    def _encoded(self) -> bytes:
        writer = Writer()
        writer.raw(MAGIC)
        writer.text(self.name)
        writer.each(self.buses, lambda bus: bus.write(writer))
        writer.each(self.tables, lambda table: table.write(writer))
        writer.each(self.boundaries, lambda boundary: boundary.write(writer))
        writer.each(self.preprocessed_roots, writer.raw)
        return writer.finish()

    @staticmethod
    def decode(data: bytes) -> "Program":
        """The valid program whose canonical bytes are `data`; raises `Rejected`."""
        reader = Reader(data)
        if reader.raw(len(MAGIC)) != MAGIC:
            raise Rejected("not a program: wrong magic")
        program = Program(
            name=reader.text(MAX_NAME),
            buses=reader.each(MAX_BUSES, 8, lambda: Bus.read(reader), "buses"),
            tables=reader.each(MAX_TABLES, 41, lambda: Table.read(reader), "tables"),
            boundaries=reader.each(MAX_BOUNDARIES, 9, lambda: Boundary.read(reader), "boundaries"),
            preprocessed_roots=reader.each(
                len(LOG_BLOWUPS), ROOT_LENGTH, lambda: reader.raw(ROOT_LENGTH), "preprocessed roots"
            ),
        )
        reader.finish()
        program.validate()
        return program

    def validate(self) -> None:
        """Raise `Rejected` unless every reference, degree, width and bound is as the protocol needs it."""
        if not self.tables:
            raise Rejected("a program needs a table")
        _distinct([bus.name for bus in self.buses], "bus")
        _distinct([table.name for table in self.tables], "table")
        for bus in self.buses:
            within(bus.length, 1, MAX_MESSAGE, f"message length of bus {bus.name}")
        lengths = [bus.length for bus in self.buses]
        for table in self.tables:
            table.validate(lengths)
        for boundary in self.boundaries:
            self._validate_boundary(boundary, lengths)
        self._validate_counts()
        roots = len(LOG_BLOWUPS) if any(table.preprocessed_width for table in self.tables) else 0
        if len(self.preprocessed_roots) != roots:
            raise Rejected("preprocessed roots and preprocessed columns go together")

    def preprocessed_root(self, log_blowup: int) -> bytes:
        """Root of the preprocessed columns at a blowup, `NO_ROOT` without any; raises `Rejected` if it is not held."""
        if not self.preprocessed_roots:
            return NO_ROOT
        if log_blowup not in LOG_BLOWUPS:
            raise Rejected(f"the program's preprocessed columns have no root at blowup 2^{log_blowup}")
        return self.preprocessed_roots[LOG_BLOWUPS.index(log_blowup)]

    def check_heights(self, heights: Sequence[int | None]) -> None:
        """Raise `Rejected` unless these log2 heights, None for an absent table, are allowed together."""
        if len(heights) != len(self.tables):
            raise Rejected(f"{len(heights)} heights for {len(self.tables)} tables")
        if all(height is None for height in heights):
            raise Rejected("every table is absent")
        messages = len(self.boundaries)
        for table, height in zip(self.tables, heights, strict=True):
            if height is None:
                if not table.optional:
                    raise Rejected(f"table {table.name} may not be absent")
                continue
            if table.preprocessed_log_height >= 0 and height != table.preprocessed_log_height:
                raise Rejected(f"table {table.name} must have height 2^{table.preprocessed_log_height}")
            if not table.min_log_height <= height <= table.max_log_height:
                raise Rejected(f"table {table.name} may not have height 2^{height}")
            messages += sum(interaction.weight for interaction in table.interactions) << height
        # Soundness: multiplicities add up in the field; beyond P a message could be counted away.
        # docs/protocol.md, Shape (1).
        if messages >= P:
            raise Rejected("these heights allow more messages than the field can count")

    def _validate_boundary(self, boundary: Boundary, lengths: Sequence[int]) -> None:
        validate_ends(boundary.bus, boundary.sign, len(boundary.items), lengths, "a boundary message")
        for item in boundary.items:
            if item.kind == ItemKind.STATEMENT:
                within(item.b, 1, MAX_STATEMENT_ITEM, "length of a statement item")
                within(item.a, 0, MAX_STATEMENT, "offset of a statement item")
                continue
            within(item.b, 0, 0, "unused boundary field")
            within(item.a, 0, P - 1 if item.kind == ItemKind.CONSTANT else SEED_WORDS - 1, "boundary item")
            if item.kind == ItemKind.SEED and not self.two_waves:
                raise Rejected("a program of one wave has no seed")

    def _validate_counts(self) -> None:
        """Free counts are received, on buses where nothing else is."""
        counted: set[int] = set()
        received = {boundary.bus for boundary in self.boundaries if boundary.sign == -1}
        for table in self.tables:
            for interaction in table.interactions:
                if interaction.weight == 0 and interaction.sign == 1:
                    raise Rejected(f"a message of table {table.name} is sent without a bound")
                if interaction.sign == -1:
                    (received if interaction.weight else counted).add(interaction.bus)
        # Soundness: a free count makes good whatever another receiver of its message leaves out.
        for bus in sorted(counted & received):
            raise Rejected(f"bus {self.buses[bus - 1].name} has messages that are looked up and received")


def _distinct(names: Sequence[str], what: str) -> None:
    if len(set(names)) != len(names):
        raise Rejected(f"two {what} names are equal")
