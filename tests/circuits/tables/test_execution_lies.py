"""Lies about what becomes of transactions: each is found, and where it should be.

What surrounds the tables answers to every lie as it would have to, so a lie is found by the tables' own rules wherever
nothing else could find it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest

from circuits.dsl import Trace
from circuits.tables.execution_buses import Place
from circuits.tables.receipt import Receipt
from circuits.tables.signer import Signer
from circuits.tables.state_buses import LIMB
from circuits.tables.transfer import COST_LIMBS, PLACES, Transfer
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import receipts as executed
from prover.execution.payments.outcome import Reason
from prover.execution.payments.state import Account
from prover.witness.execution import fill_execution
from prover.witness.transfer import fill_carries
from tests.execution import FIRST_HEIGHT, Scene, Traces, judge, scene
from tests.execution_cases import CASES, CHAIN, HEADER, STATE, signed
from tests.execution_claims import ALONE, claim
from verifier.field import P

TABLES = {table.name: table for table in (Receipt, Signer, Transfer)}
RELATION = "air.equal(total, carried * (1 << LIMB))"
Change = Callable[[Trace], None]


def found(told: Scene, traces: Traces, statement: bytes | None = None) -> str:
    """What is said against traces; empty if nothing is."""
    try:
        report = judge(traces, told.statement if statement is None else statement)
    except ValueError as error:
        return str(error)
    return "" if report.ok else str(report)


@cache
def case(name: str) -> Scene:
    """A scene of `CASES`."""
    return CASES[name][1]()


@pytest.mark.parametrize("name", CASES)
def test_no_reason_can_be_claimed_but_the_true_one(name: str) -> None:
    told = case(name)
    for reason in Reason:
        if told.truth[-1].transaction is None and reason not in ALONE:
            continue
        claimed = claim(told, reason)
        assert bool(found(claimed, claimed.traces())) == (reason != told.truth[-1].reason), reason.name


@dataclass(frozen=True)
class Lie:
    """A scene, maybe with claims that are not true, what is changed in the tables, and what finds it."""

    told: Callable[[], Scene]
    caught_by: str
    changes: Mapping[str, Change] = field(default_factory=dict)


def transfer() -> Scene:
    """A transfer of a quarter of a million wei, say."""
    return case("transfer")


def two() -> Scene:
    """Two items at one height, one at the next but one."""
    return scene(CHAIN, STATE, [[signed(), HEADER + b"junk"], [], [signed(nonce=0x10000)]])


def leaving(*balances: int | None, of: str = "transfer", price: int | None = None) -> Callable[[], Scene]:
    """A scene whose accesses leave so much more than they should."""

    def lie() -> Scene:
        told = case(of)
        (receipt,) = told.truth
        accesses = list(receipt.accesses)
        for at, more in enumerate(balances):
            account = accesses[at].after
            changed = Account(account.nonce, account.balance + (more or 0))
            accesses[at] = replace(accesses[at], after=changed)
        return replace(told, receipts=(replace(receipt, accesses=tuple(accesses)),))

    return lie


def nonce_kept() -> Scene:
    """The sender's nonce stays as it was."""
    told = transfer()
    (receipt,) = told.truth
    sender, *others = receipt.accesses
    kept = replace(sender, after=replace(sender.after, nonce=sender.before.nonce))
    return replace(told, receipts=(replace(receipt, accesses=(kept, *others)),))


def at(place: Place, column: str, value: int, index: int | None = None) -> Change:
    """A cell of the first transaction's row at a place has another value."""

    def change(trace: Trace) -> None:
        cells = getattr(trace, column)
        if index is None:
            cells[place] = value
        else:
            cells[place, index] = value
        fill_carries(trace)

    return change


def in_row(column: str, value: int | list[int], row: int = 0) -> Change:
    """A field of a row has another value."""

    def change(trace: Trace) -> None:
        getattr(trace, column)[row] = value

    return change


def price_is_the_maximal_fee(trace: Trace) -> None:
    """The price is said to be the maximal fee, which it is not."""
    most = trace.fee[Place.COST].astype(np.int64)
    base = np.zeros(32, dtype=np.int64)
    base[:8] = trace.base_fee[0]
    trace.capped[:PLACES] = trace.fails[Place.PRICE] = 1
    trace.holds[Place.PRICE] = 0
    trace.fee[Place.PAYMENT], trace.fee[Place.TIP] = most, (most - base) % P
    trace.after[Place.PRICE] = 0
    fill_carries(trace)


def difference_out_of_range(trace: Trace) -> None:
    """The last limb of a difference is negative, so that the comparison holds."""
    row = Place.COST
    trace.after[row, COST_LIMBS - 1] = P - 1


def carry_out_of_range(trace: Trace) -> None:
    """What is left is one more, and a fraction of a carry makes up for it."""
    trace.after[Place.COST, 3] -= 1
    trace.carry[Place.COST, 3] = (int(trace.carry[Place.COST, 3]) + pow(1 << LIMB, -1, P)) % P
    trace.after[Place.COST, 4] = (int(trace.after[Place.COST, 4]) + pow(1 << LIMB, -1, P)) % P


def numbers_exchanged(trace: Trace) -> None:
    """The fee recipient's access comes before the receiver's."""
    trace.number[[Place.TIP, Place.CREDIT]] = trace.number[[Place.CREDIT, Place.TIP]]


def other_pad(trace: Trace) -> None:
    """There is a word less of initcode, and a fraction."""
    trace.pad[0] = 0
    trace.words[0] = int(trace.zero_bytes[0] + trace.other_bytes[0]) * pow(32, -1, P) % P


def borrowed_digit(trace: Trace) -> None:
    """A digit of the base fee is above 255, the next one by one less."""
    assert trace.base_fee[0, 1] > 0
    trace.base_fee[0, 0] += 256
    trace.base_fee[0, 1] -= 1


def gas_beyond_the_field(trace: Trace) -> None:
    """Intrinsic gas is what is left of it modulo P where one byte is none."""
    trace.intrinsic[0] = [int(trace.intrinsic[0, 0]), int(trace.intrinsic[0, 1]), 256]


def heights_fall(trace: Trace) -> None:
    """The first item is five heights further on, and the second one is not."""
    trace.height[0] += 5
    trace.rise[:2] = 5, P - 5


def other(column: str, *place: int | slice, more: int = 1) -> Change:
    """A field has more in these rows and cells."""

    def change(trace: Trace) -> None:
        cells = getattr(trace, column)
        cells[place] = (cells[place].astype(np.int64) + more) % P

    return change


LIES: dict[str, Lie] = {
    "the sender pays a wei less": Lie(leaving(1), RELATION),
    "the receiver gets a wei more": Lie(leaving(None, 1), RELATION),
    "the fee recipient gets a wei more": Lie(leaving(None, None, 1), RELATION),
    "the fee recipient gets nothing": Lie(leaving(None, None, -21_000 * 10**8), RELATION),
    "the fee recipient gets the base fee too": Lie(leaving(None, None, 21_000 * CHAIN.base_fee), RELATION),
    "the receiver gets the value twice": Lie(leaving(None, 10**18 + 1), RELATION),
    "the value moves although a precompile is called": Lie(
        leaving(-(10**18) - 1, of="the first precompile"),
        RELATION,
    ),
    "so it is ordered": Lie(
        leaving(-(10**18) - 1, of="the first precompile"),
        "bus payments.order",
        {"Transfer": at(Place.PAYMENT, "moves", 1)},
    ),
    "the price is the maximal fee": Lie(
        leaving(-21_000 * (10**9 - 7 - 10**8), None, 21_000 * (10**9 - 7 - 10**8)), RELATION
    ),
    "the price is the maximal fee, and is said to be less": Lie(
        leaving(-21_000 * (10**9 - 7 - 10**8), None, 21_000 * (10**9 - 7 - 10**8)),
        RELATION,
        {"Transfer": price_is_the_maximal_fee},
    ),
    "a difference is negative in its last limb": Lie(
        lambda: claim(case("a wei short"), Reason.NONE),
        "Transfer asks whether",
        {"Transfer": difference_out_of_range},
    ),
    "a carry is a fraction": Lie(transfer, "Transfer asks whether", {"Transfer": carry_out_of_range}),
    "a balance wraps around": Lie(
        lambda: claim(case("a wei short"), Reason.NONE), RELATION, {"Transfer": fill_carries}
    ),
    "a balance loses its highest bits": Lie(
        transfer,
        "air.zero(self.changed * self.after[k])",
        {"Transfer": at(Place.CREDIT, "after", 1, COST_LIMBS - 1)},
    ),
    "what has to cover the cost is more than was found": Lie(
        lambda: claim(case("a wei short"), Reason.NONE),
        "air.zero(self.at_payment * (kept - same))",
        {"Transfer": at(Place.COST, "before", 1, 15)},
    ),
    "the nonce is not counted": Lie(nonce_kept, "bus state.access"),
    "the nonce is not counted, and so it is ordered": Lie(
        nonce_kept, "bus payments.order", {"Transfer": at(Place.PAYMENT, "counts", 0)}
    ),
    "the nonce loses its carry": Lie(
        transfer, "bus state.access", {"Transfer": at(Place.PAYMENT, "nonce_carry", 0, 0)}
    ),
    "the nonce found is another": Lie(
        transfer, "bus payments.sender_nonce", {"Transfer": at(Place.PAYMENT, "nonce", 7, 3)}
    ),
    "the accesses come in another order": Lie(
        transfer, "bus payments.order", {"Transfer": numbers_exchanged}
    ),
    "an access is left out": Lie(transfer, "bus payments.order", {"Transfer": at(Place.TIP, "fails", 0)}),
    "a place is left out": Lie(transfer, "bus payments.order", {"Transfer": at(Place.CREDIT, "live", 0)}),
    "the gas used is another": Lie(
        transfer, "bus payments.order", {"Transfer": at(Place.PAYMENT, "factor", 1, 0)}
    ),
    "the gas of the cost is none": Lie(
        transfer, "bus payments.order", {"Transfer": at(Place.COST, "factor", 0, 1)}
    ),
    "the maximal fee is another in a comparison": Lie(
        transfer, "air.zero(at_row * (limb - pair))", {"Transfer": at(Place.COST, "max_fee", 5, 9)}
    ),
    "the value is another": Lie(
        transfer, "bus payments.field_value", {"Transfer": at(Place.BASE_FEE, "fee", 5, 0)}
    ),
    "the receiver is another": Lie(
        transfer, "bus payments.party", {"Transfer": at(Place.CREDIT, "address", 5, 0)}
    ),
    "the fee recipient is another": Lie(
        transfer, "bus state.configuration", {"Receipt": in_row("fee_recipient", [9] * 10)}
    ),
    "the chain id is that of the transaction": Lie(
        lambda: claim(case("another chain"), Reason.NONE),
        "bus state.configuration",
        {"Receipt": other("chain", 0, 0)},
    ),
    "the sender is another": Lie(transfer, "bus secp256k1.recover", {"Signer": in_row("address", [9] * 20)}),
    "the digest signed is another": Lie(
        transfer, "bus keccak.digest", {"Signer": in_row("digest", [9] * 32)}
    ),
    "nobody is asked who signed": Lie(
        transfer, "bus payments.signature_verdict", {"Signer": in_row("asked", 0)}
    ),
    "a signature is valid that nobody looked at": Lie(
        lambda: case("chain 0"),
        "air.zero(self.valid * (1 - self.asked))",
        {"Signer": in_row("valid", 1)},
    ),
    "intrinsic gas is less": Lie(
        transfer, "air.equal( intrinsic[0]", {"Receipt": in_row("intrinsic", [7, 82, 0])}
    ),
    "intrinsic gas has a digit above 255": Lie(
        transfer, "asks whether 256 is a byte", {"Receipt": gas_beyond_the_field}
    ),
    "the base fee has a digit above 255": Lie(transfer, "is a byte", {"Receipt": borrowed_digit}),
    "initcode has a fraction of a word": Lie(
        lambda: case("creation"), "Receipt asks whether", {"Receipt": other_pad}
    ),
    "there is less data": Lie(
        lambda: case("with data"), "bus payments.decoded", {"Receipt": in_row("zero_bytes", 0)}
    ),
    "a creation is a call": Lie(
        lambda: case("creation"), "bus payments.field_value", {"Receipt": in_row("creates", 0)}
    ),
    "the outcome is another": Lie(
        transfer,
        "bus hash.part",
        {"Receipt": in_row("case", [0] * 14 + [1, 0])},
    ),
    "a receipt is left out of the digest": Lie(two, "bus hash.digest", {"Receipt": other("before", 2, 0)}),
    "the digest begins elsewhere": Lie(two, "air.zero(byte)", {"Receipt": in_row("before", [1] * 32)}),
    "accesses begin elsewhere": Lie(
        two, "air.equal(self.access, 1)", {"Receipt": other("access", slice(None))}
    ),
    "an access number is used twice": Lie(
        two,
        "air.equal(below.access, self.access + made)",
        {"Receipt": other("access", slice(1, None), more=-1)},
    ),
    "items begin at 2": Lie(two, "air.equal(self._item(), 1)", {"Receipt": in_row("number", [2, 0, 0])}),
    "a height comes twice, the one between not at all": Lie(
        two,
        "bus ordered.item",
        {"Receipt": other("height", 1)},
    ),
    "heights fall": Lie(two, "Receipt asks whether", {"Receipt": heights_fall}),
    "the last row is another": Lie(two, "air.equal(below.last", {"Receipt": in_row("last", 1, 1)}),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_found_where_they_should_be(name: str) -> None:
    lie = LIES[name]
    told = lie.told()
    traces = told.traces()
    for table, change in lie.changes.items():
        matrix = traces[table]
        assert matrix is not None
        trace = Trace(TABLES[table], len(matrix).bit_length() - 1)
        trace.matrix[:] = matrix
        change(trace)
        traces[table] = trace.matrix
    assert lie.caught_by in found(told, traces)


def test_a_transaction_that_is_settled_twice() -> None:
    told = transfer()
    traces = told.traces()
    settled = traces["Transfer"]
    assert settled is not None
    traces["Transfer"] = np.concatenate([settled, settled])
    assert "bus payments.order" in found(told, traces)


ITEMS = two().truth
FIRST, EMPTY, LAST = two().ordered


@pytest.mark.parametrize(
    ("ordered", "receipts", "caught_by"),
    [
        pytest.param(
            (FIRST, EMPTY, replace(LAST, items=())), ITEMS[:-1], "bus ordered.item", id="last left out"
        ),
        pytest.param(
            (replace(FIRST, items=FIRST.items[1:]), EMPTY, LAST),
            (replace(ITEMS[1], item=1), replace(ITEMS[2], item=2)),
            "bus ordered.item",
            id="first left out",
        ),
        pytest.param(
            (FIRST, EMPTY, OrderedHeight(LAST.height, LAST.items * 2)),
            (*ITEMS, replace(ITEMS[0], item=4)),
            "bus ordered.item",
            id="one that nobody posted",
        ),
        pytest.param(
            (FIRST, EMPTY, LAST),
            (replace(ITEMS[1], item=1), replace(ITEMS[0], item=2), ITEMS[2]),
            "bus payments.decoded",
            id="in another order",
        ),
        pytest.param(
            (replace(FIRST, items=FIRST.items[:1]), replace(EMPTY, items=FIRST.items[1:]), LAST),
            ITEMS,
            "bus ordered.item",
            id="at another height",
        ),
        pytest.param(
            (FIRST, EMPTY, LAST, OrderedHeight(LAST.height + 1, ())),
            ITEMS,
            "bus payments.execution_end",
            id="another height at the end",
        ),
        pytest.param(
            (OrderedHeight(FIRST_HEIGHT - 1, ()), FIRST, EMPTY, LAST),
            ITEMS,
            "bus payments.execution_begin",
            id="another height at the beginning",
        ),
    ],
)
def test_other_items_than_there_are(
    ordered: tuple[OrderedHeight, ...], receipts: tuple[executed.Receipt, ...], caught_by: str
) -> None:
    told = replace(two(), receipts=receipts)
    traces = {**fill_execution(CHAIN, ordered, receipts), **told.around}
    assert caught_by in found(told, traces)


def test_another_digest_in_the_statement() -> None:
    told = two()
    assert "bus payments.execution_end" in found(told, told.traces(), told.statement[:-1] + b"\0")
