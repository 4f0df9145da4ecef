"""Snapshots: one state, one byte string, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.execution.payments.snapshot import decode, encode
from prover.execution.payments.state import Account, State

ONE, TWO = bytes([1]) * 20, bytes([2]) * 20
HEAD = b"SQTRSNP1".hex() + "00000002"

accounts = st.builds(Account, st.integers(0, 2**64 - 1), st.integers(0, 2**200)).filter(Account().__ne__)
states = st.dictionaries(st.binary(min_size=20, max_size=20), accounts, max_size=8).map(
    lambda each: State(each.items())
)


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as raised:
        decode(data)
    return raised.value.code


def test_the_bytes() -> None:
    state = State([(TWO, Account(3, 4)), (ONE, Account(0, 2**256 - 5))])
    data = bytes.fromhex(HEAD + TWO.hex() + f"{3:016x}{4:064x}" + ONE.hex() + f"{0:016x}{2**256 - 5:064x}")
    assert encode(state) == data
    assert list(decode(data)) == list(state)


@given(states)
def test_a_state_comes_back(state: State) -> None:
    again = decode(encode(state))
    assert again == state
    assert encode(again) == encode(state)


@given(states.map(encode), st.data())
def test_what_is_read_is_the_only_encoding(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    at = draw.draw(st.integers(0, len(data) - 1))
    changed[at] ^= draw.draw(st.integers(1, 255))
    try:
        state = decode(bytes(changed))
    except InputError:
        return
    assert encode(state) == bytes(changed)


@pytest.mark.parametrize("end", range(12 + 120))
def test_what_is_cut_is_refused(end: int) -> None:
    data = encode(State([(ONE, Account(1, 1)), (TWO, Account(1, 1))]))
    assert refusal(data[:end]) == "SNAPSHOT_UNREADABLE"
    assert refusal(data + bytes(end + 1)) == "SNAPSHOT_UNREADABLE"


def test_states_that_no_rules_lead_to_are_refused() -> None:
    head = bytes.fromhex(HEAD)
    account = f"{0:016x}{1:064x}"
    assert refusal(head + 2 * bytes.fromhex(ONE.hex() + account)) == "SNAPSHOT_IMPOSSIBLE"
    empty = bytes.fromhex(TWO.hex() + f"{0:080x}")
    assert refusal(head + bytes.fromhex(ONE.hex() + account) + empty) == "SNAPSHOT_IMPOSSIBLE"
    much = State([(ONE, Account(0, 2**256 - 1)), (TWO, Account(0, 1))])
    assert refusal(encode(much)) == "SNAPSHOT_IMPOSSIBLE"


@given(st.binary(max_size=200))
def test_junk_is_refused(data: bytes) -> None:
    assert refusal(data) == "SNAPSHOT_UNREADABLE"
