"""Genesis files: what is read, and what is refused with which code."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.execution.payments import snapshot
from prover.execution.payments.chain import Chain
from prover.execution.payments.genesis import LARGEST_FILE, checksummed, read_genesis
from prover.execution.payments.state import Account, State

LOW, HIGH, MINER = (bytes([byte]) * 20 for byte in (0x11, 0xEE, 0xC0))
FILE: dict[str, Any] = {
    "chain": {
        "chain_id": 1337,
        "base_fee": "1000000000",
        "fee_recipient": checksummed(MINER),
        "gas_cap": 30_000_000,
    },
    "balances": {"0x" + HIGH.hex(): "2", checksummed(LOW): "1"},
}


def refusal(value: Any) -> str:
    """The code with which a file is refused."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    with pytest.raises(InputError) as raised:
        read_genesis(data)
    assert raised.value.message and raised.value.fix
    return raised.value.code


def test_accounts_are_in_order_of_address_whatever_the_order_in_the_file() -> None:
    genesis = read_genesis(json.dumps(FILE).encode())
    assert genesis.chain == Chain(1337, 10**9, MINER, 30_000_000)
    assert list(genesis.state) == [(LOW, Account(0, 1)), (HIGH, Account(0, 2))]
    turned = FILE | {"balances": dict(reversed(FILE["balances"].items()))}
    assert read_genesis(json.dumps(turned, indent=4).encode()) == genesis
    assert genesis.encode() == genesis.chain.encode() + snapshot.encode(genesis.state)
    assert (
        genesis.chain.encode().hex() == (1337).to_bytes(8).hex() + f"{10**9:016x}" + MINER.hex() + "01c9c380"
    )


def test_a_genesis_may_be_poor() -> None:
    assert read_genesis(json.dumps(FILE | {"balances": {}}).encode()).state == State()


def changed(*path: str, to: Any) -> dict[str, Any]:
    """The file with a field set, or taken away if ``to`` is None."""
    copy = json.loads(json.dumps(FILE))
    inside = copy
    for name in path[:-1]:
        inside = inside[name]
    if to is None:
        del inside[path[-1]]
    else:
        inside[path[-1]] = to
    return dict(copy)


A = "0x" + "aa" * 20


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "GENESIS_UNREADABLE"),
        (b"\xff", "GENESIS_UNREADABLE"),
        (b"[" * 10_000, "GENESIS_UNREADABLE"),
        (b"[]", "GENESIS_UNREADABLE"),
        (b"1" * 10_000, "GENESIS_UNREADABLE"),
        (json.dumps(FILE).encode() + b" ", None),
        (b" " * (LARGEST_FILE + 1), "GENESIS_UNREADABLE"),
        (json.dumps(FILE).replace('"chain_id"', '"chain_id": 1, "chain_id"').encode(), "GENESIS_UNREADABLE"),
        (changed("chain", to=None), "GENESIS_UNREADABLE"),
        (changed("balances", to=None), "GENESIS_UNREADABLE"),
        (changed("balances", to=[]), "GENESIS_UNREADABLE"),
        (changed("more", to=1), "GENESIS_UNREADABLE"),
        (changed("chain", "more", to=1), "GENESIS_UNREADABLE"),
        (changed("chain", "gas_cap", to=None), "GENESIS_UNREADABLE"),
        (changed("chain", "gas_cap", to="30000000"), "GENESIS_UNREADABLE"),
        (changed("chain", "gas_cap", to=3e7), "GENESIS_UNREADABLE"),
        (changed("chain", "gas_cap", to=True), "GENESIS_UNREADABLE"),
        (changed("chain", "gas_cap", to=20_999), "CHAIN_INVALID"),
        (changed("chain", "gas_cap", to=2**32), "CHAIN_INVALID"),
        (changed("chain", "chain_id", to=-1), "CHAIN_INVALID"),
        (changed("chain", "chain_id", to=2**64), "CHAIN_INVALID"),
        (changed("chain", "base_fee", to=7), "GENESIS_UNREADABLE"),
        (changed("chain", "base_fee", to="-7"), "GENESIS_UNREADABLE"),
        (changed("chain", "base_fee", to="07"), "GENESIS_UNREADABLE"),
        (changed("chain", "base_fee", to="٧"), "GENESIS_UNREADABLE"),
        (changed("chain", "base_fee", to=str(2**64)), "CHAIN_INVALID"),
        (changed("chain", "fee_recipient", to=MINER.hex()), "GENESIS_UNREADABLE"),
        (changed("chain", "fee_recipient", to="0x" + MINER.hex() + "\n"), "GENESIS_UNREADABLE"),
        (changed("balances", "0x00", to="1"), "GENESIS_UNREADABLE"),
        (changed("balances", checksummed(LOW) + " ", to="1"), "GENESIS_UNREADABLE"),
        (changed("balances", "0xA" + A[3:], to="1"), "GENESIS_UNREADABLE"),
        (changed("balances", A, to="0"), "GENESIS_IMPOSSIBLE"),
        (changed("balances", checksummed(HIGH), to="1"), "GENESIS_IMPOSSIBLE"),
        (changed("balances", A, to=1), "GENESIS_UNREADABLE"),
        (changed("balances", A, to={"balance": "1"}), "GENESIS_UNREADABLE"),
        (changed("balances", A, to="9" * 79), "GENESIS_UNREADABLE"),
        (changed("balances", A, to=str(2**256 - 3)), "GENESIS_IMPOSSIBLE"),
        (changed("balances", A, to=str(2**256 - 4)), None),
    ],
)
def test_what_is_refused(value: Any, code: str | None) -> None:
    if code is None:
        read_genesis(value if isinstance(value, bytes) else json.dumps(value).encode())
    else:
        assert refusal(value) == code


def json_values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50)
    names = st.sampled_from(["chain", "balances", "chain_id", "base_fee", "fee_recipient", "gas_cap", A])
    return st.recursive(leaves, lambda inside: st.lists(inside) | st.dictionaries(names | st.text(), inside))


@given(st.binary(max_size=200) | json_values().map(lambda value: json.dumps(value).encode()))
def test_strange_files_are_refused_in_words(data: bytes) -> None:
    assert refusal(data) in ("GENESIS_UNREADABLE", "GENESIS_IMPOSSIBLE", "CHAIN_INVALID")


@pytest.mark.parametrize(
    "make", [lambda: Chain(1, 1, bytes(19), 21_000), lambda: Chain(1, -1, bytes(20), 21_000)]
)
def test_a_configuration_is_checked_however_it_is_made(make: Callable[[], Chain]) -> None:
    with pytest.raises(InputError) as raised:
        make()
    assert raised.value.code == "CHAIN_INVALID"


@pytest.mark.parametrize(
    "text",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_of_eip_55(text: str) -> None:
    assert checksummed(bytes.fromhex(text[2:])) == text
