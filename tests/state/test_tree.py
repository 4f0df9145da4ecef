"""The tree against a naive one: any accesses, in any batches, lead to the state of the accounts that there are."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access
from prover.execution.state.tree import IndexedTree
from tests.state.oracle import Oracle
from tests.state.scenes import CHAIN, Accounts, random_accesses, random_scene, some_address

ORACLE = Oracle()
HEAD = bytes(20)


def accounts_after(accounts: Accounts, accesses: list[Access]) -> Accounts:
    """The head, then accounts in the order in which they came to be."""
    found = {HEAD: NO_ACCOUNT, **dict(accounts)}
    for access in accesses:
        if access.after != NO_ACCOUNT or access.address in found:
            found[access.address] = access.after
    return list(found.items())


def expected(accounts: Accounts) -> str:
    return ORACLE.state(CHAIN, [(address, each.nonce, each.balance) for address, each in accounts]).hex()


@given(st.integers(0, 1 << 32), st.integers(0, 9), st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_any_batch_leads_to_the_state_of_its_accounts(seed: int, accounts: int, accesses: int) -> None:
    made = random_scene(seed, accounts, accesses)
    assert made.before.hex() == expected(accounts_after(made.accounts, []))
    assert made.after.hex() == expected(accounts_after(made.accounts, made.accesses))


def test_the_state_does_not_depend_on_where_batches_end() -> None:
    generator = random.Random(3)
    first: Accounts = [(some_address(generator), Account(0, 5)) for _ in range(5)]
    pool = [*dict(first), *(some_address(generator) for _ in range(8))]
    accesses = random_accesses(generator, dict(first), pool, 40)
    whole, parts = IndexedTree(CHAIN, first), IndexedTree(CHAIN, first)
    whole.apply(accesses)
    for at in range(0, 40, 7):
        parts.apply(accesses[at : at + 7])
    again = IndexedTree(CHAIN, accounts_after(first, accesses))
    assert whole.state_bytes == parts.state_bytes == again.state_bytes
    assert len(whole) == len(again) > len(first) + 1


def test_an_address_that_was_only_looked_at_leaves_nothing() -> None:
    tree = IndexedTree(CHAIN, [(b"\1" * 20, Account(0, 1))])
    before = tree.state_bytes
    tree.apply([Access(b"\2" * 20, NO_ACCOUNT, NO_ACCOUNT), Access(HEAD, NO_ACCOUNT, NO_ACCOUNT)])
    assert (tree.state_bytes, len(tree), tree[b"\2" * 20]) == (before, 2, NO_ACCOUNT)


def test_all_of_a_configuration_is_in_the_state() -> None:
    chains = [
        CHAIN,
        replace(CHAIN, chain_id=CHAIN.chain_id + 1),
        replace(CHAIN, base_fee=CHAIN.base_fee + (1 << 48)),
        replace(CHAIN, fee_recipient=bytes(19) + b"\1"),
        replace(CHAIN, gas_cap=CHAIN.gas_cap + (1 << 16)),
    ]
    assert len({IndexedTree(chain).state_bytes for chain in chains}) == len(chains)


def test_an_access_must_find_what_is_there() -> None:
    tree = IndexedTree(CHAIN, [(b"\1" * 20, Account(0, 1))])
    before = tree.state_bytes
    with pytest.raises(ValueError, match="access 2 finds"):
        tree.apply(
            [Access(b"\1" * 20, Account(0, 1), Account(0, 2)), Access(b"\1" * 20, Account(0, 1), NO_ACCOUNT)]
        )
    assert tree.state_bytes == before
