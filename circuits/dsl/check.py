"""The mock prover: every rule on every row at once, and the balance of every bus."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.air import Air
from circuits.dsl.bus import Bus
from circuits.dsl.columns import Column, ancestors
from circuits.dsl.compile import Compiled
from circuits.dsl.ledger import Entries, Party, Unmatched, fingerprint, unbalanced, unmatched
from circuits.dsl.reading import TraceRows
from circuits.dsl.source import Source
from verifier.field import P
from verifier.program import Operation, Selector, Table

ROWS_AT_ONCE = 1 << 14
SHOWN_MESSAGES = 100
SHOWN_CELLS = 24
CELLS = (Operation.MAIN, Operation.PREPROCESSED, Operation.PERIODIC)


@dataclass(frozen=True)
class Failure:
    """A rule that fails on `rows`, with the cells it reads on the first of them."""

    table: str
    rows: tuple[int, ...]
    source: Source
    values: Mapping[str, int]
    complaint: str = ""

    @property
    def row(self) -> int:
        """The first row on which the rule fails."""
        return self.rows[0]

    def __str__(self) -> str:
        shown = [f"{name}={value}" for name, value in self.values.items()][:SHOWN_CELLS]
        if len(self.values) > SHOWN_CELLS:
            shown.append(f"and {len(self.values) - SHOWN_CELLS} more cells")
        more = f" (and {len(self.rows) - 1} more rows)" if len(self.rows) > 1 else ""
        complaint = f": {self.complaint}" if self.complaint else ""
        return f"{self.table} row {self.row}: {self.source}{complaint} with {', '.join(shown)}{more}"


@dataclass(frozen=True)
class Report:
    """What a check found; `str` is the whole of it in words."""

    failures: tuple[Failure, ...]
    ledger: tuple[Unmatched, ...]
    unmatched_messages: int

    @property
    def ok(self) -> bool:
        """Whether every rule holds and every bus balances."""
        return not self.failures and not self.unmatched_messages

    def __str__(self) -> str:
        if self.ok:
            return "every rule holds and every bus balances"
        lines = [str(failure) for failure in self.failures] + [str(entry) for entry in self.ledger]
        if self.unmatched_messages > len(self.ledger):
            lines.append(f"and {self.unmatched_messages - len(self.ledger)} more unmatched messages")
        return "\n".join(lines)


class CheckingAir(Air[Column]):
    """Notes which rows of a chunk break which rule, and the fingerprints of the chunk's messages."""

    def __init__(self, table: Table, first: int, rows: int, height: int, party: int) -> None:
        super().__init__()
        self.table, self.first, self.rows = table, first, rows
        self.last = height - 1 - first
        self.party = party
        self.broken: list[tuple[int, NDArray[np.intp]]] = []
        self.exceeded: list[tuple[int, NDArray[np.intp]]] = []
        self.entries: list[tuple[int, Entries]] = []
        self._rule = self._interaction = 0

    def constant(self, value: int) -> Column:
        """The same value in every row."""
        return Column.constant(value)

    def on_rule(self, selector: Selector, value: Column, source: Source | None) -> None:
        """Note the rows on which the value does not vanish."""
        failing = np.flatnonzero(value.nonzero(self.rows))
        if len(failing):
            if selector == Selector.FIRST:
                failing = failing[failing + self.first == 0]
            elif selector == Selector.LAST:
                failing = failing[failing == self.last]
            elif selector == Selector.BETWEEN:
                failing = failing[failing != self.last]
        if len(failing):
            self.broken.append((self._rule, failing + self.first))
        self._rule += 1

    def on_interaction(
        self, sign: int, message: Bus[Column], times: Column, weight: int | None, source: Source | None
    ) -> None:
        """Note the messages of rows whose multiplicity is not zero."""
        interaction = self.table.interactions[self._interaction]
        counts = times.canonical(self.rows)
        live = np.flatnonzero(counts)
        fields = [self._cell(value).canonical(self.rows)[live] for value in message.flat()]
        kept = counts[live]
        kept = np.where(kept > P // 2, kept - P, kept)
        if interaction.weight:
            excess = np.abs(kept) > interaction.weight
            if excess.any():
                self.exceeded.append((self._interaction, live[excess] + self.first))
        found = Entries(
            fingerprint(fields, len(live)),
            sign * kept,
            np.full(len(live), self.party + self._interaction, dtype=np.int32),
            (live + self.first).astype(np.int64),
        )
        self.entries.append((interaction.bus, found))
        self._interaction += 1


class ReadingAir(Air[Column]):
    """Keeps the messages of one table's interactions on the chosen rows, as canonical values."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.messages: list[list[NDArray[np.int64]]] = []

    def constant(self, value: int) -> Column:
        """The same value in every row."""
        return Column.constant(value)

    def on_rule(self, selector: Selector, value: Column, source: Source | None) -> None:
        """Rules say nothing about messages."""

    def on_interaction(
        self, sign: int, message: Bus[Column], times: Column, weight: int | None, source: Source | None
    ) -> None:
        """Keep the message's fields."""
        self.messages.append([self._cell(value).canonical(self.rows) for value in message.flat()])


def check(
    compiled: Compiled,
    traces: Mapping[str, NDArray[np.uint32] | None],
    statement: bytes,
    seed: bytes | None = None,
) -> Report:
    """Check traces (rows, columns of both waves) by table name against a program and a statement.

    A table without a trace is absent. Raises `Rejected` for heights or a statement that the program does not
    allow, and ValueError for a trace of the wrong width or with values outside the field.
    """
    rows = _readable(compiled, traces)
    program = compiled.program
    program.check_heights(
        [rows[t.name].height.bit_length() - 1 if t.name in rows else None for t in program.tables]
    )
    failures: list[Failure] = []
    entries: list[list[Entries]] = [[] for _ in program.buses]
    parties: list[tuple[str, int]] = []
    for table in program.tables:
        if table.name in rows:
            failures += _check_table(compiled, table, rows[table.name], entries, len(parties))
        parties += [(table.name, i) for i in range(len(table.interactions))]
    boundary = [each.message(statement, seed) for each in program.boundaries]
    for number, (each, message) in enumerate(zip(program.boundaries, boundary, strict=True)):
        fields = [np.array([value], dtype=np.int64) for value in message]
        sign, place = np.array([each.sign]), np.array([-1])
        party = np.array([len(parties) + number], dtype=np.int32)
        entries[each.bus - 1].append(Entries(fingerprint(fields, 1), sign, party, place))
    ledger = _Ledger(compiled, rows, parties, boundary)
    for bus, found in enumerate(entries):
        ledger.settle(bus, found)
    return Report(tuple(failures), tuple(ledger.lines), ledger.count)


def _readable(compiled: Compiled, traces: Mapping[str, NDArray[np.uint32] | None]) -> dict[str, TraceRows]:
    unknown = traces.keys() - {table.name for table in compiled.program.tables}
    if unknown:
        raise ValueError(f"no table is named {', '.join(sorted(unknown))}")
    found: dict[str, TraceRows] = {}
    for table, form in zip(compiled.tables, compiled.program.tables, strict=True):
        matrix = traces.get(table.name)
        if matrix is None:
            continue
        height = matrix.shape[0]
        if matrix.ndim != 2 or matrix.shape[1] != form.width or height == 0 or height & (height - 1):
            raise ValueError(f"trace of {table.name} has shape {matrix.shape}, not (2^k, {form.width})")
        if matrix.min() < 0 or matrix.max() >= P:
            raise ValueError(f"trace of {table.name} has values outside the field")
        found[table.name] = TraceRows(table, matrix, compiled.preprocessed.get(table.name))
    return found


def _check_table(
    compiled: Compiled, table: Table, rows: TraceRows, entries: list[list[Entries]], party: int
) -> list[Failure]:
    broken: dict[int, list[int]] = {}
    exceeded: dict[int, list[int]] = {}
    for first in range(0, rows.height, ROWS_AT_ONCE):
        chunk = np.arange(first, min(first + ROWS_AT_ONCE, rows.height))
        air = CheckingAir(table, first, len(chunk), rows.height, party)
        rows.state(air, chunk)
        for found, noted in ((broken, air.broken), (exceeded, air.exceeded)):
            for number, breaking in noted:
                found.setdefault(number, []).extend(breaking.tolist())
        for bus, messages in air.entries:
            entries[bus - 1].append(messages)
    sources = compiled.sources[table.name]
    failures = [
        Failure(
            table.name,
            tuple(failing),
            sources.rules[rule],
            _cells(rows, table, table.rules[rule].node, failing[0]),
        )
        for rule, failing in sorted(broken.items())
    ]
    for number, failing in sorted(exceeded.items()):
        interaction = table.interactions[number]
        values = _cells(rows, table, interaction.multiplicity, failing[0])
        complaint = f"more than {interaction.weight} times"
        failures.append(Failure(table.name, tuple(failing), sources.interactions[number], values, complaint))
    return failures


def _cells(rows: TraceRows, table: Table, node: int, row: int) -> dict[str, int]:
    found: dict[str, int] = {}
    names = {operation: rows.table.column_names(operation) for operation in CELLS}
    for number in ancestors(table, [node]):
        operation, column, below = table.nodes[number].operation, table.nodes[number].a, table.nodes[number].b
        if operation in names:
            name = names[operation][column]
            at = (row + below) % rows.height
            found[f"below.{name}" if below else name] = rows.value(operation, column, at)
    return found


class _Ledger:
    """Turns unbalanced fingerprints back into messages, by reading the rules again on their rows alone."""

    def __init__(
        self,
        compiled: Compiled,
        rows: Mapping[str, TraceRows],
        parties: list[tuple[str, int]],
        boundary: list[tuple[int, ...]],
    ) -> None:
        self.compiled, self.rows, self.parties, self.boundary = compiled, rows, parties, boundary
        self.lines: list[Unmatched] = []
        self.count = 0

    def settle(self, bus: int, entries: list[Entries]) -> None:
        """Add the lines of one bus, as many as are shown, and count them all."""
        if not entries:
            return
        joined, found = unbalanced(entries)
        self.count += len(found)
        # The order of fingerprints means nothing to a reader: first come, first shown.
        found.sort(key=lambda item: int(item[1][0]))
        for balance, where in found[: SHOWN_MESSAGES - len(self.lines)]:
            parties = [
                self._party(int(joined.party[i]), int(joined.row[i]), int(joined.times[i])) for i in where
            ]
            message = self._message(int(joined.party[where[0]]), int(joined.row[where[0]]))
            self.lines.append(unmatched(self.compiled.buses[bus], message, balance, parties))

    def _party(self, party: int, row: int, times: int) -> Party:
        if party >= len(self.parties):
            return Party(None, row, None, times)
        table, interaction = self.parties[party]
        return Party(table, row, self.compiled.sources[table].interactions[interaction], times)

    def _message(self, party: int, row: int) -> tuple[int, ...]:
        if party >= len(self.parties):
            return self.boundary[party - len(self.parties)]
        table, interaction = self.parties[party]
        air = ReadingAir(1)
        self.rows[table].state(air, np.array([row]))
        return tuple(int(field[0]) for field in air.messages[interaction])
