"""The whole of `celestia-payments`: no idle row of any table speaks unasked, no cell of the state's tables floats.

`State` has one row, which no cell could change, and `Poseidon2` a permutation's rules: `tests/state` lies about both.
Cells and rules are attacked beside each part as well, in small programs: execution, decoding, hashing, secp256k1.
"""

from functools import cache

import pytest

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.programs.celestia_payments import EXECUTION, celestia_payments
from circuits.programs.state import TABLES as STATE
from circuits.tables.access import Access
from circuits.tables.account import Account
from circuits.tables.hash_buses import HashChunk
from circuits.tables.keccak_buses import KeccakChunk
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.parts import Parts
from circuits.tables.secp256k1_addition import Secp256k1Addition
from circuits.tables.secp256k1_buses import LadderDigits, LadderEnd, Relation
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from circuits.tables.sha256_padding import Sha256Padding
from circuits.tables.share import Share
from circuits.tables.skipped import Skipped
from circuits.tables.state_node import StateNode
from circuits.tables.transaction import Transaction
from circuits.tables.verdicts import Verdicts
from tests.adversarial.campaign import Campaign
from tests.adversarial.reviewed import DontCare, Implied, Unasked
from tests.adversarial.witness import Mask, Witness
from tests.celestia_payments.lying_prover import tell
from tests.celestia_payments.scenes import Scene, circle, junk

LONG = (Secp256k1Signature, Secp256k1Addition, Secp256k1Ladder)
"""Tables of many rows a signature: what a batch of three holds of them is enough."""

OTHERS = (
    *(Transaction, Skipped, Verdicts, Share, Parts, Sha256Padding, KeccakPadding),
    *EXECUTION,
    *(Secp256k1Unit, Secp256k1Comparison, Secp256k1Relation),
    *STATE,
)

EMPTY = "an empty message; somebody must want its digest, and receives one a name"
UNASKED = [
    Unasked(Sha256Padding, HashChunk, EMPTY),
    Unasked(KeccakPadding, KeccakChunk, EMPTY),
    Unasked(
        Secp256k1Unit,
        Relation,
        "a multiple that was there is taken once more; the relation is shown, and what is provided is true",
    ),
    Unasked(Secp256k1Ladder, LadderDigits, "a signature receives one start, and each of its digits once"),
    Unasked(Secp256k1Ladder, LadderEnd, "whose start and digits somebody must receive as well"),
]


def idle(trace: Trace) -> Mask:
    """The rows that are not live."""
    found: Mask = trace.live == 0
    return found


DONT_CARES = [
    DontCare(StateNode, ("level", "index", "before", "after"), idle, "no node"),
    DontCare(
        Account,
        (
            "time",
            "nonce_after",
            "balance_after",
            "inner_before",
            "inner_after",
            "digest_before",
            "digest_after",
        ),
        idle,
        "no account",
    ),
    DontCare(Account, ("inner_before",), lambda trace: trace.old == 0, "there was no leaf to be hashed"),
    DontCare(
        Access,
        ("exists", "earlier", "apart_high", "index", "address", "nonce_before", "balance_before"),
        idle,
        "no access",
    ),
    DontCare(
        Access, ("inverse",), lambda trace: trace.creates == 0, "only shows that a new account has anything"
    ),
]

IMPLIED = [
    Implied(Access, "first: C = flag()", "two rules fix it on every row"),
    Implied(Access, "last: C = flag()", "two rules fix it on every row"),
]


@cache
def witness(scene: Scene) -> Witness:
    """The honest traces of a scene."""
    told = tell(scene)
    return Witness(celestia_payments(), told.traces, told.statement.encode())


@cache
def campaign() -> Campaign:
    """All tables but the long ones, in a circle of payments and with junk between."""
    return Campaign([witness(circle(3)), witness(junk())], OTHERS)


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.name)
def test_nothing_is_said_unasked(table: AnyTable) -> None:
    complaints = campaign().unasked(table, UNASKED)
    assert not complaints, "\n".join(complaints)


@pytest.mark.slow
@pytest.mark.parametrize("table", LONG, ids=lambda table: table.name)
def test_nothing_is_said_unasked_of_a_signature(table: AnyTable) -> None:
    complaints = Campaign([witness(circle(3))], [table]).unasked(table, UNASKED)
    assert not complaints, "\n".join(complaints)


def test_no_cell_of_the_state_floats() -> None:
    found = Campaign(campaign().witnesses, STATE).floating(DONT_CARES)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("table", (StateNode, Account, Access), ids=lambda table: table.name)
def test_every_constraint_on_accounts_is_needed(table: AnyTable) -> None:
    complaints = campaign().unneeded(table, IMPLIED)
    assert not complaints, "\n".join(complaints)
