"""Decoding is total, and accepts exactly the canonical encodings, as an independent RLP library has them."""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from ethereum.forks.cancun.transactions import FeeMarketTransaction, signing_hash_1559
from ethereum_rlp import rlp
from ethereum_rlp.exceptions import RLPException
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prover.execution.payments.chain import Chain
from prover.execution.payments.executor import apply
from prover.execution.payments.outcome import Ignored, Outcome, Reason
from prover.execution.payments.state import State
from prover.execution.payments.transaction import Transaction, decode
from tests.prover.execution.payments.people import Wish, person, sign

LIMITS = {"chain_id": 8, "nonce": 8, "max_priority_fee_per_gas": 32, "max_fee_per_gas": 32, "gas": 8}
"""Bytes of the numbers that the specification gives more room."""

BOUNDARIES = [0, 1, 127, 128, 255, 256, 2**64 - 1, 2**64, 2**256 - 1, 2**256]


def numbers() -> st.SearchStrategy[bytes]:
    values = st.sampled_from(BOUNDARIES) | st.integers(0, 2**72)
    return values.map(lambda value: value.to_bytes((value.bit_length() + 7) // 8, "big"))


def nested() -> st.SearchStrategy[Any]:
    leaves = st.binary(max_size=70)
    return st.recursive(leaves, lambda inside: st.lists(inside, max_size=4), max_leaves=12)


def access_lists() -> st.SearchStrategy[Any]:
    key = st.binary(min_size=32, max_size=32)
    entry = st.tuples(st.binary(min_size=20, max_size=20), st.lists(key, max_size=3)).map(list)
    return st.lists(entry, max_size=3)


def shaped() -> st.SearchStrategy[list[Any]]:
    """Twelve values of the right shape, nearly always of the right size."""
    parity = st.sampled_from([b"", b"\1", b"\2"])
    to = st.sampled_from([b"", bytes(20), bytes(19)])
    return st.tuples(
        numbers(), numbers(), numbers(), numbers(), numbers(), to, numbers(), st.binary(max_size=300),
        access_lists(), parity, numbers(), numbers(),
    ).map(list)  # fmt: skip


@st.composite
def disturbed(draw: st.DrawFn) -> bytes:
    """An encoding with a value replaced, or bytes changed, cut out or put in."""
    values = draw(shaped())
    if draw(st.booleans()):
        values[draw(st.integers(0, 11))] = draw(nested())
    data = bytearray(b"\x02" + bytes(rlp.encode(values)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data) - 1)) if data else 0
        end = min(at + draw(st.sampled_from([0, 0, 1, 2, 1000])), len(data))
        data[at:end] = draw(
            st.binary(max_size=3) | st.sampled_from([b"\xbf" + b"\xff" * 8, b"\xff", b"\xf8", b"\0"])
        )
    return bytes(data)


CANONICAL, SHORT = 0, -1
"""Ways to write a length; a number n above 0 spells it out in n bytes or more."""


def head(kind: int, length: int, form: int) -> bytes:
    """What stands before a payload."""
    if form <= CANONICAL and length <= 55:
        return bytes([kind + length])
    size = max(form, (length.bit_length() + 7) // 8)
    return bytes([kind + 55 + size]) + length.to_bytes(size, "big")


def encoded(value: Any, forms: Iterator[int]) -> bytes:
    """An encoding whose lengths have the given forms, those of a list's values before its own."""
    if isinstance(value, list):
        inside = b"".join(encoded(each, forms) for each in value)
        return head(0xC0, len(inside), next(forms)) + inside
    form = next(forms)
    if form == CANONICAL and len(value) == 1 and value[0] < 0x80:
        return bytes(value)
    return head(0x80, len(value), form) + bytes(value)


def lengthy() -> st.SearchStrategy[bytes]:
    """Values of the right shape, some of whose lengths are written in more bytes than they need."""
    forms = st.lists(st.sampled_from([SHORT, 1, 2, 8] + 20 * [CANONICAL]), min_size=50, max_size=50)
    return st.builds(lambda values, forms: b"\x02" + encoded(values, iter(forms)), shaped(), forms)


def specified(data: bytes) -> FeeMarketTransaction | None:
    """What the specification decodes, where its numbers are not too long for docs/payments.md."""
    if data[:1] != b"\x02":
        return None
    try:
        decoded = rlp.decode_to(FeeMarketTransaction, data[1:])
    except RLPException:
        return None
    fits = all(int(getattr(decoded, name)) < 256**length for name, length in LIMITS.items())
    return decoded if fits and int(decoded.y_parity) <= 1 else None


def decoded(data: bytes) -> Transaction | None:
    try:
        return decode(data)
    except Ignored as ignored:
        assert ignored.reason in (Reason.WRONG_TYPE, Reason.MALFORMED)
        return None


@settings(max_examples=1500, deadline=None)
@given(disturbed() | lengthy() | shaped().map(lambda values: b"\x02" + bytes(rlp.encode(values))))
def test_the_same_is_decoded_as_by_the_specification(data: bytes) -> None:
    ours, theirs = decoded(data), specified(data)
    assert (ours is None) == (theirs is None)
    if ours is None or theirs is None:
        return
    assert b"\x02" + bytes(rlp.encode(theirs)) == data
    assert ours.signing_hash == bytes(signing_hash_1559(theirs))
    assert [ours.chain_id, ours.nonce, ours.max_priority_fee, ours.max_fee, ours.gas_limit, ours.value] == [
        int(theirs.chain_id),
        int(theirs.nonce),
        int(theirs.max_priority_fee_per_gas),
        int(theirs.max_fee_per_gas),
        int(theirs.gas),
        int(theirs.value),
    ]
    assert (ours.to, ours.data) == (bytes(theirs.to), bytes(theirs.data))
    assert [(each.address, each.keys) for each in ours.access_list] == [
        (bytes(each.account), tuple(map(bytes, each.slots))) for each in theirs.access_list
    ]
    assert [ours.parity, ours.r, ours.s] == [int(theirs.y_parity), int(theirs.r), int(theirs.s)]


@settings(max_examples=1500, deadline=None)
@given(st.binary(max_size=400) | disturbed() | st.binary(max_size=200).map(lambda tail: b"\x02" + tail))
@example(b"\x02" + b"\xf9\xff\xff" + b"\xc0" * 0xFFFF)
@example(b"\x02" + b"\xff" * 131_071)
@example(b"\x02\xbf" + b"\xff" * 8)
def test_any_bytes_have_an_outcome_and_junk_changes_nothing(data: bytes) -> None:
    configured, state = Chain(1, 7, bytes(20), 30_000_000), State()
    for header in (b"", b"\0\0", b"\0\1" + bytes(20)):
        assert apply(configured, state, 1, header + data).outcome is Outcome.IGNORED
    assert len(state) == 0


def test_every_prefix_and_every_single_changed_byte_is_another_transaction_or_none() -> None:
    by = person(77)
    wish = Wish(1, 0, 1, 2**65, 50_000, bytes(range(20)), 10**18, b"data", ((bytes(20), (bytes(32),)),))
    data = sign(wish, by)
    whole = decode(data)
    for length in range(len(data)):
        assert decoded(data[:length]) is None
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            found = decoded(bytes(changed))
            assert found != whole
            assert (found is None) == (specified(bytes(changed)) is None)


FIELDS: list[Any] = [b"\5", b"", b"\1", b"\2", b"\x52\x08", bytes(20), b"\x7f", b"d" * 55, [[bytes(20), []]]]
FIELDS += [b"\1", b"\3" * 32, b"\4" * 32]
TO, DATA, ACCESS_LIST = 5, 7, 8
SMALLEST: list[Any] = [b""] * 8 + [[]] + [b""] * 3


NOT_ACCESS_LISTS: list[Any] = [
    b"",
    b"\1",
    [b""],
    [[]],
    [[bytes(20)]],
    [[[], bytes(20)]],
    [[bytes(20), [], []]],
    [[bytes(20), [], b""]],
    [[bytes(20), b""]],
    [[bytes(19), []]],
    [[bytes(21), []]],
    [[b"", []]],
    [[bytes(20), [b""]]],
    [[bytes(20), [bytes(31)]]],
    [[bytes(20), [bytes(33)]]],
    [[bytes(20), [[bytes(32)]]]],
    [[bytes(20), bytes(32)]],
    [[bytes(20), []], b""],
    [bytes(20), []],
]


def shapes() -> Iterator[Any]:
    """Values that are no transaction's, all in canonical encodings."""
    yield from ([*FIELDS[:8], wrong, *FIELDS[9:]] for wrong in NOT_ACCESS_LISTS)
    for at, field in enumerate(FIELDS):
        yield FIELDS[:at] + FIELDS[at + 1 :]
        if at != ACCESS_LIST:
            yield [*FIELDS[:at], [], *FIELDS[at + 1 :]]
            yield [*FIELDS[:at], [field], *FIELDS[at + 1 :]]
        if at not in (TO, DATA, ACCESS_LIST):
            yield [*FIELDS[:at], b"\0", *FIELDS[at + 1 :]]
            yield [*FIELDS[:at], b"\0" + field, *FIELDS[at + 1 :]]
            yield [*FIELDS[:at], b"\1" * 33, *FIELDS[at + 1 :]]
    yield from ([*FIELDS[:TO], bytes(length), *FIELDS[TO + 1 :]] for length in (1, 19, 21, 32))
    yield from ([*FIELDS, b""], [*FIELDS, []], [FIELDS], [], b"", b"\5", encoded(FIELDS, repeat(CANONICAL)))


@pytest.mark.parametrize("values", list(shapes()))
def test_values_of_another_shape_are_malformed(values: Any) -> None:
    data = b"\x02" + encoded(values, repeat(CANONICAL))
    assert decoded(data) is None
    assert specified(data) is None


def test_a_length_that_is_longer_than_need_be_is_malformed_wherever_it_stands() -> None:
    met = 0
    long = ([*FIELDS[:7], b"d" * length, *FIELDS[8:]] for length in (56, 255, 256))
    for fields in (FIELDS, SMALLEST, *long):
        assert decoded(b"\x02" + encoded(fields, repeat(CANONICAL))) is not None
        for at in range(len(fields) + 4):
            for form in (SHORT, 1, 2, 3, 8):
                data = b"\x02" + encoded(fields, chain(repeat(CANONICAL, at), [form], repeat(CANONICAL)))
                assert (decoded(data) is None) == (specified(data) is None)
                met += decoded(data) is None
    assert met > 100
