"""The rules against Ethereum's executable specification: the same accepted, the same gas, the same accounts."""

from collections import Counter
from random import Random

import pytest

from prover.execution.payments.executor import apply
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.receipts import Receipt
from tests.prover.execution.payments.evm import Ethereum, no_contracts
from tests.prover.execution.payments.traffic import Traffic, first_state, some_chain


def compare(seed: int, count: int) -> Counter[tuple[Outcome, Reason]]:
    """Give both the same items of one chain, compare after each, and count what became of them."""
    random = Random(seed)
    chain, state = some_chain(random), first_state(random)
    ethereum = Ethereum(chain, ((address, (each.nonce, each.balance)) for address, each in state))
    traffic = Traffic(random, chain, state)
    met: Counter[tuple[Outcome, Reason]] = Counter()
    with no_contracts():
        for number in range(1, count + 1):
            data = traffic.item()
            gas_used = ethereum.apply(data)
            receipt = apply(chain, state, number, header(random) + data)
            told = f"seed {seed}, item {number}: {receipt.reason.name}, {data.hex()}"
            assert gas_used == used(receipt), told
            accounts = {address: (each.nonce, each.balance) for address, each in state}
            assert ethereum.accounts() == accounts, told
            met[receipt.outcome, receipt.reason] += 1
    return met


def header(random: Random) -> bytes:
    return random.choice([b"\0\0", b"\0\1" + random.randbytes(20), b"\0\x7f"])


def used(receipt: Receipt) -> int | None:
    return None if receipt.outcome is Outcome.IGNORED else receipt.gas_used


def test_ethereum_agrees_on_ten_thousand_items_and_every_reason_occurs() -> None:
    met: Counter[tuple[Outcome, Reason]] = Counter()
    for seed in range(20):
        met += compare(seed, 500)
    assert met.total() == 10_000
    assert {reason for _, reason in met} == set(Reason) - {Reason.TOO_LONG}
    assert met[Outcome.EXECUTED, Reason.NONE] > 3_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_100))
def test_ethereum_agrees_on_many_more(seed: int) -> None:
    compare(seed, 1_000)
