"""What `prover.witness.item_reader` finds, found a byte at a time as `circuits.tables.transaction` says it.

It shares the tables of the grammar with the prover, and no step. Lies replace what a method of it says.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.tables.payment_buses import Verdict
from circuits.tables.rlp_byte import Meaning, Role, meaning
from circuits.tables.transaction_grammar import HEADER, HEADS, LISTS, NUMBERS, SIGNED, Mode, Value
from prover.witness.item_reader import NO_VALUE, ROW, Item, Reading

_MEANINGS = [[meaning(role, value) for value in range(256)] for role in Role]

_ROLES = {
    Mode.VERSION: Role.VERSION,
    Mode.TYPE: Role.TRANSACTION_TYPE,
    Mode.ALONE: Role.LENGTH_ALONE,
    Mode.FIRST_OF_TWO: Role.LENGTH_FIRST,
    Mode.FIRST_OF_THREE: Role.LENGTH_FIRST,
    Mode.LAST: Role.LENGTH_LAST,
    Mode.BODY: Role.CONTENT,
}
_LENGTHS = range(Mode.ALONE, Mode.LAST + 1)
_COUNTED = (Mode.SIGNER, Mode.OPENING, Mode.BODY)
_SPELLED = (Mode.ALONE, Mode.FIRST_OF_TWO, Mode.FIRST_OF_THREE)


class Row(NamedTuple):
    """A byte's row: columns of the table, under their names; `mode` and `of` by number, `of` None outside values."""

    position: int
    value: int
    mode: Mode
    of: Value | None
    role: Role
    said: Meaning
    left: int
    none_left: int
    finished: int
    wrong: int
    closed: int
    reads: int
    fields_end: int
    list_end: int
    at_list_end: int
    entry_end: int
    at_entry_end: int
    entry_over: int
    access_over: int
    zero_bytes: int
    other_bytes: int
    addresses: int
    storage_keys: int
    signed: int


def read_each(items: Iterable[Item]) -> list[Reading]:
    """See `prover.witness.item_reader.read_each`."""
    found = []
    for data, unread, may_stop in items:
        reader = ItemReader(data, unread)
        while reader.position < len(data) and (reader.looks or reader.position not in may_stop):
            reader.step()
        found.append(reader.result())
    return found


def as_array(rows: list[Row]) -> NDArray[np.void]:
    """Rows as a `Reading` has them."""
    found = np.zeros(len(rows), dtype=ROW)
    for name in ROW.names or ():
        found[name] = [_cell(row, name) for row in rows]
    return found


def _cell(row: Row, name: str) -> Any:
    if name == "of":
        return NO_VALUE if row.of is None else row.of
    return getattr(row.said if name in Meaning._fields else row, name)


class ItemReader:
    """The state between two bytes."""

    def __init__(self, data: bytes, unread: bool) -> None:
        self.data, self.unread = data, unread
        self.rows: list[Row] = []
        self.start = HEADER
        self.typed = False
        self.looks = True
        """Whether what the next byte is can matter."""
        self._mode = Mode.TAG
        self._of: Value | None = None
        self._left = 0
        self._fields_end = self._list_end = self._entry_end = 0
        self._zero_bytes = self._other_bytes = self._addresses = self._storage_keys = self._signed = 0

    @property
    def position(self) -> int:
        """Where the next byte stands."""
        return len(self.rows)

    def result(self) -> Reading:
        """What was read so far."""
        over = self.position == len(self.data)
        last = self.rows[-1]
        if over and last.closed and last.at_list_end:
            verdict = Verdict.TRANSACTION
        elif self.unread:
            verdict = Verdict.TOO_LONG
        else:
            verdict = Verdict.MALFORMED if self.typed else Verdict.WRONG_TYPE
        return Reading(as_array(self.rows), self.start, verdict, over)

    def step(self) -> None:
        """Read a byte."""
        mode, of, end = self._mode, self._of, self.position + 1
        value = self.data[self.position]
        left = self._left_after(mode, value)
        role = _role(mode, of, left == 0)
        said = self._meaning(role, value)
        left += said.size
        none_left = self._vanishes("none_left", left)
        finished = int(said.whole and (of in LISTS or none_left))
        if finished:
            self._note_end(of, end + left)
        at_list_end = self._vanishes("at_list_end", self._list_end - end)
        at_entry_end = self._vanishes("at_entry_end", self._entry_end - end - left)
        wrong = int(said.refused or (finished and of == Value.KEYS and not at_entry_end))
        closed = int(finished and of == Value.S)
        entry_over = int(
            finished and ((of == Value.KEY and at_entry_end) or (of == Value.KEYS and none_left))
        )
        access_over = int((entry_over or (finished and of == Value.ACCESS_LIST)) and at_list_end)
        self._count(of, said, finished)
        stops = wrong or closed or mode == Mode.JUNK or (mode == Mode.VERSION and self.unread)
        reads = int(not stops and end < len(self.data))
        row = Row(
            position=self.position,
            value=value,
            mode=mode,
            of=of,
            role=role,
            said=said,
            left=left,
            none_left=none_left,
            finished=finished,
            wrong=wrong,
            closed=closed,
            reads=reads,
            fields_end=self._fields_end,
            list_end=self._list_end,
            at_list_end=at_list_end,
            entry_end=self._entry_end,
            at_entry_end=at_entry_end,
            entry_over=entry_over,
            access_over=access_over,
            zero_bytes=self._zero_bytes,
            other_bytes=self._other_bytes,
            addresses=self._addresses,
            storage_keys=self._storage_keys,
            signed=self._signed,
        )
        self.rows.append(row)
        self.looks = not stops
        if mode == Mode.VERSION:
            self.start += said.size
        if mode == Mode.TYPE and not said.refused:
            self.typed = True
        self._move(row)

    def _meaning(self, role: Role, value: int) -> Meaning:
        return _MEANINGS[role][value]

    def _vanishes(self, column: str, value: int) -> int:
        """Whether a number is zero, which the table keeps in `column`."""
        return int(value == 0)

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

    def _count(self, of: Value | None, said: Meaning, finished: int) -> None:
        if of == Value.DATA and said.content:
            self._zero_bytes += said.null
            self._other_bytes += 1 - said.null
        self._addresses += of == Value.ADDRESS and finished
        self._storage_keys += of == Value.KEY and finished
        self._signed += of in SIGNED

    def _move(self, row: Row) -> None:
        """What is kept for the next byte."""
        self._left = row.left
        if not row.reads:
            self._mode, self._of = Mode.JUNK, None
            self._fields_end = self._list_end = self._entry_end = 0
            self._zero_bytes = self._other_bytes = self._addresses = self._storage_keys = self._signed = 0
            return
        if row.access_over:
            self._list_end = self._fields_end
        if row.entry_over:
            self._entry_end = 0
        self._mode = _mode_after(row)
        if row.mode == Mode.TYPE:
            self._of = Value.FIELDS
        elif row.finished:
            self._of = _value_after(row)


def _role(mode: Mode, of: Value | None, none_left: bool) -> Role:
    if mode == Mode.HEAD:
        assert of is not None, "a head is of a value"
        return HEADS[of]
    if mode != Mode.OPENING:
        return _ROLES.get(mode, Role.SKIPPED)
    if none_left:
        return Role.CONTENT_ALONE
    return Role.CONTENT_OF_NUMBER if of in NUMBERS else Role.CONTENT


def _mode_after(row: Row) -> Mode:
    if row.mode == Mode.TAG:
        return Mode.VERSION
    if row.mode in (Mode.VERSION, Mode.SIGNER):
        return Mode.TYPE if row.none_left else Mode.SIGNER
    if row.mode == Mode.TYPE or row.finished:
        return Mode.HEAD
    if row.said.whole:
        return Mode.OPENING if row.mode == Mode.HEAD else Mode.BODY
    if row.mode == Mode.HEAD:
        return _SPELLED[row.said.spelled.index(1)]
    return Mode.MIDDLE if row.mode == Mode.FIRST_OF_THREE else Mode.LAST


def _value_after(row: Row) -> Value:
    """Which value follows one that is finished."""
    assert row.of is not None, "what is finished is a value"
    if row.access_over:
        return Value.PARITY
    if row.entry_over:
        return Value.ENTRY
    following = {
        Value.FIELDS: Value.CHAIN_ID,
        Value.ACCESS_LIST: Value.ENTRY,
        Value.ENTRY: Value.ADDRESS,
        Value.ADDRESS: Value.KEYS,
        Value.KEYS: Value.KEY,
        Value.KEY: Value.KEY,
    }
    return following[row.of] if row.of in following else Value(row.of + 1)
