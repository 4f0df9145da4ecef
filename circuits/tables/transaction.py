"""Items read as transactions of type 2, byte by byte, and what those that are transactions say.

An item is 00 | version | signer (20 bytes, in version 1) | data. Data are a transaction if they are 02 | rlp([chain id,
nonce, max priority fee, max fee, gas limit, to, value, data, access list, parity, r, s]) in the one encoding that these
have (EIP-1559, EIP-2930; Yellow Paper, appendix B). Any bytes have exactly one reading:

- What a byte means is looked up by the role that it has where it stands (`rlp_byte`), and the role is settled by what
  came before. So are, row by row, all other columns but a few claims.
- Ends of lists are positions. All positions and lengths stay below 2^25 (a length has at most three bytes), so none is
  equal to another modulo P alone. A list that ends elsewhere than its last value does is never found to be over, and
  the item ends before it.
- The claims, one and the same on all rows of an item, are what comes of it. They are compared with what was read at the
  byte that decides: a transaction at the last byte of its item, the type at its byte, too long in `verdicts`.
"""

from collections.abc import Iterable

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import HashByte
from circuits.tables.payment_buses import (
    REGISTER,
    TOLD,
    FieldValue,
    ItemRefused,
    TransactionRead,
    Verdict,
)
from circuits.tables.rlp_byte import MOST_SPELLED, ByteMeaning, Role
from circuits.tables.stream_sources import ITEM, TRANSACTION
from circuits.tables.transaction_grammar import HEADER, HEADS, LISTS, NUMBERS, SIGNED, Mode, Value


class Transaction(Table[C]):
    """A byte of an item a row, the bytes of an item one after the other; rows that have no `mode` are idle.

    Of an item the first rows are here, up to one that `stops`: because the item is `over`, or because it was decided
    that it is no transaction, and its rest is left to `skipped`.

    `left` is how many bytes of a string or of the signer follow; in a length, the length so far. `finished` says that a
    string, or a list's head, ends here; `entry_over` and `access_over` that an entry of the access list does, and
    the access list; `closed` that the last field does. `reads` says that the next row goes on reading.
    `fields_end` and `entry_end` are the positions behind these lists, `list_end` the one behind the innermost of access
    list and fields. `signed` counts the bytes so far of the fields that are signed, which stand in the stream of what
    was signed `header` bytes on. `register` holds the bytes of the string so far.
    """

    max_log_height = 20
    item: C = cell()
    position: C = cell()
    start: C = cell()
    accepted: C = flag()
    mistyped: C = flag()
    unread: C = flag()
    stops: C = flag()
    over: C = flag()

    value: C = cell()
    role: C = cell()
    refused: C = cell()
    whole: C = cell()
    content: C = cell()
    null: C = cell()
    size: C = cell()
    spelled: Cells[C] = cells(MOST_SPELLED)

    mode: Cells[C] = flags(len(Mode))
    of: Cells[C] = flags(len(Value))
    left: C = cell()
    left_inverse: C = cell()
    none_left: C = cell()
    finished: C = cell()
    wrong: C = cell()
    closed: C = cell()
    reads: C = cell()

    fields_end: C = cell()
    list_end: C = cell()
    list_inverse: C = cell()
    at_list_end: C = cell()
    entry_end: C = cell()
    entry_inverse: C = cell()
    at_entry_end: C = cell()
    entry_over: C = cell()
    access_over: C = cell()

    zero_bytes: C = cell()
    other_bytes: C = cell()
    addresses: C = cell()
    storage_keys: C = cell()
    header: C = cell()
    signed: C = cell()
    told: C = flag()
    register: Cells[C] = cells(REGISTER)

    def rules(self, air: Air[C], below: "Transaction[C]") -> None:
        self._items(air, below)
        self._verdict(air, below)
        self._meaning(air)
        self._modes(air, below)
        self._values(air, below)
        self._lengths(air, below)
        self._lists(air, below)
        self._counts(air, below)
        self._register(air, below)

        end = self.position + 1
        told = _sum(field * self.of[field] for field in TOLD)
        decided = self.over * self.accepted
        refusal = (
            Verdict.MALFORMED * (1 - self.accepted - self.mistyped - self.unread)
            + Verdict.WRONG_TYPE * self.mistyped
            + Verdict.TOO_LONG * self.unread
        )
        air.receive(HashByte(ITEM, self.item, self.position, self.value), times=self._live(), at_most=1)
        air.lookup(
            ByteMeaning(
                self.role,
                self.value,
                self.refused,
                self.whole,
                self.content,
                self.null,
                self.size,
                self.spelled,
            )
        )
        # Soundness: the stream that is hashed has the positions 0 .. n - 1, and `verdicts` sends those up to the true
        # header's, so `header` is its length. At most once, because a byte belongs to one value.
        air.send(
            HashByte(TRANSACTION, self.item, self.header + self.signed, self.value),
            times=self.accepted * _sum(self.of[value] for value in SIGNED),
            at_most=1,
        )
        air.send(FieldValue(self.item, told, 1 - self.content, self.register), when=self.told)
        air.send(
            TransactionRead(
                self.item,
                self.start,
                end,
                self.signed,
                self.zero_bytes,
                self.other_bytes,
                self.addresses,
                self.storage_keys,
            ),
            times=decided,
            at_most=1,
        )
        air.send(
            ItemRefused(self.item, self.start, end, refusal, self.over),
            times=self.stops - decided,
            at_most=1,
        )

    def _live(self) -> C:
        return _sum(self.mode)

    def _goes_on(self) -> C:
        return self._live() - self.stops

    def _reading_goes_on(self) -> C:
        """1 unless it is decided here, or was before, that the item is no transaction or is not looked into."""
        return 1 - self.wrong - self.closed - self.mode[Mode.JUNK] - self.mode[Mode.VERSION] * self.unread

    def _items(self, air: Air[C], below: "Transaction[C]") -> None:
        """Which rows are an item. Its bytes arrive once each, so no other rows are of this item."""
        live, goes_on = self._live(), self._goes_on()
        # Makes the modes exclude one another.
        air.boolean(live)
        air.zero(self.over * (1 - self.stops))
        for unused in (
            self.item,
            self.start,
            self.accepted,
            self.mistyped,
            self.unread,
            self.value,
            self.stops,
        ):
            air.zero((1 - live) * unused)
        with air.first_row():
            air.equal(live, self.mode[Mode.TAG])
            air.zero(self.position)
        with air.last_row():
            # Soundness: an item that went on behind the table would never have to be decided.
            air.zero(goes_on)
        with air.between_rows():
            air.equal(below.position, goes_on * (self.position + 1))
            for kept, same in (
                (below.item, self.item),
                (below.start, self.start),
                (below.accepted, self.accepted),
                (below.mistyped, self.mistyped),
                (below.unread, self.unread),
                (below.header, self.header),
            ):
                air.zero(goes_on * (kept - same))

    def _verdict(self, air: Air[C], below: "Transaction[C]") -> None:
        """What is claimed of an item is true; that it is too long is for `verdicts` to say."""
        tag, version, signer = (self.mode[mode] for mode in (Mode.TAG, Mode.VERSION, Mode.SIGNER))
        air.boolean(self.accepted + self.mistyped + self.unread)
        air.zero(self.over * (self.accepted - self.closed * self.at_list_end))
        air.zero((self.stops - self.over) * self.accepted)
        air.zero(self.mode[Mode.TYPE] * (self.mistyped - self.refused))
        air.zero(self.over * (tag + version + signer) * (1 - self.mistyped - self.unread))
        # Soundness: what is skipped is not read, so nothing may be left that it could say.
        air.zero((self.stops - self.over) * self._reading_goes_on())
        air.zero((1 - self.accepted) * self.header)
        air.zero(version * (self.start - HEADER - self.size))
        air.zero(self.over * tag * (self.start - HEADER))

    def _meaning(self, air: Air[C]) -> None:
        """The role in which the byte is looked up, and what its meaning makes of the row."""
        mode, of = self.mode, self.of
        head = _sum(role * of[value] for value, role in HEADS.items())
        number = _sum(of[value] for value in NUMBERS)
        alone = self.none_left * (Role.CONTENT_ALONE - Role.CONTENT)
        several = (1 - self.none_left) * number * (Role.CONTENT_OF_NUMBER - Role.CONTENT)
        air.equal(
            self.role,
            Role.VERSION * mode[Mode.VERSION]
            + Role.TRANSACTION_TYPE * mode[Mode.TYPE]
            + mode[Mode.HEAD] * head
            + Role.LENGTH_ALONE * mode[Mode.ALONE]
            + Role.LENGTH_FIRST * (mode[Mode.FIRST_OF_TWO] + mode[Mode.FIRST_OF_THREE])
            + Role.LENGTH_LAST * mode[Mode.LAST]
            + Role.CONTENT * mode[Mode.BODY]
            + mode[Mode.OPENING] * (Role.CONTENT + alone + several),
        )
        is_list = _sum(of[value] for value in LISTS)
        air.equal(self.finished, self.whole * (1 - (1 - is_list) * (1 - self.none_left)))
        # The keys are the last of their entry, so both end together.
        air.equal(self.wrong, self.refused + self.finished * of[Value.KEYS] * (1 - self.at_entry_end))
        air.equal(self.closed, self.finished * of[Value.S])
        air.equal(self.reads, self._goes_on() * self._reading_goes_on())

    def _modes(self, air: Air[C], below: "Transaction[C]") -> None:
        mode, after = self.mode, below.mode
        started = mode[Mode.VERSION] + mode[Mode.SIGNER]
        due = self.whole - self.finished
        with air.between_rows():
            for following, expected in (
                (Mode.VERSION, mode[Mode.TAG]),
                (Mode.SIGNER, started * (1 - self.none_left)),
                (Mode.TYPE, started * self.none_left),
                (Mode.HEAD, mode[Mode.TYPE] + self.finished),
                (Mode.ALONE, self.spelled[0]),
                (Mode.FIRST_OF_TWO, self.spelled[1]),
                (Mode.FIRST_OF_THREE, self.spelled[2]),
                (Mode.MIDDLE, mode[Mode.FIRST_OF_THREE]),
                (Mode.LAST, mode[Mode.FIRST_OF_TWO] + mode[Mode.MIDDLE]),
                (Mode.OPENING, mode[Mode.HEAD] * due),
                (Mode.BODY, (1 - mode[Mode.HEAD]) * due),
            ):
                air.equal(after[following], self.reads * expected)
            air.equal(after[Mode.JUNK], self._goes_on() - self.reads)

    def _values(self, air: Air[C], below: "Transaction[C]") -> None:
        """A value goes on until it is finished; which one comes then is given by the shape of a transaction."""
        of, finished = self.of, self.finished
        entry = self.entry_over + finished * of[Value.ACCESS_LIST] - self.access_over
        key = finished * (of[Value.KEYS] + of[Value.KEY]) - self.entry_over
        starts = {
            Value.FIELDS: self.mode[Mode.TYPE],
            Value.CHAIN_ID: finished * of[Value.FIELDS],
            Value.ENTRY: entry,
            Value.ADDRESS: finished * of[Value.ENTRY],
            Value.KEYS: finished * of[Value.ADDRESS],
            Value.KEY: key,
            Value.PARITY: self.access_over,
        }
        for value in Value:
            starts.setdefault(value, finished * of[value - 1])
        with air.first_row():
            air.zero(_sum(of))
        with air.between_rows():
            for value in Value:
                air.equal(below.of[value], self.reads * (starts[value] + (1 - finished) * of[value]))

    def _lengths(self, air: Air[C], below: "Transaction[C]") -> None:
        after = below.mode
        spelled = _sum(after[mode] for mode in range(Mode.ALONE, Mode.LAST + 1))
        counted = after[Mode.SIGNER] + after[Mode.OPENING] + after[Mode.BODY]
        with air.first_row():
            air.zero(self.left)
        with air.between_rows():
            grown = spelled * (256 * self.left + below.value)
            air.equal(below.left, below.size + grown + counted * (self.left - 1))
        _vanishes(air, self.left, self.none_left, self.left_inverse)

    def _lists(self, air: Air[C], below: "Transaction[C]") -> None:
        of, end = self.of, self.position + 1
        end_below = below.position + 1 + below.left
        with air.first_row():
            for position in (self.fields_end, self.list_end, self.entry_end):
                air.zero(position)
        with air.between_rows():
            for name, value, kept in (
                ("fields_end", Value.FIELDS, self.fields_end),
                (
                    "list_end",
                    Value.ACCESS_LIST,
                    self.list_end + self.access_over * (self.fields_end - self.list_end),
                ),
                ("entry_end", Value.ENTRY, (1 - self.entry_over) * self.entry_end),
            ):
                new = below.finished * below.of[value] * end_below
                air.equal(getattr(below, name), self.reads * kept + new)
        _vanishes(air, self.list_end - end, self.at_list_end, self.list_inverse)
        # `left` is zero but for the head of the keys, whose end is compared before the first of them.
        _vanishes(air, self.entry_end - end - self.left, self.at_entry_end, self.entry_inverse)
        last_key = of[Value.KEY] * self.at_entry_end + of[Value.KEYS] * self.none_left
        air.equal(self.entry_over, self.finished * last_key)
        at_end = self.entry_over + self.finished * of[Value.ACCESS_LIST]
        air.equal(self.access_over, at_end * self.at_list_end)

    def _counts(self, air: Air[C], below: "Transaction[C]") -> None:
        counts = (self.zero_bytes, self.other_bytes, self.addresses, self.storage_keys, self.signed)
        data = below.of[Value.DATA] * below.content
        more = (
            data * below.null,
            data * (1 - below.null),
            below.of[Value.ADDRESS] * below.finished,
            below.of[Value.KEY] * below.finished,
            _sum(below.of[value] for value in SIGNED),
        )
        counts_below = (
            below.zero_bytes,
            below.other_bytes,
            below.addresses,
            below.storage_keys,
            below.signed,
        )
        with air.first_row():
            for count in counts:
                air.zero(count)
        with air.between_rows():
            for count, after, one in zip(counts, counts_below, more, strict=True):
                air.equal(after, self.reads * count + one)

    def _register(self, air: Air[C], below: "Transaction[C]") -> None:
        air.equal(self.told, self.accepted * self.finished * _sum(self.of[field] for field in TOLD))
        air.equal(self.register[-1], self.content * self.value)
        with air.first_row():
            for byte in self.register[:-1]:
                air.zero(byte)
        with air.between_rows():
            for byte, later in zip(below.register, self.register[1:], strict=False):
                air.equal(byte, self.reads * (1 - self.finished) * later)


def _sum(values: Iterable[C]) -> C:
    first, *others = values
    return sum(others, first)


def _vanishes(air: Air[C], value: C, is_zero: C, inverse: C) -> None:
    """`is_zero` is 1 if the value is zero and 0 if not."""
    air.equal(value * inverse, 1 - is_zero)
    air.zero(is_zero * value)
