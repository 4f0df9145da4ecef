"""Lies about what an item is: each is found, although everything else is read honestly from there on.

What the lying tables say is what is wanted of them, so it is their own rules, what a byte means, or the bytes that were
sent that object.
"""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from circuits.dsl import Trace
from circuits.tables.payment_buses import Field, Verdict
from circuits.tables.rlp_byte import Meaning, Role, meaning
from circuits.tables.transaction_grammar import Mode, Value
from prover.witness.item_reader import Reading
from prover.witness.transaction import ReadItem, read_items
from tests import item_reader
from tests import transaction_samples as samples
from tests.item_reader import ItemReader, as_array
from tests.payment_items import complainers, cut, judge, traces_of
from tests.transaction_oracle import MALFORMED, TRANSACTION, expected
from verifier.field import P

PLAIN, SIGNER = samples.PLAIN, b"\0\x01" + bytes(range(20))
MEANINGS, BYTES = "payments.byte_meaning", "hash.byte"

Traces = dict[str, Trace]


def rich() -> bytes:
    """A transaction with something of everything: long data, entries with and without keys, numbers of all lengths."""
    twelve = samples.values(Random(5))
    twelve[0], twelve[1], twelve[4] = b"\x05", b"", b"\x52\x08"
    twelve[samples.TO] = b"\xaa" * 20
    twelve[samples.DATA] = bytes(range(256)) + bytes(100)
    twelve[samples.ACCESS_LIST] = [[b"\x44" * 20, [b"\x55" * 32, b"\x66" * 32]], [b"\x77" * 20, []]]
    return samples.encoded(twelve)


RICH = PLAIN + rich()
SMALL = PLAIN + samples.PUBLISHED[0]
DEVIATIONS = dict(samples.deviations())


def read(*items: bytes) -> list[ReadItem]:
    """What the reader of a byte at a time finds, whose methods the lies replace."""
    sent = cut(items)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prover.witness.transaction.read_each", item_reader.read_each)
        return read_items(sent.parts, sent.singles)


def verdict(found: list[ReadItem]) -> list[Verdict]:
    return [item.reading.verdict for item in found]


def test_the_truth_is_accepted() -> None:
    assert complainers(traces_of([RICH, SMALL], read=read(RICH, SMALL))) == set()
    assert complainers(traces_of([RICH], change=lambda traces: None)) == set()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SKIPPED, Role.VERSION)])
def test_a_byte_refused_that_may_stand_there(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction passed off as malformed at some byte, or as of a wrong type."""
    items = [RICH, PLAIN + samples.encoded(_with_one_byte_of_everything())]
    assert {expected(item).verdict for item in items} == {TRANSACTION}
    honest = ItemReader._meaning

    def refuse(reader: ItemReader, place: Role, value: int) -> Meaning:
        return (
            Meaning(1, 0, 0, int(value == 0), 0, (0, 0, 0)) if place == role else honest(reader, place, value)
        )

    monkeypatch.setattr(ItemReader, "_meaning", refuse)
    found = read(*items)
    assert set(verdict(found)) & {Verdict.MALFORMED, Verdict.WRONG_TYPE}
    assert complainers(traces_of(items, read=found)) == {MEANINGS}


def _with_one_byte_of_everything() -> list[object]:
    """What `rich` has not: a length in one byte, and data of a single byte that has a head."""
    return [
        b"\x81",
        b"\x01",
        b"\x01\x02",
        b"\x80",
        b"\x01",
        b"",
        b"",
        b"\x90",
        [],
        b"",
        b"\x05" * 32,
        b"\x06" * 32,
    ]


ONE_BYTE_DECIDES = [
    name for name, data in DEVIATIONS.items() if np.any(read(PLAIN + data)[0].reading.rows["refused"])
]


def _lenient(role: Role, value: int) -> Meaning:
    """What a byte would mean if nothing were refused: any head anywhere, any byte in a length or a string."""
    found = meaning(role, value)
    if not found.refused:
        return found
    if role in range(Role.HEAD_OF_LIST, Role.LENGTH_ALONE):
        found = meaning(Role.HEAD_OF_DATA if value < 0xC0 else Role.HEAD_OF_LIST, value)
        return found if not found.refused else Meaning(0, 1, 0, 0, 0, (0, 0, 0))
    if role in (Role.LENGTH_ALONE, Role.LENGTH_FIRST):
        return meaning(Role.LENGTH_LAST if role == Role.LENGTH_ALONE else Role.SKIPPED, value)
    return meaning(Role.SKIPPED if role == Role.TRANSACTION_TYPE else Role.CONTENT, value)


@pytest.mark.parametrize("name", ONE_BYTE_DECIDES)
def test_a_deviation_overlooked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [PLAIN + DEVIATIONS[name]]
    monkeypatch.setattr(ItemReader, "_meaning", lambda _, role, value: _lenient(role, value))
    assert MEANINGS in complainers(traces_of(items, read=read(*items)))


def test_overlooking_a_deviation_makes_a_transaction() -> None:
    """So the test above tests something: most of what deviates in a byte would be read to the end without it."""
    assert len(ONE_BYTE_DECIDES) > 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ItemReader, "_meaning", lambda _, role, value: _lenient(role, value))
        found = read(*(PLAIN + DEVIATIONS[name] for name in ONE_BYTE_DECIDES))
    assert verdict(found).count(Verdict.TRANSACTION) > 50


@pytest.mark.parametrize("name", [name for name in DEVIATIONS if name not in ONE_BYTE_DECIDES])
def test_any_deviation_called_a_transaction(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no single byte betrays: lists that end elsewhere than what they hold, and what stands behind the end."""
    items = [PLAIN + DEVIATIONS[name]]
    monkeypatch.setattr(ItemReader, "result", _result(Verdict.TRANSACTION))
    assert complainers(traces_of(items, read=read(*items))) & {"Transaction"}


def _result(claimed: Verdict) -> Callable[[ItemReader], Reading]:
    honest = ItemReader.result

    def result(reader: ItemReader) -> Reading:
        found = honest(reader)
        found.verdict = claimed
        return found

    return result


@pytest.mark.parametrize(
    ("item", "claimed", "where"),
    [
        pytest.param(SMALL, Verdict.MALFORMED, {"Transaction"}, id="a transaction called malformed"),
        pytest.param(SMALL, Verdict.WRONG_TYPE, {"Transaction"}, id="a transaction called of wrong type"),
        pytest.param(
            SMALL, Verdict.TOO_LONG, {"Transaction", "Verdicts"}, id="a transaction called too long"
        ),
        pytest.param(SMALL[:-1], Verdict.WRONG_TYPE, {"Transaction"}, id="malformed called of wrong type"),
        pytest.param(SMALL[:-1], Verdict.TRANSACTION, {"Transaction"}, id="cut off called a transaction"),
        pytest.param(
            PLAIN + b"\x01" + SMALL, Verdict.MALFORMED, {"Transaction"}, id="of wrong type called malformed"
        ),
        pytest.param(PLAIN, Verdict.MALFORMED, {"Transaction"}, id="empty called malformed"),
        pytest.param(SIGNER[:9], Verdict.MALFORMED, {"Transaction"}, id="within the signer called malformed"),
        pytest.param(
            SIGNER[:9], Verdict.TOO_LONG, {"Transaction", "Verdicts"}, id="within the signer called too long"
        ),
        pytest.param(b"\0", Verdict.TRANSACTION, {"Transaction"}, id="one byte called a transaction"),
        pytest.param(
            PLAIN + bytes(131_073), Verdict.MALFORMED, {"Transaction"}, id="too long called malformed"
        ),
    ],
)
def test_another_verdict(
    item: bytes, claimed: Verdict, where: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = read(item, RICH)
    monkeypatch.setattr(ItemReader, "result", _result(claimed))
    assert complainers(traces_of([item, RICH], read=[*read(item), honest[1]])) == where


@pytest.mark.parametrize(
    "item", [SMALL, RICH, PLAIN + bytes(131_072)], ids=["transaction", "other", "longest"]
)
def test_called_too_long_and_not_looked_into(item: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = item_reader.read_each
    monkeypatch.setattr(
        item_reader, "read_each", lambda items: honest(each._replace(unread=True) for each in items)
    )
    found = complainers(traces_of([item], read=read(item)))
    assert found == {"Verdicts"}


def test_too_long_and_still_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    item = PLAIN + samples.of_length(131_073)
    honest = item_reader.read_each
    monkeypatch.setattr(
        item_reader, "read_each", lambda items: honest(each._replace(unread=False) for each in items)
    )
    assert verdict(read(item)) == [Verdict.TRANSACTION]
    assert complainers(traces_of([item], read=read(item))) == {"Verdicts"}


ENDS = [
    pytest.param("at_entry_end", Value.KEY, 0, id="an entry goes on behind its last key"),
    pytest.param("at_entry_end", Value.KEY, 1, id="an entry ends before its last key"),
    pytest.param("at_entry_end", Value.KEYS, 0, id="keys that end with their entry are said not to"),
    pytest.param("at_list_end", Value.KEY, 1, id="the access list ends behind its first entry"),
    pytest.param("at_list_end", Value.KEYS, 0, id="the access list goes on behind its last entry"),
    pytest.param("at_list_end", Value.S, 0, id="the fields do not end with the last one"),
    pytest.param("none_left", Value.DATA, 0, id="the data go on"),
    pytest.param("none_left", Value.DATA, 1, id="the data end early"),
    pytest.param("none_left", Value.S, 1, id="the last field ends early"),
    pytest.param("none_left", Value.KEYS, 0, id="no keys, and yet one"),
]


@pytest.mark.parametrize(("column", "of", "claimed"), ENDS)
def test_something_ends_elsewhere(
    column: str, of: Value, claimed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ItemReader._vanishes

    def lie(reader: ItemReader, name: str, value: int) -> int:
        return claimed if (name, reader._of) == (column, of) else honest(reader, name, value)

    monkeypatch.setattr(ItemReader, "_vanishes", lie)
    found = complainers(traces_of([RICH], read=read(RICH)))
    assert "Transaction" in found


@pytest.mark.parametrize(
    "name",
    [
        "access list: keys longer than their entry",
        "access list: keys shorter than their entry",
        "access list: a list longer than its entries",
        "access list: an entry longer than the list",
        "list: one byte short",
        "list: one byte more",
    ],
)
def test_a_list_said_to_end_where_it_does_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the ends of all lists found where they have to be for a transaction."""

    def lie(reader: ItemReader, column: str, value: int) -> int:
        if column == "at_list_end" and reader._of in (Value.KEY, Value.S):
            return 1
        return 1 if column == "at_entry_end" and reader._of == Value.KEYS else int(value == 0)

    item = PLAIN + DEVIATIONS[name]
    assert expected(item).verdict == MALFORMED
    monkeypatch.setattr(ItemReader, "_vanishes", lie)
    assert "Transaction" in complainers(traces_of([item], read=read(item)))


@pytest.mark.parametrize("at", [0, 1, 2, 3, 40, 200, len(RICH) - 1])
def test_a_byte_is_not_read(at: int) -> None:
    assert BYTES in complainers(traces_of([RICH], read=read(RICH[:at] + RICH[at + 1 :])))


@pytest.mark.parametrize("length", [1, 2, 3, 40, 200, len(RICH) - 1])
def test_an_item_is_over_before_its_end(length: int) -> None:
    assert BYTES in complainers(traces_of([RICH], read=read(RICH[:length])))


def test_a_transaction_in_front_of_more() -> None:
    assert BYTES in complainers(traces_of([SMALL + b"\0"], read=read(SMALL)))


def test_another_byte_is_read() -> None:
    changed = SMALL[:60] + bytes([SMALL[60] ^ 1]) + SMALL[61:]
    assert complainers(traces_of([SMALL], read=read(changed))) == {BYTES}


def test_items_in_place_of_one_another() -> None:
    assert complainers(traces_of([RICH, SMALL], read=read(SMALL, RICH))) == {BYTES}


def test_an_item_read_twice() -> None:
    found = read(SMALL)
    assert BYTES in complainers(traces_of([SMALL], read=found + found))


def test_an_item_not_read() -> None:
    assert complainers(traces_of([SMALL, RICH], read=read(SMALL))) == {BYTES}


def rows_of(transaction: Trace, of: Value, name: str = "finished") -> list[int]:
    """The rows of a value on which a column is 1."""
    return np.flatnonzero((transaction.of[:, of] == 1) & (getattr(transaction, name) == 1)).tolist()


def value_is_no_byte(traces: Traces) -> None:
    row = rows_of(traces["Transaction"], Value.DATA, "content")[0]
    traces["Transaction"].value[row] += 256


def field_under_another_number(traces: Traces) -> None:
    trace = traces["Transaction"]
    start, end = rows_of(trace, Value.NONCE)[0], rows_of(trace, Value.MAX_PRIORITY_FEE)[-1]
    trace.of[start : end + 1, [Value.NONCE, Value.MAX_PRIORITY_FEE]] = trace.of[
        start : end + 1, [Value.MAX_PRIORITY_FEE, Value.NONCE]
    ]


def field_not_told(traces: Traces) -> None:
    traces["Transaction"].told[rows_of(traces["Transaction"], Value.VALUE)] = 0


def data_told(traces: Traces) -> None:
    traces["Transaction"].told[rows_of(traces["Transaction"], Value.DATA)] = 1


def field_with_another_byte(traces: Traces) -> None:
    row = rows_of(traces["Transaction"], Value.TO)[0]
    traces["Transaction"].register[row, -20] ^= 1


def field_with_more_in_front(traces: Traces) -> None:
    row = rows_of(traces["Transaction"], Value.TO)[0]
    traces["Transaction"].register[row, 0] = 1


def a_zero_byte_less(traces: Traces) -> None:
    trace = traces["Transaction"]
    start = rows_of(trace, Value.DATA)[0]
    trace.zero_bytes[start:] -= (trace.zero_bytes[start:] > 0).astype(np.uint32)
    verdicts = traces["Verdicts"]
    verdicts.zero_bytes[verdicts.transaction == 1] -= 1


def a_zero_byte_counts_as_another(traces: Traces) -> None:
    """From the first byte that counts on."""
    trace, verdicts = traces["Transaction"], traces["Verdicts"]
    start = rows_of(trace, Value.DATA, "content")[0]
    live = trace.zero_bytes[start:] > 0
    trace.zero_bytes[start:] -= live.astype(np.uint32)
    trace.other_bytes[start:] += live.astype(np.uint32)
    verdicts.zero_bytes[verdicts.transaction == 1] -= 1
    verdicts.other_bytes[verdicts.transaction == 1] += 1


def an_address_less(traces: Traces) -> None:
    verdicts = traces["Verdicts"]
    verdicts.addresses[verdicts.transaction == 1] -= 1


def header_one_longer(traces: Traces) -> None:
    trace = traces["Transaction"]
    trace.header[trace.accepted == 1] += 1


def header_of_another_form(traces: Traces) -> None:
    """One byte more in front of the length of what was signed, and everything behind it moved."""
    trace, verdicts = traces["Transaction"], traces["Verdicts"]
    trace.header[trace.accepted == 1] += 1
    two = verdicts.spelled[:, 1].copy()
    verdicts.spelled[:, 2], verdicts.spelled[:, 1] = two, 0


def short_header_spelled(traces: Traces) -> None:
    trace, verdicts = traces["Transaction"], traces["Verdicts"]
    trace.header[trace.accepted == 1] += 1
    verdicts.spelled[:, 0] = verdicts.transaction


def length_of_what_was_signed(traces: Traces) -> None:
    verdicts = traces["Verdicts"]
    verdicts.signed[verdicts.transaction == 1, 0] ^= 1


def no_header(traces: Traces) -> None:
    traces["Verdicts"].spelled = 0


def goes_on_behind_the_end(traces: Traces) -> None:
    """The last row does not stop, and there is none behind it."""
    trace = traces["Transaction"]
    trace.stops[-1] = trace.over[-1] = 0


def begins_in_the_middle(traces: Traces) -> None:
    """The first row is said to be the head of the fields."""
    trace = traces["Transaction"]
    trace.mode[0, Mode.TAG], trace.mode[0, Mode.HEAD] = 0, 1


def a_value_from_the_first_row_on(traces: Traces) -> None:
    traces["Transaction"].of[0, Value.S] = 1


def an_idle_row_says_a_field(traces: Traces) -> None:
    trace = traces["Transaction"]
    trace.told[-1] = 1


LIES = [
    (RICH, value_is_no_byte, MEANINGS),
    (RICH, field_under_another_number, "Transaction"),
    (RICH, field_not_told, "Transaction"),
    (RICH, data_told, "Transaction"),
    (RICH, field_with_another_byte, "Transaction"),
    (RICH, field_with_more_in_front, "Transaction"),
    (RICH, a_zero_byte_less, "Transaction"),
    (RICH, a_zero_byte_counts_as_another, "Transaction"),
    (RICH, an_address_less, "payments.transaction_read"),
    (RICH, header_one_longer, BYTES),
    (RICH, header_of_another_form, "Verdicts"),
    (PLAIN + samples.with_signed_length(55), short_header_spelled, "Verdicts"),
    (RICH, length_of_what_was_signed, "payments.transaction_read"),
    (RICH, no_header, "Verdicts"),
    (PLAIN + b"\x02" * 14, goes_on_behind_the_end, "Transaction"),
    (RICH, begins_in_the_middle, "Transaction"),
    (RICH, a_value_from_the_first_row_on, "Transaction"),
    (RICH, an_idle_row_says_a_field, "Transaction"),
]


@pytest.mark.parametrize(
    ("item", "lie", "caught_by"), [pytest.param(*each, id=each[1].__name__) for each in LIES]
)
def test_lies_in_traces(item: bytes, lie: Callable[[Traces], None], caught_by: str) -> None:
    assert complainers(traces_of([item])) == set()
    assert caught_by in complainers(traces_of([item], change=lie))


JUNK = PLAIN + b"\x05" + bytes(100)


def part_left_out(traces: Traces) -> None:
    skipped = traces["Skipped"]
    skipped.position[1] += 32


def ends_before_its_last_part(traces: Traces) -> None:
    skipped, verdicts = traces["Skipped"], traces["Verdicts"]
    skipped.over[1] = 1
    verdicts.end[verdicts.item == 1] = skipped.position[2]


def another_verdict_in_passing(traces: Traces) -> None:
    skipped, verdicts = traces["Skipped"], traces["Verdicts"]
    skipped.mistyped[2], skipped.malformed[2] = 0, 1
    verdicts.mistyped[0], verdicts.malformed[0], verdicts.refusal[0] = 0, 1, Verdict.MALFORMED


def a_gap_in_a_part(traces: Traces) -> None:
    traces["Skipped"].mask[1, 5] = 0


def a_byte_less_at_the_end(traces: Traces) -> None:
    skipped, verdicts = traces["Skipped"], traces["Verdicts"]
    skipped.mask[2, -1] = 0
    verdicts.end[verdicts.item == 1] -= 1


def an_idle_row_goes_on(traces: Traces) -> None:
    skipped = traces["Skipped"]
    assert not skipped.mask[-1].any()
    skipped.mask[-1, 0] = 1


def other_place(traces: Traces) -> None:
    skipped = traces["Skipped"]
    skipped.base[1] = (int(skipped.base[1]) + 1) % P


@pytest.mark.parametrize(
    ("lie", "caught_by"),
    [
        (part_left_out, "payments.item_refused"),
        (ends_before_its_last_part, "payments.item_refused"),
        (another_verdict_in_passing, "payments.item_refused"),
        (a_gap_in_a_part, "Skipped"),
        (a_byte_less_at_the_end, "hash.part"),
        (an_idle_row_goes_on, "Skipped"),
        (other_place, "Skipped"),
    ],
)
def test_lies_about_what_is_skipped(lie: Callable[[Traces], None], caught_by: str) -> None:
    assert caught_by in complainers(traces_of([JUNK], change=lie))


def test_what_is_still_read_is_skipped() -> None:
    """A transaction left to `Skipped` at a part's beginning, as malformed."""
    sent = cut([RICH])
    honest = read(RICH)[0]
    for stop in (2, 34, 98):
        reader = ItemReader(RICH, unread=False)
        for _ in range(stop):
            reader.step()
        reading = Reading(as_array(reader.rows), reader.start, Verdict.MALFORMED, over=False)
        parts = tuple(np.flatnonzero(sent.parts[:, 2] + 32 > stop).tolist())
        found = complainers(traces_of([RICH], read=[ReadItem(1, honest.length, reading, parts)]))
        assert "Transaction" in found


def test_a_gap_that_the_sender_leaves() -> None:
    """Bytes that were never sent cannot be skipped: the sender's mask has a hole, and so has the table's."""
    traces = traces_of([JUNK], change=a_gap_in_a_part)
    sender = traces["Sender"]
    assert sender is not None
    at = next(row for row in range(len(sender)) if sender[row, 3] == 34)
    sender[at, -32 + 5] = 0
    report = judge(traces)
    assert {failure.table for failure in report.failures} == {"Skipped"}


def test_fields_swapped() -> None:
    """Nonce and gas limit exchanged where they are received."""
    traces = traces_of([RICH])
    wanted = traces["Wanted"]
    assert wanted is not None
    number = wanted[:, 4]
    field = wanted[:, 1] == 1
    nonce, gas = field & (number == Field.NONCE), field & (number == Field.GAS_LIMIT)
    number[nonce], number[gas] = Field.GAS_LIMIT, Field.NONCE
    assert complainers(traces) == {"payments.field_value"}
