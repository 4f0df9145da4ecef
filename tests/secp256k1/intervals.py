"""Rules read over intervals of integers: how large can what they add up become?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from circuits.dsl import Air, Bus, Table
from circuits.dsl.cells import Opaque
from circuits.dsl.compile import compile_program
from circuits.dsl.declared import Kind
from circuits.dsl.source import Source
from circuits.tables.byte_pairs import BYTE, BytePair
from verifier.field import P
from verifier.program import Operation, Selector

UNKNOWN = (0, P - 1)


class Interval(Opaque):
    """All integers from low to high; `leaf` names the column it stands for, if it is one."""

    __slots__ = ("high", "leaf", "low")

    def __init__(self, low: int, high: int, leaf: str | None = None) -> None:
        self.low, self.high, self.leaf = low, high, leaf

    @property
    def largest(self) -> int:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    def __add__(self, other: "Interval | int") -> "Interval":
        two = _interval(other)
        return Interval(self.low + two.low, self.high + two.high)

    def __sub__(self, other: "Interval | int") -> "Interval":
        return self + -_interval(other)

    def __mul__(self, other: "Interval | int") -> "Interval":
        two = _interval(other)
        corners = [one * three for one in (self.low, self.high) for three in (two.low, two.high)]
        if self.leaf is not None and self.leaf == two.leaf:
            corners = [max(0, *corners), 0 if self.low <= 0 <= self.high else min(corners)]
        return Interval(min(corners), max(corners))

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __radd__(self, other: int) -> "Interval":
        return self + other

    def __rsub__(self, other: int) -> "Interval":
        return -self + other

    def __rmul__(self, other: int) -> "Interval":
        return self * other


def _interval(value: "Interval | int") -> Interval:
    return value if isinstance(value, Interval) else Interval(value, value)


@dataclass
class IntervalAir(Air[Interval]):
    """Keeps the interval of every rule and the messages of every interaction."""

    rules: list[Interval] = field(default_factory=list)
    messages: list[tuple[int, Bus[Any]]] = field(default_factory=list)
    _selector: Selector = Selector.EVERY

    def constant(self, value: int) -> Interval:
        """An integer."""
        return Interval(value, value)

    def on_rule(self, selector: Selector, value: Interval, source: Source | None) -> None:
        """Keep what must vanish."""
        self.rules.append(value)

    def on_interaction(
        self, sign: int, message: Bus[Any], times: Interval, weight: int | None, source: Source | None
    ) -> None:
        """Keep the message."""
        self.messages.append((sign, message))


def read(table: type[Table[Any]], owed: Mapping[str, tuple[int, int]]) -> IntervalAir:
    """A table's rules over intervals: from declarations, lookups of bytes, and what others owe by column's field."""
    first = _state(table, lambda name: owed.get(name.partition("[")[0], UNKNOWN))
    octets = {
        cell.leaf
        for _, message in first.messages
        if isinstance(message, BytePair)
        for cell in message.flat()
        if isinstance(cell, Interval) and cell.leaf is not None
    }
    # A question whose multiplicity is not always one would prove nothing; these are all asked on every row.
    return _state(
        table, lambda name: (0, BYTE - 1) if name in octets else owed.get(name.partition("[")[0], UNKNOWN)
    )


def _state(table: type[Table[Any]], free: Callable[[str], tuple[int, int]]) -> IntervalAir:
    names = {operation: table.column_names(operation) for operation in Operation if operation < Operation.ADD}

    def cell(operation: Operation, column: int) -> Interval:
        name = names[operation][column]
        declared = table.declared[name.partition("[")[0]]
        if declared.values is not None:
            values = table.fixed_values(operation)[column]
            return Interval(int(values.min()), int(values.max()), name)
        if declared.kind == Kind.FLAG:
            low, high = free(name)
            return Interval(low, min(high, 1), name)
        if declared.kind == Kind.RANGED:
            return Interval(0, (1 << declared.bits) - 1, name)
        return Interval(*free(name), name)

    air = IntervalAir()
    table.read(cell).state_rules(air, table.read(cell))
    return air


def rule_sources(table: type[Table[Any]]) -> tuple[Source, ...]:
    """Where each rule that `read` keeps was written, in the same order."""
    return compile_program("tests.intervals", [table]).sources[table.name].rules
