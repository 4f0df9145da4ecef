"""Fills the tables that read items: `Transaction`, `Skipped`, `Verdicts` and `RlpByte`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables.hash_buses import PART
from circuits.tables.payment_buses import LONGEST, REGISTER, TOLD, Verdict
from circuits.tables.rlp_byte import LONGEST_SHORT, ROWS, SIGNED_VERSION, SIGNER, RlpByte
from circuits.tables.skipped import Skipped
from circuits.tables.transaction import Transaction
from circuits.tables.transaction_grammar import HEADER
from circuits.tables.verdicts import LENGTH_BITS, SIGNED_BITS, Verdicts
from prover.witness.inverses import inverses
from prover.witness.item_reader import NO_VALUE, ROW, Item, Reading, read_each
from prover.witness.rows import bit_rows, zeroed
from prover.witness.streams import Messages, gather
from verifier.field import P

Matrix = NDArray[np.uint32]


@dataclass(frozen=True)
class ReadItem:
    """An item and what came of reading it; `skipped` are the parts, by number, that end it unread, in order."""

    number: int
    length: int
    reading: Reading
    skipped: tuple[int, ...]


def read_items(parts: Messages, single_bytes: Messages) -> list[ReadItem]:
    """Read the items that messages on `HashPart` (n, 67) and `HashByte` (n, 4) make up, all of source ITEM.

    What is not looked into is skipped from the first part on that only such bytes follow.
    """
    streams = gather(parts, single_bytes)
    places = _places(parts)
    tails = [_tail(places.get(stream.message, {}), len(stream.data)) for stream in streams]
    items = [
        Item(stream.data, _length_of_data(stream.data) > LONGEST, tuple(tail))
        for stream, tail in zip(streams, tails, strict=True)
    ]
    found = []
    for stream, tail, reading in zip(streams, tails, read_each(items), strict=True):
        skipped = [number for position, number in tail.items() if position >= reading.end]
        found.append(ReadItem(stream.message, len(stream.data), reading, tuple(skipped)))
    return found


def fill_items(parts: Messages, items: Sequence[ReadItem]) -> dict[str, Matrix]:
    """The traces (rows, columns) of the four tables, by name; `parts` as they were read."""
    transaction = fill_transaction(items)
    return {
        Transaction.name: transaction,
        RlpByte.name: fill_rlp_byte(transaction),
        Skipped.name: fill_skipped(parts, items),
        Verdicts.name: fill_verdicts(items),
    }


def fill_transaction(items: Sequence[ReadItem]) -> Matrix:
    """The trace (rows, columns) of `Transaction`: a row a byte that was read, then idle rows."""
    rows = np.concatenate([np.empty(0, dtype=ROW), *(item.reading.rows for item in items)], dtype=ROW)
    trace = zeroed(Transaction, len(rows))
    live = slice(len(rows))
    for name in set(ROW.names or ()) - {"mode", "of"}:
        getattr(trace, name)[live] = rows[name] % P
    trace.mode[np.arange(len(rows)), rows["mode"]] = 1
    in_value = np.flatnonzero(rows["of"] != NO_VALUE)
    trace.of[in_value, rows["of"][in_value]] = 1
    start = 0
    for item in items:
        reading = item.reading
        rows_of_item = slice(start, start + reading.end)
        trace.item[rows_of_item] = item.number
        trace.start[rows_of_item] = reading.start
        trace.accepted[rows_of_item] = reading.verdict == Verdict.TRANSACTION
        trace.mistyped[rows_of_item] = reading.verdict == Verdict.WRONG_TYPE
        trace.unread[rows_of_item] = reading.verdict == Verdict.TOO_LONG
        if reading.verdict == Verdict.TRANSACTION:
            trace.header[rows_of_item] = 1 + _bytes_of_length(int(reading.rows["signed"][-1]))
        start += reading.end
        trace.stops[start - 1], trace.over[start - 1] = 1, reading.over
    _fill_derived(trace, len(rows))
    return trace.matrix


def fill_rlp_byte(transaction: Matrix) -> Matrix:
    """The trace (rows, 1) of `RlpByte`: how often a trace of `Transaction` asks for each byte in each role."""
    trace = zeroed(RlpByte, ROWS)
    layout = Transaction.layout()
    role, value = (transaction[:, layout[name][0]].astype(np.int64) for name in ("role", "value"))
    trace.asked = np.bincount(256 * role + value, minlength=ROWS)
    return trace.matrix


def fill_skipped(parts: Messages, items: Sequence[ReadItem]) -> Matrix:
    """The trace (rows, columns) of `Skipped`: a row a part, those of an item in order, then idle rows."""
    trace = zeroed(Skipped, sum(len(item.skipped) for item in items))
    row = 0
    for item in [item for item in items if item.skipped]:
        rows = slice(row, row + len(item.skipped))
        skipped = parts[list(item.skipped)]
        mask = skipped[:, 3 + PART :]
        taken = mask.sum(axis=1)
        end = item.reading.end + np.cumsum(taken)
        trace.mistyped[rows] = item.reading.verdict == Verdict.WRONG_TYPE
        trace.malformed[rows] = item.reading.verdict == Verdict.MALFORMED
        trace.unread[rows] = item.reading.verdict == Verdict.TOO_LONG
        trace.item[rows], trace.start[rows] = item.number, item.reading.start
        trace.position[rows], trace.over[rows] = end - taken, end == item.length
        trace.base[rows], trace.value[rows], trace.mask[rows] = skipped[:, 2], skipped[:, 3 : 3 + PART], mask
        row = rows.stop
    return trace.matrix


def fill_verdicts(items: Sequence[ReadItem]) -> Matrix:
    """The trace (rows, columns) of `Verdicts`: a row an item, then idle rows."""
    trace = zeroed(Verdicts, len(items))
    for row, item in enumerate(items):
        reading = item.reading
        excess = item.length - reading.start - LONGEST - 1
        is_transaction = reading.verdict == Verdict.TRANSACTION
        too_long = reading.verdict == Verdict.TOO_LONG or (excess >= 0 and not is_transaction)
        trace.item[row], trace.start[row], trace.end[row] = item.number, reading.start, item.length
        trace.too_long[row] = too_long
        trace.distance[row] = bit_rows([excess if too_long else -1 - excess], LENGTH_BITS)[0]
        if is_transaction:
            trace.transaction[row] = 1
            _fill_signed(trace, row, reading)
            continue
        trace.mistyped[row] = not too_long and reading.verdict == Verdict.WRONG_TYPE
        trace.malformed[row] = not too_long and reading.verdict == Verdict.MALFORMED
        trace.refusal[row] = reading.verdict
    return trace.matrix


def _fill_signed(trace: Trace, row: int, reading: Reading) -> None:
    last = reading.rows[-1]
    for name in ("zero_bytes", "other_bytes", "addresses", "storage_keys"):
        getattr(trace, name)[row] = last[name]
    length = int(last["signed"])
    low, high = length & 0xFF, length >> 16
    trace.signed[row] = bit_rows([length], SIGNED_BITS)[0]
    spelled = _bytes_of_length(length)
    if spelled:
        trace.spelled[row, spelled - 1] = 1
    if spelled > 1:
        trace.inverse[row] = inverses(np.array([high or length >> 8]))[0]
    trace.all_three[row] = low >> 3 & 7 == 7
    trace.exceeds[row] = low > LONGEST_SHORT


def _bytes_of_length(length: int) -> int:
    """In how many bytes the head of a list spells its length out."""
    return 0 if length <= LONGEST_SHORT else (length.bit_length() + 7) // 8


def _length_of_data(stream: bytes) -> int:
    signed = stream[1:2] == bytes([SIGNED_VERSION])
    return len(stream) - HEADER - SIGNER * signed


def _places(parts: Messages) -> dict[int, dict[int, tuple[int, int]]]:
    """By item and by position behind its bytes, each part without gaps: where these begin, and its number."""
    mask = parts[:, 3 + PART :] != 0
    count, first = mask.sum(axis=1), mask.argmax(axis=1)
    last = PART - 1 - mask[:, ::-1].argmax(axis=1)
    numbers = np.flatnonzero((count > 0) & (last - first + 1 == count))
    begin = (parts[:, 2] + first) % P
    columns = (numbers, parts[numbers, 1], begin[numbers], begin[numbers] + count[numbers])
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for number, item, position, end in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(item, {})[end] = (position, number)
    return found


def _tail(places: Mapping[int, tuple[int, int]], length: int) -> dict[int, int]:
    """The parts of an item behind which there is nothing but parts, by position, the first one first."""
    found = {}
    while length in places:
        length, number = places[length]
        found[length] = number
    return dict(reversed(found.items()))


def _fill_derived(trace: Trace, count: int) -> None:
    """What follows row by row from the other columns; rows from `count` on are idle."""
    trace.none_left[count:] = trace.null[count:] = 1
    left, end = trace.left.astype(np.int64), trace.position.astype(np.int64) + 1
    trace.left_inverse = inverses(left)
    trace.list_inverse = inverses(trace.list_end - end)
    trace.entry_inverse = inverses(trace.entry_end - end - left)
    told = trace.of[:, list(TOLD)].sum(axis=1)
    trace.told = trace.accepted * trace.finished * told
    byte = trace.content * trace.value
    trace.register[:, -1] = byte
    kept = trace.reads * (1 - trace.finished)
    for at in range(REGISTER - 2, -1, -1):
        trace.register[1:, at] = (kept * trace.register[:, at + 1])[:-1]
