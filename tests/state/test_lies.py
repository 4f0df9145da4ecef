"""Lies about the state, told throughout: what the liar can make consistent is, and so what is left catches them.

The liar's tree is rebuilt from what it claims, and the statement holds the state that comes of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from circuits.dsl.compile import AnyTable
from circuits.tables.access import Access as AccessTable
from circuits.tables.account import Account as AccountTable
from circuits.tables.poseidon2 import Poseidon2
from circuits.tables.range import fill_ranges
from circuits.tables.state_buses import DEPTH
from circuits.tables.state_node import StateNode
from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access, AccountChange, Batch, NumberedAccess
from prover.execution.state.tree import IndexedTree
from prover.witness.account import fill_changes
from prover.witness.state import fill_state_tables
from tests.hashing import field
from tests.state.scenes import CHAIN, Rules, Traces, fill_rules, judge, program, scene, statement
from verifier.errors import Rejected
from verifier.field import P


def address(value: int) -> bytes:
    return value.to_bytes(20, "big")


ONE, TWO, THREE = Account(0, 1), Account(1, 2), Account(2, 3)
A, B, C, D = 0x10 << 64, 0x20 << 64, 0x30 << 64, 0x40 << 64
BETWEEN, ABOVE = 0x28 << 64, 0x50 << 64
SCENE = scene(
    [(address(each), ONE) for each in (B, D, A, C)],
    [
        Access(address(B), ONE, TWO),
        Access(address(BETWEEN), NO_ACCOUNT, NO_ACCOUNT),
        Access(address(BETWEEN), NO_ACCOUNT, ONE),
        Access(address(B), TWO, THREE),
        Access(address(ABOVE), NO_ACCOUNT, TWO),
        Access(address(A), ONE, ONE),
        Access(address(BETWEEN + 1), NO_ACCOUNT, NO_ACCOUNT),
    ],
)
"""Leaves 0 to 4 are of the head, B, D, A, C; BETWEEN gets leaf 5 and ABOVE leaf 6."""

ROWS = {change.address: row for row, change in enumerate(SCENE.batch.accounts)}


@dataclass
class Told:
    """What the liar says: the rules' accesses, a batch, and the state that it claims to be the new one."""

    batch: Batch
    after: bytes
    rules: list[Access]

    def where(
        self, change: Callable[[Traces], None] = lambda traces: None, before: bytes = SCENE.before
    ) -> set[str]:
        """The tables of which a rule is broken, and the buses that do not balance."""
        traces: Traces = {"Rules": fill_rules(self.rules, self.batch.chain)}
        traces |= fill_state_tables(program(), traces, self.batch)
        change(traces)
        return where(fill_ranges(program(), traces), statement(before, self.after))


def where(traces: Traces, said: bytes) -> set[str]:
    report = judge(traces, said)
    return {failure.table for failure in report.failures} | {entry.bus for entry in report.ledger}


def told(
    *,
    accounts: Sequence[AccountChange] = SCENE.batch.accounts,
    accesses: Sequence[NumberedAccess] = SCENE.batch.accesses,
    rules: list[Access] = SCENE.accesses,
    created: int = 2,
) -> Told:
    """The batch that these changes of accounts make, with all hashes and states that follow from them."""
    tree = IndexedTree(CHAIN, SCENE.accounts)
    before = tree._top()
    leaves = {change.index: change for change in accounts if change.old or change.new}
    nodes = tree._write(list(leaves.values()))
    tree._addresses += [0] * created
    after = tree._top()
    batch = replace(
        SCENE.batch,
        state_after=after[-1],
        count_after=len(tree),
        accesses=tuple(accesses),
        accounts=tuple(accounts),
        nodes=(*nodes, *tree._top_changes(before, after)),
    )
    return Told(batch, tree.state_bytes, rules)


def changed(**changes: dict[str, Any]) -> list[AccountChange]:
    """The scene's changes of accounts with some told otherwise: A={"next": 1} and so on."""
    names = {"head": 0, "A": A, "B": B, "C": C, "D": D, "BETWEEN": BETWEEN, "ABOVE": ABOVE}
    found = list(SCENE.batch.accounts)
    for name, values in changes.items():
        row = ROWS[names[name]]
        found[row] = replace(found[row], **values)
    return found


def accessed(**changes: dict[str, Any]) -> list[NumberedAccess]:
    """The scene's accesses with some told otherwise: _3={"index": 1} is the third."""
    found = list(SCENE.batch.accesses)
    for name, values in changes.items():
        at = int(name[1:]) - 1
        found[at] = replace(found[at], **values)
    return found


def test_the_truth_is_accepted() -> None:
    truth = told()
    assert truth.after == SCENE.after
    assert truth.where() == set()


# About the tree.


def test_a_leaf_that_nobody_touched_is_changed() -> None:
    """C is made rich; its subtree is said to be closed, and all hashes are those of the changed tree."""
    tree = IndexedTree(CHAIN, SCENE.accounts)
    index = tree._index[C]
    rich = AccountChange(C, True, False, index, 0, D, D, ONE, Account(0, 1 << 200))
    lie = told(accounts=[*SCENE.batch.accounts, rich])
    closed = []
    for nodes in lie.batch.nodes:
        opens = nodes.opens.copy()
        if nodes.level == 1:
            opens[nodes.index == index >> 1, index & 1] = False
        closed.append(replace(nodes, opens=opens))
    lie.batch = replace(lie.batch, nodes=tuple(closed), accounts=SCENE.batch.accounts)
    assert lie.where() == {"StateNode"}


def test_a_sibling_is_another_one_afterwards() -> None:
    """An empty subtree at the right is replaced by digests of the liar's choice, up to the new state."""
    lie = told()
    nodes = list(lie.batch.nodes)
    at = next(i for i, each in enumerate(nodes) if each.level == 20)
    stale = nodes[at].children_after.copy()
    stale[0, 1] = 7
    nodes[at] = replace(nodes[at], children_after=stale)
    lie.batch = replace(lie.batch, nodes=tuple(nodes))
    assert lie.where() == {"StateNode", "poseidon2.compress"}


def test_the_tree_is_another_one() -> None:
    """All is true of a state in which A is rich, and the statement says the poorer one."""
    accounts = [(each, Account(0, 9) if each == address(A) else held) for each, held in SCENE.accounts]
    other = scene(accounts, [Access(address(A), Account(0, 9), ONE)])
    assert where(other.traces(), other.statement) == set()
    assert where(other.traces(), statement(SCENE.before, other.after)) == {"state.before"}


def test_the_new_state_is_another_one() -> None:
    assert where(SCENE.traces(), statement(SCENE.before, SCENE.before)) == {"state.after"}


def test_the_chain_is_another_one() -> None:
    assert where(SCENE.traces(), statement(SCENE.before, SCENE.after, chain_id=1)) == {"state.before"}


def test_a_state_has_one_encoding() -> None:
    elements = [int.from_bytes(SCENE.after[at : at + 4], "big") for at in range(0, 32, 4)]
    at = next(i for i, each in enumerate(elements) if each + P < 1 << 32)
    elements[at] += P
    with pytest.raises(Rejected):
        judge(SCENE.traces(), statement(SCENE.before, b"".join(each.to_bytes(4, "big") for each in elements)))


@pytest.mark.parametrize(
    "changes", [{"base_fee": 0}, {"gas_cap": 1 << 31}, {"fee_recipient": address(1)}], ids=repr
)
def test_the_configuration_is_another(changes: dict[str, Any]) -> None:
    """The rules are told of it, and so is the digest."""
    lie = told()
    lie.batch = replace(lie.batch, chain=replace(CHAIN, **changes))
    assert lie.where() == {"state.node"}


def test_the_rules_are_told_of_another_configuration() -> None:
    traces = SCENE.traces()
    field(Rules, traces["Rules"], "base_fee")[0, 0] ^= 1
    assert where(traces, SCENE.statement) == {"state.configuration"}


@pytest.mark.parametrize("level", [DEPTH - 2, DEPTH - 1])
def test_a_leaf_stands_where_its_index_would_be_another_s(level: int) -> None:
    """The empty subtree at the right is left closed, for a leaf that stands in it."""

    def change(traces: Traces) -> None:
        rows = field(StateNode, traces["StateNode"], "level") == level + 1
        field(StateNode, traces["StateNode"], "opens_right")[rows] = 0

    assert told().where(change) == {"state.node"}


def test_a_compression_is_not_the_permutation_s() -> None:
    def change(traces: Traces) -> None:
        field(Poseidon2, traces["Poseidon2"], "digest")[0, 0] ^= 1

    assert told().where(change) == {"Poseidon2", "poseidon2.compress"}


# About leaves and addresses.


def _rows(changes: Sequence[AccountChange]) -> Callable[[Traces], None]:
    """Other rows of accounts, the tree staying as it was told."""

    def change(traces: Traces) -> None:
        traces["Account"] = fill_changes(changes)

    return change


def test_a_leaf_twice() -> None:
    changes = list(SCENE.batch.accounts)
    changes.insert(ROWS[A], changes[ROWS[A]])
    assert told().where(_rows(changes)) == {"state.account", "state.node", "poseidon2.compress"}


def test_an_account_that_is_there_is_said_to_be_absent() -> None:
    """The row of A says that there is no leaf; it stands in the gap of the head, which ends at A."""
    rules = [*SCENE.accesses]
    rules[5] = Access(address(A), NO_ACCOUNT, NO_ACCOUNT)
    accesses = accessed(_6={"exists": False, "index": 0, "before": NO_ACCOUNT, "after": NO_ACCOUNT})
    head = AccountChange(0, True, False, 0, 0, A, A, NO_ACCOUNT, NO_ACCOUNT)
    absent = AccountChange(A, False, False, 0, 6, A, A, NO_ACCOUNT, NO_ACCOUNT)
    changes = [head, absent, *(each for each in SCENE.batch.accounts if each.address != A)]
    assert told(accounts=changes, accesses=accesses, rules=rules).where() == {"Account"}


@pytest.mark.parametrize("end", [A, B], ids=["its gap ends at A", "a gap that reaches over A"])
def test_an_address_gets_a_second_leaf(end: int) -> None:
    """A's leaf is left as it is, and A is created once more."""
    rules = [*SCENE.accesses]
    rules[5] = Access(address(A), NO_ACCOUNT, ONE)
    accesses = accessed(_6={"exists": False, "index": 7, "creates": True, "before": NO_ACCOUNT, "after": ONE})
    accesses[6] = replace(accesses[6], free=8)
    head = AccountChange(0, True, False, 0, 0, end, A, NO_ACCOUNT, NO_ACCOUNT)
    second = AccountChange(A, False, True, 7, 6, end, end, NO_ACCOUNT, ONE)
    changes = [head, second, *(each for each in SCENE.batch.accounts if each.address != A)]
    found = told(accounts=changes, accesses=accesses, rules=rules, created=3).where()
    assert found == ({"Account"} if end == A else {"state.node"})


def test_an_address_gets_two_leaves_in_one_batch() -> None:
    """BETWEEN has two rows; each is created by an access of its own."""
    rules = [*SCENE.accesses]
    rules[1] = Access(address(BETWEEN), NO_ACCOUNT, ONE)
    accesses = accessed(
        _2={"creates": True, "index": 5, "after": ONE},
        _3={"earlier": 0, "index": 6, "free": 6},
        _4={"free": 7},
        _5={"free": 7, "index": 7},
        _6={"free": 8},
        _7={"free": 8},
    )
    again = replace(SCENE.batch.accounts[ROWS[BETWEEN]], time=2, next=BETWEEN)
    changes = changed(BETWEEN={"index": 6}, ABOVE={"index": 7})
    changes.insert(ROWS[BETWEEN], again)
    assert told(accounts=changes, accesses=accesses, rules=rules, created=3).where() == {"Account"}


def test_an_account_is_inserted_between_others() -> None:
    """BETWEEN stands in the gap of A, whose end is said to be C."""
    moved = changed(A={"end": B, "next": BETWEEN}, B={"next": C}, BETWEEN={"end": B, "next": B})
    between = moved.pop(ROWS[BETWEEN])
    absent = moved.pop(ROWS[BETWEEN])
    moved.insert(ROWS[A] + 1, between)
    moved.insert(ROWS[A] + 2, replace(absent, end=B, next=B))
    assert told(accounts=moved).where() == {"Account"}


def test_a_gap_is_wider_than_the_leaf_says() -> None:
    """B is said to have named D as next, so that C may be said to be absent."""
    changes = changed(B={"end": D}, BETWEEN={"end": D, "next": D})
    changes = [replace(each, end=D, next=D) if each.address == BETWEEN + 1 else each for each in changes]
    assert told(accounts=changes).where() == {"state.node"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"B": {"next": C}}, id="the leaf below goes on naming the one above"),
        pytest.param({"BETWEEN": {"next": D}}, id="the new leaf leaves one out"),
        pytest.param({"D": {"next": 1 << 160}}, id="the last leaf goes on being the last"),
        pytest.param({"A": {"next": C}}, id="a leaf without a new one behind it leaves one out"),
    ],
)
def test_a_leaf_names_another_as_next(changes: dict[str, dict[str, Any]]) -> None:
    assert told(accounts=changed(**changes)).where() == {"Account"}


def test_an_account_comes_to_be_and_gets_no_leaf() -> None:
    changes = changed(ABOVE={"new": False, "index": 0}, D={"next": 1 << 160})
    accesses = accessed(_5={"index": 0})
    assert told(accounts=changes, accesses=accesses).where() == {"Access", "state.account"}


def test_an_account_gets_a_leaf_and_nothing_in_it() -> None:
    """The address that is read only; its access says that it creates."""
    changes = [
        replace(each, new=True, index=7, next=C) if each.address == BETWEEN + 1 else each
        for each in changed(BETWEEN={"next": BETWEEN + 1})
    ]
    accesses = accessed(_7={"creates": True, "index": 7})
    assert told(accounts=changes, accesses=accesses, created=3).where() == {"Access"}


def test_a_new_leaf_takes_another_s_place() -> None:
    """BETWEEN gets the leaf of C, the last of those there were: nothing moves up."""
    changes = changed(BETWEEN={"index": 4})
    assert "state.node" in told(accounts=changes, accesses=accessed(_2={"index": 4}, _3={"index": 4})).where()


def test_new_leaves_leave_one_free() -> None:
    changes = changed(BETWEEN={"index": 6}, ABOVE={"index": 7})
    accesses = accessed(_2={"index": 6}, _3={"index": 6}, _5={"index": 7})
    assert told(accounts=changes, accesses=accesses, created=3).where() == {"Access"}


def test_new_leaves_are_not_in_the_order_in_which_accounts_came_to_be() -> None:
    changes = changed(BETWEEN={"index": 6}, ABOVE={"index": 5})
    accesses = accessed(_2={"index": 6}, _3={"index": 6}, _5={"index": 5})
    assert told(accounts=changes, accesses=accesses).where() == {"Access"}


@pytest.mark.parametrize("created", [1, 3])
def test_the_number_of_leaves_is_another(created: int) -> None:
    assert told(created=created).where() == {"Access"}


# About accesses.


def test_a_value_that_nobody_wrote_is_read() -> None:
    rules = [*SCENE.accesses]
    rules[3] = Access(address(B), ONE, THREE)
    assert told(accesses=accessed(_4={"before": ONE}), rules=rules).where() == {"state.account"}


def test_a_write_is_forgotten() -> None:
    """The second access to B finds what the first found."""
    rules = [*SCENE.accesses]
    rules[3] = Access(address(B), ONE, THREE)
    accesses = accessed(_4={"before": ONE, "earlier": 0})
    assert told(accesses=accesses, rules=rules).where() == {"state.account"}


def test_accesses_are_carried_out_in_another_order() -> None:
    """The second access to B comes first, finds 1 and leaves 2; the first finds 2 and leaves 3."""
    rules = [*SCENE.accesses]
    rules[0], rules[3] = Access(address(B), TWO, THREE), Access(address(B), ONE, TWO)
    accesses = accessed(
        _1={"before": TWO, "after": THREE, "earlier": 4}, _4={"before": ONE, "after": TWO, "earlier": 0}
    )
    assert told(accounts=changed(B={"time": 1}), accesses=accesses, rules=rules).where() == {"Access"}


def test_two_accesses_vouch_for_each_other() -> None:
    """Both accesses to B are of an account that has nothing to do with its leaf."""
    rich = Account(0, 1 << 200)
    rules = [*SCENE.accesses]
    rules[0] = rules[3] = Access(address(B), rich, rich)
    accesses = accessed(
        _1={"before": rich, "after": rich, "earlier": 4}, _4={"before": rich, "after": rich, "earlier": 1}
    )
    assert told(accounts=changed(B={"after": ONE, "time": 0}), accesses=accesses, rules=rules).where() == {
        "Access"
    }


def test_an_access_vouches_for_itself() -> None:
    rich = Account(0, 1 << 200)
    rules = [*SCENE.accesses]
    rules[5] = Access(address(A), rich, rich)
    accesses = accessed(_6={"before": rich, "after": rich, "earlier": 6})
    assert told(accounts=changed(A={"time": 0}), accesses=accesses, rules=rules).where() == {"Access"}


def test_an_access_is_left_out() -> None:
    assert told(rules=SCENE.accesses[:-1]).where() == {"state.access"}


def test_an_access_that_the_rules_did_not_make() -> None:
    assert "state.access" in told(rules=[*SCENE.accesses, Access(address(A), ONE, ONE)]).where()


@pytest.mark.parametrize(
    ("table", "name"),
    [(AccessTable, "balance_after"), (AccessTable, "nonce_after"), (AccountTable, "address")],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
@pytest.mark.parametrize("value", [1 << 16, P - 1])
def test_limbs_have_sixteen_bits(table: AnyTable, name: str, value: int) -> None:
    def change(traces: Traces) -> None:
        field(table, traces[table.name], name)[1, 0] = value

    with pytest.raises(ValueError, match="has 16 bits"):
        told().where(change)
