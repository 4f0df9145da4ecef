"""A program in which items are decoded, for the tests of the tables that read them.

`Sender` sends items' bytes as a layer would. `Wanted` receives what is said of them; it is filled from an oracle
that shares nothing with the tables' witness, so that a trace passes only if both say the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, Trace, cell, cells, check, compile_program, flag
from circuits.dsl.check import Report
from circuits.tables.hash_buses import PART, HashByte, HashPart
from circuits.tables.parts import Parts
from circuits.tables.payment_buses import REGISTER, Decoded, FieldValue
from circuits.tables.rlp_byte import RlpByte
from circuits.tables.skipped import Skipped
from circuits.tables.stream_sources import ITEM, TRANSACTION
from circuits.tables.transaction import Transaction
from circuits.tables.verdicts import Verdicts
from prover.witness.hashing import sent
from prover.witness.parts import fill_parts
from prover.witness.streams import Messages, gather
from prover.witness.transaction import ReadItem, fill_items, fill_rlp_byte, read_items
from tests.transaction_oracle import Expected, expected
from verifier.field import P

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]


class Sender(Table[C]):
    """A row sends a part of an item, or a single byte of one (the first of `value`). It has no rules."""

    part: C = flag()
    single: C = flag()
    item: C = cell()
    position: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = cells(PART)

    def rules(self, air: Air[C], below: "Sender[C]") -> None:
        air.send(HashPart(ITEM, self.item, self.position, self.value, self.mask), when=self.part)
        air.send(HashByte(ITEM, self.item, self.position, self.value[0]), when=self.single)


class Wanted(Table[C]):
    """A row receives the verdict on an item, a field, or a byte of what was signed. It has no rules."""

    verdict: C = flag()
    field: C = flag()
    signed: C = flag()
    item: C = cell()
    number: C = cell()
    empty: C = cell()
    value: Cells[C] = cells(REGISTER)

    def rules(self, air: Air[C], below: "Wanted[C]") -> None:
        air.receive(Decoded(self.item, self.number, *self.value[:4]), when=self.verdict)
        air.receive(FieldValue(self.item, self.number, self.empty, self.value), when=self.field)
        air.receive(HashByte(TRANSACTION, self.item, self.number, self.value[0]), when=self.signed)


@cache
def program() -> Compiled:
    """The tables that read items, and those on both sides of them."""
    return compile_program(
        "tests.payment_items", [Sender, Wanted, Parts, Transaction, RlpByte, Skipped, Verdicts]
    )


@dataclass(frozen=True)
class Sent:
    """Items as messages: parts (n, 67), and single bytes (n, 4)."""

    parts: Messages
    singles: Messages


def cut(items: Sequence[bytes], sizes: Sequence[int] = (2, PART)) -> Sent:
    """Items 1, 2, ... in parts of these sizes in turn, the last one again and again; of size 0 is a single byte.

    The bytes of a part end where the part does.
    """
    parts, singles = [], []
    for number, item in enumerate(items, 1):
        position = turn = 0
        while position < len(item):
            size = sizes[min(turn, len(sizes) - 1)]
            data = item[position : position + (size or 1)]
            if size:
                empty = PART - len(data)
                mask = [0] * empty + [1] * len(data)
                parts.append([ITEM, number, (position - empty) % P, *bytes(empty), *data, *mask])
            else:
                singles.append([ITEM, number, position, *data])
            position, turn = position + len(data), turn + 1
    return Sent(
        np.array(parts, dtype=np.int64).reshape(-1, HashPart.length()),
        np.array(singles, dtype=np.int64).reshape(-1, HashByte.length()),
    )


def fill_sender(sent_items: Sent) -> Matrix:
    """The trace of `Sender`."""
    parts, singles = sent_items.parts, sent_items.singles
    trace = _trace(Sender, len(parts) + len(singles))
    of_parts, of_singles = slice(len(parts)), slice(len(parts), len(parts) + len(singles))
    trace.part[of_parts], trace.single[of_singles] = 1, 1
    for rows, messages in ((of_parts, parts), (of_singles, singles)):
        trace.item[rows], trace.position[rows] = messages[:, 1], messages[:, 2]
    trace.value[of_parts], trace.mask[of_parts] = parts[:, 3 : 3 + PART], parts[:, 3 + PART :]
    trace.value[of_singles, 0] = singles[:, 3]
    return trace.matrix


def fill_wanted(said: Sequence[Expected]) -> Matrix:
    """The trace of `Wanted` for items 1, 2, ..."""
    trace = _trace(Wanted, sum(1 + len(each.fields) + len(each.signed) for each in said))
    row = 0
    for item, each in enumerate(said, 1):
        last = row + 1 + len(each.fields) + len(each.signed)
        trace.item[row:last] = item
        trace.verdict[row], trace.number[row], trace.value[row, :4] = 1, each.verdict, each.counts
        row += 1
        for field, content in each.fields.items():
            trace.field[row], trace.number[row], trace.empty[row] = 1, field, not content
            trace.value[row] = list(content.rjust(REGISTER, b"\0"))
            row += 1
        trace.signed[row:last] = 1
        trace.number[row:last] = np.arange(len(each.signed))
        trace.value[row:last, 0] = list(each.signed)
        row = last
    return trace.matrix


def fill_wanted_as_told(filled: Mapping[str, Matrix]) -> Matrix:
    """A trace of `Wanted` that wants what the tables say, true or not.

    Of what was signed it wants positions from 0 on, as the hash does.
    """
    verdicts, fields = sent(program(), filled, Decoded), sent(program(), filled, FieldValue)
    singles = sent(program(), {Transaction.name: filled[Transaction.name]}, HashByte)
    streams = gather(sent(program(), {Verdicts.name: filled[Verdicts.name]}, HashPart), singles)
    trace = _trace(Wanted, len(verdicts) + len(fields) + sum(len(stream.data) for stream in streams))
    rows = slice(len(verdicts))
    trace.verdict[rows], trace.item[rows], trace.number[rows] = 1, verdicts[:, 0], verdicts[:, 1]
    trace.value[rows, :4] = verdicts[:, 2:]
    rows = slice(len(verdicts), len(verdicts) + len(fields))
    trace.field[rows], trace.item[rows], trace.number[rows] = 1, fields[:, 0], fields[:, 1]
    trace.empty[rows], trace.value[rows] = fields[:, 2], fields[:, 3:]
    for stream in streams:
        rows = slice(rows.stop, rows.stop + len(stream.data))
        trace.signed[rows], trace.item[rows] = 1, stream.message
        trace.number[rows] = np.arange(len(stream.data))
        trace.value[rows, 0] = list(stream.data)
    return trace.matrix


def traces_of(
    items: Sequence[bytes],
    *,
    sizes: Sequence[int] = (2, PART),
    read: Sequence[ReadItem] | None = None,
    change: Callable[[dict[str, Trace]], None] | None = None,
) -> Traces:
    """Traces in which `items` are sent, cut as in `cut`, and read, and what the oracle says of them is wanted.

    For lies: `read` replaces what is read, and `change` is told the traces of the tables that read by name. Then what
    these say is wanted, so that nobody objects but they themselves.
    """
    sent_items = cut(items, sizes)
    found = read_items(sent_items.parts, sent_items.singles) if read is None else read
    filled = fill_items(sent_items.parts, found)
    if change is not None:
        filled = _changed(filled, change)
    lies = read is not None or change is not None
    wanted = fill_wanted_as_told(filled) if lies else fill_wanted([expected(item) for item in items])
    told = sent(program(), {Verdicts.name: filled[Verdicts.name]}, HashPart)
    skipped = [part for item in found for part in item.skipped]
    return {
        Sender.name: fill_sender(sent_items),
        Wanted.name: wanted,
        Parts.name: fill_parts(np.concatenate([np.delete(sent_items.parts, skipped, axis=0), told])),
        **filled,
    }


def _changed(filled: Mapping[str, Matrix], change: Callable[[dict[str, Trace]], None]) -> dict[str, Matrix]:
    traces = {}
    for table in (Transaction, Skipped, Verdicts):
        traces[table.name] = Trace(table, len(filled[table.name]).bit_length() - 1)
        traces[table.name].matrix[:] = filled[table.name]
    change(traces)
    transaction = traces[Transaction.name].matrix
    return {RlpByte.name: fill_rlp_byte(transaction), **{name: each.matrix for name, each in traces.items()}}


def judge(traces: Traces) -> Report:
    """What the mock prover says."""
    return check(program(), traces, b"")


def complainers(traces: Traces) -> set[str]:
    """The tables of which a rule is broken, and the buses that do not balance."""
    report = judge(traces)
    return {failure.table for failure in report.failures} | {entry.bus for entry in report.ledger}


def _trace(table: type[Table[Any]], rows: int) -> Trace:
    return Trace(table, max(rows - 1, 0).bit_length())
