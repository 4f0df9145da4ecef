"""What is true passes and is proven; what it costs."""

import random

import pytest

from circuits.dsl import cost, cost_report, unproven_weights
from circuits.dsl.cost import INTERACTION_UNITS
from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access
from tests.state.scenes import (
    Accounts,
    Scene,
    judge,
    program,
    random_scene,
    scene,
    some_address,
    statement,
)
from tests.verifier.proofs import make
from verifier.errors import Rejected

HEAD, LAST = bytes(20), b"\xff" * 20
ONE = Account(0, 1)


def holds(made: Scene) -> None:
    report = judge(made.traces(), made.statement)
    assert report.ok, str(report)


@pytest.mark.parametrize("seed", range(12))
def test_any_accesses_hold(seed: int) -> None:
    generator = random.Random(seed)
    holds(random_scene(seed, generator.randrange(30), generator.randrange(60)))


@pytest.mark.parametrize("addresses", [1, 2, 5])
def test_many_accesses_to_few_addresses_hold(addresses: int) -> None:
    holds(random_scene(addresses, 6, 64, addresses))


@pytest.mark.parametrize(
    "accesses",
    [
        pytest.param([], id="none"),
        pytest.param([Access(HEAD, NO_ACCOUNT, NO_ACCOUNT)], id="the head is looked at"),
        pytest.param(
            [Access(HEAD, NO_ACCOUNT, ONE), Access(HEAD, ONE, Account(0, 2))], id="the head is paid"
        ),
        pytest.param([Access(LAST, NO_ACCOUNT, NO_ACCOUNT)], id="the last address is looked at"),
        pytest.param([Access(LAST, NO_ACCOUNT, ONE)], id="the last address comes to be"),
        pytest.param(
            [Access(each, NO_ACCOUNT, ONE) for each in (LAST, b"\1" * 20, b"\2" * 20, bytes(19) + b"\1")],
            id="accounts come to be, none in order",
        ),
        pytest.param(
            [Access(LAST, NO_ACCOUNT, NO_ACCOUNT)] * 3
            + [Access(LAST, NO_ACCOUNT, ONE), Access(LAST, ONE, ONE)],
            id="an address is looked at before and after it comes to be",
        ),
        pytest.param(
            [Access(LAST, NO_ACCOUNT, Account((1 << 64) - 1, (1 << 256) - 1))], id="the largest numbers"
        ),
    ],
)
@pytest.mark.parametrize("accounts", [[], [(b"\1" * 19 + b"\2", ONE)], [(HEAD[:-1] + b"\2", ONE)]], ids=len)
def test_edges_hold(accounts: Accounts, accesses: list[Access]) -> None:
    holds(scene(accounts, accesses))


def test_a_trace_without_idle_rows() -> None:
    """The last row of accounts is one that gets a leaf, and so is the last of the accesses."""
    addresses = [bytes([value] * 20) for value in range(1, 8)]
    made = scene([], [Access(address, NO_ACCOUNT, ONE) for address in [*addresses, LAST]])
    assert len(made.batch.accounts) == 9
    made = scene([], [Access(address, NO_ACCOUNT, ONE) for address in addresses])
    assert len(made.batch.accounts) == 8
    holds(made)


def test_every_multiplicity_is_evident() -> None:
    assert unproven_weights(program()) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_batch_is_proven_and_another_state_is_not(seed: int) -> None:
    made = random_scene(seed, 12, 30)
    make(made.toy()).check()
    for before, after in ((made.after, made.after), (made.before, made.before)):
        with pytest.raises(Rejected):
            make(made.toy(), statement=statement(before, after)).check()


def test_cost_of_an_account() -> None:
    """256 payments among 4,096 accounts, of which one in eight is to a new one: what a touched address costs."""
    generator = random.Random(7)
    accounts: Accounts = [(some_address(generator), Account(0, 10**19)) for _ in range(4096)]
    held, accesses = dict(accounts), []
    recipient = accounts[0][0]
    for _ in range(256):
        payer = generator.choice(accounts)[0]
        payee = some_address(generator) if generator.randrange(8) == 0 else generator.choice(accounts)[0]
        for address, nonce, wei in ((payer, 1, -(10**15)), (payee, 0, 10**14), (recipient, 0, 10**13)):
            before = held.get(address, NO_ACCOUNT)
            after = Account(before.nonce + nonce, before.balance + wei)
            accesses.append(Access(address, before, after))
            held[address] = after
    made = scene(accounts, accesses)
    traces = made.traces()
    assert judge(traces, made.statement).ok
    touched = len({access.address for access in accesses})
    rows = {
        "StateNode": sum(len(nodes.index) for nodes in made.batch.nodes),
        "Account": len(made.batch.accounts),
        "Access": len(accesses),
        "Poseidon2": int((traces["Poseidon2"][:, -1] > 0).sum()),  # type: ignore[index]
    }
    costs = {each.table: each for each in cost(program()) if each.table in rows}
    cells = sum(costs[name].columns * count for name, count in rows.items())
    interactions = sum(costs[name].interactions * count for name, count in rows.items())
    units = cells + INTERACTION_UNITS * interactions
    print(cost_report(tuple(costs.values())))
    print(f"{touched} addresses touched by 256 payments; rows: {rows}")
    print(f"an address: {cells / touched:,.0f} cells, {interactions / touched:,.1f} interactions")
    print(f"a payment: {units / 256:,.0f} units")
    assert units / 256 <= 12_000
