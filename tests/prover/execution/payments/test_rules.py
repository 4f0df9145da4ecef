"""The rules one by one: what happens to whom, and Ethereum's specification says the same."""

from dataclasses import dataclass
from typing import Any

import pytest

from prover.execution.ordered import OrderedHeight
from prover.execution.payments.chain import Chain
from prover.execution.payments.executor import apply, execute
from prover.execution.payments.gas import LONGEST_INITCODE
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.receipts import Receipt, receipts_digest
from prover.execution.payments.signature import ORDER
from prover.execution.payments.state import Account, State
from prover.execution.payments.transaction import LONGEST
from tests.prover.execution.payments.evm import Ethereum, no_contracts
from tests.prover.execution.payments.people import Wish, encode, person, sign, signature

HEADER = b"\0\0"
ALICE, BOB, CAROL = (person(number) for number in (21, 22, 23))
NOBODY = bytes.fromhex("00000000000000000000000000000000deadbeef")
MINER = bytes.fromhex("000000000000000000000000000000000000c0de")
CHAIN = Chain(chain_id=1337, base_fee=10, fee_recipient=MINER, gas_cap=1_000_000)
RICH = 10**18
TRANSFER = Wish(
    chain_id=1337, nonce=5, max_priority_fee=2, max_fee=15, gas_limit=30_000, to=BOB.address, value=1_000
)
"""Pays 12 for a unit of gas."""


@dataclass
class Scene:
    """A state after one item, and what became of the item."""

    receipt: Receipt
    state: State

    def accounts(self) -> dict[bytes, tuple[int, int]]:
        return {address: (each.nonce, each.balance) for address, each in self.state}


def play(data: bytes, chain: Chain = CHAIN, **accounts: tuple[int, int]) -> Scene:
    """Apply one item where Alice has a million millions and nonce 5, and let the specification do the same."""
    people = {"alice": ALICE.address, "bob": BOB.address, "carol": CAROL.address, "miner": MINER}
    given = {people[name]: each for name, each in ({"alice": (5, RICH)} | accounts).items()}
    state = State((address, Account(*each)) for address, each in given.items())
    ethereum = Ethereum(chain, given.items())
    with no_contracts():
        gas_used = ethereum.apply(data)
    scene = Scene(apply(chain, state, 1, HEADER + data), state)
    assert gas_used == (None if scene.receipt.outcome is Outcome.IGNORED else scene.receipt.gas_used)
    assert ethereum.accounts() == scene.accounts()
    return scene


def signed(**changed: Any) -> bytes:
    """The transfer with some fields changed, signed by Alice."""
    return sign(TRANSFER.but(**changed), ALICE)


def test_a_transfer_pays_the_receiver_the_fee_recipient_and_nobody_else() -> None:
    scene = play(signed())
    assert scene.accounts() == {
        ALICE.address: (6, RICH - 1_000 - 21_000 * 12),
        BOB.address: (0, 1_000),
        MINER: (0, 21_000 * 2),
    }
    receipt = scene.receipt
    assert (receipt.outcome, receipt.reason, receipt.sender) == (Outcome.EXECUTED, Reason.NONE, ALICE.address)
    assert (receipt.gas_used, receipt.gas_price) == (21_000, 12)


def test_the_tip_is_what_the_maximum_leaves_of_it() -> None:
    scene = play(signed(max_priority_fee=9, max_fee=13))
    assert scene.receipt.gas_price == 13
    assert scene.state[MINER].balance == 21_000 * 3


def test_accounts_come_in_the_order_sender_receiver_fee_recipient() -> None:
    state = State()
    free = Chain(chain_id=1337, base_fee=0, fee_recipient=MINER, gas_cap=21_000)
    nothing = TRANSFER.but(nonce=0, max_priority_fee=0, max_fee=0, value=0, gas_limit=21_000)
    apply(free, state, 1, HEADER + sign(nothing, ALICE))
    assert list(state) == [(ALICE.address, Account(1, 0))]
    assert [address for address, _ in play(signed()).state] == [ALICE.address, BOB.address, MINER]


def test_a_transfer_to_oneself_costs_the_fee() -> None:
    assert play(signed(to=ALICE.address)).accounts()[ALICE.address] == (6, RICH - 21_000 * 12)


def test_sender_receiver_and_fee_recipient_in_one() -> None:
    own = Chain(chain_id=1337, base_fee=10, fee_recipient=ALICE.address, gas_cap=1_000_000)
    assert play(signed(to=ALICE.address), own).accounts() == {ALICE.address: (6, RICH - 21_000 * 10)}


def test_a_transfer_to_the_fee_recipient() -> None:
    assert play(signed(to=MINER)).state[MINER] == Account(0, 1_000 + 42_000)


def test_nothing_sent_to_nobody_makes_no_account() -> None:
    scene = play(signed(to=NOBODY, value=0, max_priority_fee=0))
    assert scene.receipt.outcome is Outcome.EXECUTED
    assert set(scene.accounts()) == {ALICE.address}


@pytest.mark.parametrize(("short", "reason"), [(0, Reason.NONE), (1, Reason.INSUFFICIENT_BALANCE)])
def test_value_and_most_expensive_fee_may_be_the_whole_balance(short: int, reason: Reason) -> None:
    scene = play(signed(), alice=(5, 30_000 * 15 + 1_000 - short))
    assert scene.receipt.reason is reason


def test_a_whole_balance_can_go() -> None:
    data = signed(value=RICH - 21_000 * 15, gas_limit=21_000, max_priority_fee=5)
    assert play(data).state[ALICE.address] == Account(6, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"max_fee": 2**256 // 2**15, "gas_limit": 2**15},
        {"max_fee": 2**256 // 2**15 + 1, "gas_limit": 2**15},
        {"value": 2**256 - 15 * 30_000},
        {"value": 2**256 - 1},
        {"max_fee": 2**256 - 1, "value": 2**256 - 1},
    ],
)
def test_a_sum_beyond_256_bits_is_not_affordable(changed: dict[str, int]) -> None:
    assert play(signed(**changed)).receipt.reason is Reason.INSUFFICIENT_BALANCE
    assert play(signed(**changed), alice=(5, 2**256 - 1)).receipt.reason is Reason.INSUFFICIENT_BALANCE


def test_all_the_money_there_can_be() -> None:
    scene = play(signed(value=2**255), alice=(5, 2**256 - 1))
    assert scene.state[BOB.address].balance == 2**255


@pytest.mark.parametrize(
    ("changed", "gas"),
    [
        ({"data": bytes(100)}, 21_000 + 400),
        ({"data": bytes(50) + b"\1" * 50}, 21_000 + 1_000),
        ({"access_list": ((NOBODY, ()),)}, 21_000 + 2_400),
        ({"access_list": ((NOBODY, (bytes(32), bytes(32))), (NOBODY, ()))}, 21_000 + 2 * 2_400 + 2 * 1_900),
    ],
)
def test_data_and_access_list_cost_their_intrinsic_gas(changed: dict[str, Any], gas: int) -> None:
    assert play(signed(**changed)).receipt.gas_used == gas
    assert play(signed(gas_limit=gas, **changed)).receipt.outcome is Outcome.EXECUTED
    assert play(signed(gas_limit=gas - 1, **changed)).receipt.reason is Reason.GAS_LIMIT_BELOW_INTRINSIC


@pytest.mark.parametrize("number", range(1, 11))
def test_a_precompile_takes_all_gas_and_no_value(number: int) -> None:
    scene = play(signed(to=number.to_bytes(20, "big")))
    assert (scene.receipt.outcome, scene.receipt.reason) == (Outcome.FAILED, Reason.PRECOMPILE)
    assert scene.accounts() == {ALICE.address: (6, RICH - 30_000 * 12), MINER: (0, 30_000 * 2)}


@pytest.mark.parametrize("to", [bytes(20), (11).to_bytes(20, "big"), b"\1" + bytes(18) + b"\1"])
def test_addresses_beside_the_precompiles_are_plain(to: bytes) -> None:
    assert play(signed(to=to)).state[to].balance == 1_000


def test_a_creation_takes_all_gas_and_no_value() -> None:
    scene = play(signed(to=b"", gas_limit=60_000, data=b"\1"))
    assert (scene.receipt.outcome, scene.receipt.reason) == (Outcome.FAILED, Reason.CREATION)
    assert scene.accounts() == {ALICE.address: (6, RICH - 60_000 * 12), MINER: (0, 60_000 * 2)}


def test_a_creation_that_fails_in_ethereum_does_the_same_there() -> None:
    state = State([(ALICE.address, Account(5, RICH))])
    ethereum = Ethereum(CHAIN, [(ALICE.address, (5, RICH))])
    data = signed(to=b"", gas_limit=60_000, data=b"\xfe")
    assert ethereum.apply(data) == apply(CHAIN, state, 1, HEADER + data).gas_used == 60_000
    assert ethereum.accounts() == {address: (each.nonce, each.balance) for address, each in state}


@pytest.mark.parametrize(("length", "words"), [(0, 0), (1, 1), (32, 1), (33, 2)])
def test_a_creation_pays_for_itself_and_its_words(length: int, words: int) -> None:
    gas = 53_000 + 4 * length + 2 * words
    assert play(signed(to=b"", data=bytes(length), gas_limit=gas)).receipt.reason is Reason.CREATION
    below = play(signed(to=b"", data=bytes(length), gas_limit=gas - 1))
    assert below.receipt.reason is Reason.GAS_LIMIT_BELOW_INTRINSIC


def test_initcode_has_a_longest() -> None:
    for more, reason in ((0, Reason.CREATION), (1, Reason.INITCODE_TOO_LONG)):
        data = signed(to=b"", data=bytes(LONGEST_INITCODE + more), gas_limit=1_000_000)
        assert play(data).receipt.reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"chain_id": 1}, Reason.WRONG_CHAIN),
        ({"chain_id": 1337 + 2**32}, Reason.WRONG_CHAIN),
        ({"chain_id": 1337 + 2**63}, Reason.WRONG_CHAIN),
        ({"nonce": 4}, Reason.WRONG_NONCE),
        ({"nonce": 6}, Reason.WRONG_NONCE),
        ({"nonce": 2**64 - 1}, Reason.NONCE_AT_LIMIT),
        ({"nonce": 2**64}, Reason.MALFORMED),
        ({"max_priority_fee": 16}, Reason.PRIORITY_FEE_ABOVE_MAX_FEE),
        ({"max_priority_fee": 15}, Reason.NONE),
        ({"max_fee": 9}, Reason.MAX_FEE_BELOW_BASE_FEE),
        ({"max_fee": 10}, Reason.NONE),
        ({"max_fee": 2**256, "max_priority_fee": 2**256}, Reason.MALFORMED),
        ({"gas_limit": 1_000_000}, Reason.NONE),
        ({"gas_limit": 1_000_001}, Reason.GAS_LIMIT_ABOVE_CAP),
        ({"gas_limit": 2**64}, Reason.MALFORMED),
    ],
)
def test_what_is_invalid_in_ethereum_is_ignored(changed: dict[str, int], reason: Reason) -> None:
    assert play(signed(**changed)).receipt.reason is reason


def test_the_last_nonce_can_be_used_and_is_the_last() -> None:
    scene = play(signed(nonce=2**64 - 2), alice=(2**64 - 2, RICH))
    assert scene.state[ALICE.address].nonce == 2**64 - 1
    again = play(signed(nonce=2**64 - 1), alice=(2**64 - 1, RICH))
    assert again.receipt.reason is Reason.NONCE_AT_LIMIT


def test_signatures_that_no_wallet_makes() -> None:
    parity, r, s = signature(TRANSFER, ALICE)
    for changed in (
        (1 - parity, r, ORDER - s),
        (parity, 0, s),
        (parity, r, 0),
        (parity, ORDER, s),
        (parity, r, ORDER),
    ):
        assert play(encode(TRANSFER, *changed)).receipt.reason is Reason.INVALID_SIGNATURE
    assert play(encode(TRANSFER, 2, r, s)).receipt.reason is Reason.MALFORMED
    somebody_else = play(encode(TRANSFER, 1 - parity, r, s)).receipt
    assert somebody_else.reason is Reason.WRONG_NONCE
    assert somebody_else.sender != ALICE.address


def test_a_transaction_works_once() -> None:
    twice = execute(
        CHAIN, State([(ALICE.address, Account(5, RICH))]), [OrderedHeight(1, 2 * (HEADER + signed(),))]
    )
    assert [receipt.reason for receipt in twice.receipts] == [Reason.NONE, Reason.WRONG_NONCE]


def test_length_comes_before_everything() -> None:
    data = signed(data=bytes(LONGEST - 120), gas_limit=1_000_000)
    fill = LONGEST - len(data)
    assert 0 < fill < 100
    longest = signed(data=bytes(LONGEST - 120 + fill), gas_limit=1_000_000)
    assert (len(longest), play(longest).receipt.reason) == (LONGEST, Reason.NONE)
    state = State([(ALICE.address, Account(5, RICH))])
    for data in (longest + b"\0", bytes(LONGEST + 1), bytes(1 << 20)):
        assert apply(CHAIN, state, 1, HEADER + data).reason is Reason.TOO_LONG


@pytest.mark.parametrize("header", [b"\0\0", b"\0\1" + bytes(20), b"\0\2", b"\0\x7f"])
def test_the_header_of_an_item_is_skipped(header: bytes) -> None:
    state = State([(ALICE.address, Account(5, RICH))])
    assert apply(CHAIN, state, 1, header + signed()).outcome is Outcome.EXECUTED


@pytest.mark.parametrize("item", [b"", b"\0", b"\0\0", b"\0\1", b"\0\1" + bytes(19), b"\0\1" + bytes(20)])
def test_an_empty_item_is_of_no_type(item: bytes) -> None:
    assert apply(CHAIN, State(), 1, item).reason is Reason.WRONG_TYPE


def test_a_batch_leaves_the_state_before_it_and_counts_items_over_all_heights() -> None:
    before = State([(ALICE.address, Account(5, RICH))])
    items = (HEADER + signed(), HEADER + b"junk"), (), (HEADER + signed(nonce=6),)
    done = execute(CHAIN, before, [OrderedHeight(height, each) for height, each in enumerate(items, 9)])
    assert before == State([(ALICE.address, Account(5, RICH))])
    assert done.state[ALICE.address].nonce == 7
    assert [(each.item, each.reason) for each in done.receipts] == [
        (1, Reason.NONE),
        (2, Reason.WRONG_TYPE),
        (3, Reason.NONE),
    ]
    assert done.receipts_digest == receipts_digest(done.receipts)


def test_batches_can_be_cut_anywhere() -> None:
    before = State([(ALICE.address, Account(5, RICH))])
    items = tuple(HEADER + signed(nonce=5 + number, to=bytes([number]) * 20) for number in range(4))
    whole = execute(CHAIN, before, [OrderedHeight(1, items)]).state
    half = execute(CHAIN, before, [OrderedHeight(1, items[:2])]).state
    assert execute(CHAIN, half, [OrderedHeight(2, items[2:])]).state == whole
