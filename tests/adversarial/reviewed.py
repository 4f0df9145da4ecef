"""What was looked at by a person and found to be in order, with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from circuits.dsl import Trace
from circuits.dsl.compile import AnyBus, AnyTable, Compiled
from tests.adversarial.witness import Attacked, Guard, Mask


@dataclass(frozen=True)
class DontCare:
    """Cells that may hold anything: these fields, on the rows that `where` picks from a table's trace.

    Of a field of several cells, those from `first_cell` on are meant.
    """

    table: AnyTable
    fields: tuple[str, ...]
    where: Callable[[Any], Mask]
    reason: str
    first_cell: int = 0

    def columns(self) -> set[int]:
        """The numbers of the fields' columns."""
        places = (self.table.layout()[field] for field in self.fields)
        return {column for at, width in places for column in range(at + self.first_cell, at + width)}

    def rows(self, attacked: Attacked) -> Mask:
        """Which rows of the table's trace are meant."""
        return self.where(named(self.table, attacked))


@dataclass(frozen=True)
class Implied:
    """Rules written with this text that would not be missed; of several, if given, `only` those of these numbers."""

    table: AnyTable
    text: str
    reason: str
    only: Sequence[int] | None = None

    def guards(self, compiled: Compiled) -> list[Guard]:
        """The rules that are meant."""
        found = rules_written(compiled, self.table, self.text)
        return found if self.only is None else [found[index] for index in self.only]


@dataclass(frozen=True)
class Unasked:
    """A message that a table may send without having received anything."""

    table: AnyTable
    bus: AnyBus
    reason: str


def rules_written(compiled: Compiled, table: AnyTable, text: str) -> list[Guard]:
    """The rules of a table whose source has this text, in order."""
    sources = compiled.sources[table.name].rules
    return [Guard(table.name, True, number) for number, source in enumerate(sources) if source.text == text]


def interactions_written(compiled: Compiled, table: AnyTable, text: str) -> list[Guard]:
    """The interactions of a table whose source has this text, in order."""
    sources = compiled.sources[table.name].interactions
    return [Guard(table.name, False, number) for number, source in enumerate(sources) if source.text == text]


def named(table: AnyTable, attacked: Attacked) -> Trace:
    """A copy of a table's trace with its columns under their names."""
    trace = Trace(table, attacked.height.bit_length() - 1)
    trace.matrix[:] = attacked.main
    return trace
