"""Reads the bytes of items as `circuits.tables.transaction` does.

Bytes are looked at one after the other only where what follows depends on them: a run of bytes that are merely counted,
or are not looked into, is one step. What else the rows say is found for all of them at once.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.tables.payment_buses import Verdict
from circuits.tables.rlp_byte import MOST_SPELLED, Meaning, Role, meaning
from circuits.tables.transaction_grammar import HEADER, HEADS, LISTS, NUMBERS, SIGNED, Mode, Value

_COLUMNS = (
    *("position", "value", "mode", "of", "role", *Meaning._fields),
    *("left", "none_left", "finished", "wrong", "closed", "reads"),
    *("fields_end", "list_end", "at_list_end", "entry_end", "at_entry_end", "entry_over", "access_over"),
    *("zero_bytes", "other_bytes", "addresses", "storage_keys", "signed"),
)
ROW = np.dtype([(name, np.int32, (MOST_SPELLED,) if name == "spelled" else ()) for name in _COLUMNS])
"""A byte's row: columns of the table, under their names; `mode` and `of` by number, `of` NO_VALUE outside values."""

NO_VALUE = -1

_OF_A_RUN = ("mode", "of", "role", "left", "fields_end", "list_end", "entry_end")
_OF_ITS_LAST = ("finished", "wrong", "closed", "reads", "entry_over", "access_over")
_RUN = np.dtype([(name, np.int32) for name in ("length", *_OF_A_RUN, *_OF_ITS_LAST)])
"""Consecutive bytes of one mode: what all rows share, but for `left`, the first row's, and what the last row says.

The others say zero there, and that reading goes on unless they are junk.
"""

_SPELLED: dict[tuple[int, ...], Mode] = {
    (1, 0, 0): Mode.ALONE,
    (0, 1, 0): Mode.FIRST_OF_TWO,
    (0, 0, 1): Mode.FIRST_OF_THREE,
}
_FOUND = [meaning(role, value) for role in Role for value in range(256)]
_SAID = [(each.refused, each.whole, each.size, _SPELLED.get(each.spelled)) for each in _FOUND]
"""Of every byte in every role what decides how to go on, last the mode of a length's first byte behind it."""

_MEANINGS = np.array(_FOUND, dtype=[(name, ROW[name]) for name in Meaning._fields])

_ROLES = {
    Mode.VERSION: Role.VERSION,
    Mode.TYPE: Role.TRANSACTION_TYPE,
    Mode.ALONE: Role.LENGTH_ALONE,
    Mode.FIRST_OF_TWO: Role.LENGTH_FIRST,
    Mode.FIRST_OF_THREE: Role.LENGTH_FIRST,
    Mode.LAST: Role.LENGTH_LAST,
    Mode.BODY: Role.CONTENT,
}
_COUNTED = (Mode.SIGNER, Mode.OPENING, Mode.BODY)
_LENGTHS = range(Mode.ALONE, Mode.LAST + 1)

_FOLLOWING = {
    **{value: Value(value + 1) for value in Value if value < Value.S},
    Value.FIELDS: Value.CHAIN_ID,
    Value.ACCESS_LIST: Value.ENTRY,
    Value.ENTRY: Value.ADDRESS,
    Value.ADDRESS: Value.KEYS,
    Value.KEYS: Value.KEY,
    Value.KEY: Value.KEY,
}
"""Which value follows one that is finished, unless an entry or the access list is over with it."""


class Item(NamedTuple):
    """An item of at least one byte, to be looked into if not `unread`.

    Once it is known that it is no transaction, reading stops before the first of the positions in `may_stop`, which
    ascend.
    """

    data: bytes
    unread: bool
    may_stop: Sequence[int]


@dataclass
class Reading:
    """What came of an item: its rows, of type `ROW`, where its data begin, and a `Verdict`, `TOO_LONG` if it was not
    looked into.

    `over` if the rows are all of it.
    """

    rows: NDArray[np.void]
    start: int
    verdict: Verdict
    over: bool

    @property
    def end(self) -> int:
        """The position behind the last row's byte."""
        return len(self.rows)


def read_each(items: Iterable[Item]) -> list[Reading]:
    """Read items, each by itself."""
    readers = [_Reader(item) for item in items]
    for reader in readers:
        reader.read()
    ends = np.cumsum([reader.position for reader in readers], dtype=np.int64)
    runs = np.array([run for reader in readers for run in reader.runs], dtype=_RUN)
    data = b"".join(reader.data[: reader.position] for reader in readers)
    rows = _rows(np.frombuffer(data, dtype=np.uint8), runs, ends)
    return [
        Reading(rows[end - reader.position : end], reader.start, reader.verdict, reader.over)
        for reader, end in zip(readers, ends, strict=True)
    ]


class _Reader:
    """The state between two runs of an item's bytes."""

    def __init__(self, item: Item) -> None:
        self.data, self.unread, self._may_stop = item
        self.runs: list[tuple[int, ...]] = []
        self.position = 0
        """Where the next byte stands."""
        self.start = HEADER
        self.verdict = Verdict.TOO_LONG if self.unread else Verdict.WRONG_TYPE
        self._mode = Mode.TAG
        self._of: Value | None = None
        self._left = self._fields_end = self._list_end = self._entry_end = 0

    @property
    def over(self) -> bool:
        """Whether all of the item was read."""
        return self.position == len(self.data)

    def read(self) -> None:
        """Read up to the byte that decides what the item is, and what is not skipped behind it."""
        while self._step():
            pass
        stop = bisect_left(self._may_stop, self.position)
        end = self._may_stop[stop] if stop < len(self._may_stop) else len(self.data)
        if end > self.position:
            nothing = (0,) * (len(_OF_A_RUN) + len(_OF_ITS_LAST) - 2)
            self.runs.append((end - self.position, Mode.JUNK, NO_VALUE, *nothing))
            self.position = end

    def _step(self) -> bool:
        """Read a run; whether reading goes on behind it."""
        mode, of, at = self._mode, self._of, self.position
        first_left, length = self._left_after(mode, self.data[at]), 1
        if mode in (Mode.SIGNER, Mode.BODY):
            length = min(first_left + 1, len(self.data) - at)
        role = _role(mode, of, first_left == 0)
        refused, whole, size, spelled = _SAID[256 * role + self.data[at]]
        first_left += size
        left, end = first_left - length + 1, at + length
        finished = whole and (of in LISTS or left == 0)
        if finished:
            self._note_end(of, end + left)
        at_list_end, at_entry_end = self._list_end == end, self._entry_end == end + left
        wrong = refused or (finished and of == Value.KEYS and not at_entry_end)
        closed = finished and of == Value.S
        last_key = (of == Value.KEY and at_entry_end) or (of == Value.KEYS and left == 0)
        entry_over = finished and last_key
        access_over = (entry_over or (finished and of == Value.ACCESS_LIST)) and at_list_end
        stops = wrong or closed or (mode == Mode.VERSION and self.unread)
        reads = not stops and end < len(self.data)
        kept = (NO_VALUE if of is None else of, role, first_left)
        ends = (self._fields_end, self._list_end, self._entry_end)
        self.runs.append(
            (length, mode, *kept, *ends, finished, wrong, closed, reads, entry_over, access_over)
        )
        self.position, self._left = end, left
        if mode == Mode.VERSION:
            self.start += size
        elif mode == Mode.TYPE and not refused:
            self.verdict = Verdict.MALFORMED
        if closed and at_list_end and self.over:
            self.verdict = Verdict.TRANSACTION
        if access_over:
            self._list_end = self._fields_end
        if entry_over:
            self._entry_end = 0
        if reads:
            self._mode = _mode_after(mode, left, finished, whole, spelled)
            if mode == Mode.TYPE:
                self._of = Value.FIELDS
            elif finished:
                assert of is not None, "what is finished is a value"
                self._of = Value.PARITY if access_over else Value.ENTRY if entry_over else _FOLLOWING[of]
        return reads

    def _left_after(self, mode: Mode, value: int) -> int:
        if mode in _COUNTED:
            return self._left - 1
        return 256 * self._left + value if mode in _LENGTHS else 0

    def _note_end(self, of: Value | None, end: int) -> None:
        if of == Value.FIELDS:
            self._fields_end = end
        elif of == Value.ACCESS_LIST:
            self._list_end = end
        elif of == Value.ENTRY:
            self._entry_end = end


def _role(mode: Mode, of: Value | None, none_left: bool) -> Role:
    if mode == Mode.HEAD:
        assert of is not None, "a head is of a value"
        return HEADS[of]
    if mode != Mode.OPENING:
        return _ROLES.get(mode, Role.SKIPPED)
    if none_left:
        return Role.CONTENT_ALONE
    return Role.CONTENT_OF_NUMBER if of in NUMBERS else Role.CONTENT


def _mode_after(mode: Mode, left: int, finished: int, whole: int, spelled: Mode | None) -> Mode:
    if mode == Mode.TAG:
        return Mode.VERSION
    if mode in (Mode.VERSION, Mode.SIGNER):
        return Mode.SIGNER if left else Mode.TYPE
    if mode == Mode.TYPE or finished:
        return Mode.HEAD
    if whole:
        return Mode.OPENING if mode == Mode.HEAD else Mode.BODY
    if mode == Mode.HEAD:
        assert spelled is not None, "a head that announces no bytes announces a length"
        return spelled
    return Mode.MIDDLE if mode == Mode.FIRST_OF_THREE else Mode.LAST


def _rows(data: NDArray[np.uint8], runs: NDArray[np.void], ends: NDArray[np.int64]) -> NDArray[np.void]:
    """The rows of items that stand one after the other in `data` and `runs`, each up to one of `ends`."""
    rows = np.zeros(len(data), dtype=ROW)
    length = runs["length"]
    last = np.cumsum(length) - 1
    run = np.repeat(np.arange(len(runs)), length)
    starts = np.insert(ends, 0, 0)[:-1]
    rows["position"] = np.arange(len(data)) - np.repeat(starts, np.diff(ends, prepend=0))
    rows["value"] = data
    for name in _OF_A_RUN:
        rows[name] = runs[name][run]
    junk = rows["mode"] == Mode.JUNK
    rows["left"] -= np.where(junk, 0, np.arange(len(data)) - (last - length + 1)[run])
    rows["reads"] = ~junk
    for name in _OF_ITS_LAST:
        rows[name][last] = runs[name]
    said = _MEANINGS[256 * rows["role"] + data]
    for name in said.dtype.names or ():
        rows[name] = said[name]
    end = rows["position"] + 1
    rows["none_left"] = rows["left"] == 0
    rows["at_list_end"] = rows["list_end"] == end
    rows["at_entry_end"] = rows["entry_end"] == end + rows["left"]
    of = rows["of"]
    data_byte = (of == Value.DATA) & (rows["content"] == 1)
    for name, counted in (
        ("zero_bytes", data_byte & (data == 0)),
        ("other_bytes", data_byte & (data != 0)),
        ("addresses", (of == Value.ADDRESS) & (rows["finished"] == 1)),
        ("storage_keys", (of == Value.KEY) & (rows["finished"] == 1)),
        ("signed", np.isin(of, SIGNED)),
    ):
        before = np.insert(np.cumsum(counted), 0, 0)
        counts = before[1:] - np.repeat(before[starts], np.diff(ends, prepend=0))
        rows[name] = np.where(junk, 0, counts)
    return rows
