"""Every cell and every constraint of the tables that read items, attacked."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

import numpy as np

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.tables.payment_buses import Verdict
from circuits.tables.skipped import Skipped
from circuits.tables.transaction import Transaction
from circuits.tables.transaction_grammar import Mode
from circuits.tables.verdicts import LENGTH_BITS, Verdicts
from prover.witness.rows import bit_rows
from tests import transaction_samples as samples
from tests.adversarial.campaign import Campaign
from tests.adversarial.needed import RegisteredLie
from tests.adversarial.reviewed import DontCare, Implied
from tests.adversarial.witness import Witness
from tests.payment_items import program, traces_of
from verifier.field import P

R = TypeVar("R", Implied, RegisteredLie)

TABLES = (Transaction, Skipped, Verdicts)

INVERSES = "what has no inverse may be multiplied by anything"
DONT_CARES = (
    DontCare(Transaction, ("left_inverse",), lambda trace: trace.none_left == 1, INVERSES),
    DontCare(Transaction, ("list_inverse",), lambda trace: trace.at_list_end == 1, INVERSES),
    DontCare(Transaction, ("entry_inverse",), lambda trace: trace.at_entry_end == 1, INVERSES),
    DontCare(Verdicts, ("inverse",), lambda trace: trace.spelled[:, 1:].sum(axis=1) == 0, INVERSES),
)

BOUND = (
    "so that a multiplicity is evidently bounded; it follows from what it is compared with on the last row"
)
IMPLIED = (
    Implied(Transaction, "accepted: C = flag()", BOUND),
    Implied(Transaction, "stops: C = flag()", BOUND),
    Implied(
        Transaction,
        "told: C = flag()",
        "so that a multiplicity is evidently bounded; it is a product of flags",
    ),
    Implied(Transaction, "air.boolean(live)", "likewise; two modes at once would be followed by no flags"),
    Implied(
        Transaction,
        "mode: Cells[C] = flags(len(Mode))",
        "a tag less than none would make a row idle whose `start` may not be 0",
        only=(Mode.TAG,),
    ),
    Implied(
        Transaction,
        "unread: C = flag()",
        "1 - unread is a mode of the row behind the version, if there is one",
    ),
)


def two_verdicts(trace: Trace, _: int) -> None:
    assert not trace.distance[-1].any()
    trace.mistyped[-1] = trace.malformed[-1] = 1
    trace.refusal[-1] = Verdict.WRONG_TYPE + Verdict.MALFORMED
    trace.distance[-1] = bit_rows([2 * 131_072], LENGTH_BITS)[0]


def two_forms_of_the_head(trace: Trace, _: int) -> None:
    row = np.flatnonzero(trace.spelled[:, 2])[0]
    trace.spelled[row, 1] = 1
    trace.inverse[row] = 2 * int(trace.inverse[row]) % P


def a_form_of_the_head_taken_back(trace: Trace, _: int) -> None:
    row = np.flatnonzero((trace.transaction == 1) & (trace.spelled.sum(axis=1) == 0))[0]
    trace.spelled[row, 1:] = 1, P - 1


def two_verdicts_in_passing(trace: Trace, _: int) -> None:
    assert not trace.mask[-1].any()
    trace.mistyped[-1] = trace.malformed[-1] = 1
    trace.mask[-1, [3, 5]] = 1
    trace.position[-1] = 8


def another_reason_for_what_is_not_read(trace: Trace, _: int) -> None:
    """Of wrong type and, once less than not, too long."""
    assert trace.unread.any()
    trace.mistyped[trace.unread == 1] = P - 1


def a_transaction_refused(trace: Trace, _: int) -> None:
    trace.accepted = trace.told = trace.header = 0


def an_idle_row_stops(trace: Trace, _: int) -> None:
    """And so its place is passed on, with the sign changed."""
    assert not trace.mode[-2:].any()
    trace.stops[-2] = trace.over[-2] = 1
    trace.reads[-2] = trace.position[-1] = P - 1
    trace.at_list_end[-1] = trace.at_entry_end[-1] = 1
    trace.list_inverse[-1] = trace.entry_inverse[-1] = 0


LIES = (
    RegisteredLie(Verdicts, "air.boolean(live)", two_verdicts),
    RegisteredLie(Verdicts, "air.boolean(long)", two_forms_of_the_head),
    RegisteredLie(Verdicts, "spelled: Cells[C] = flags(3)", a_form_of_the_head_taken_back),
    RegisteredLie(Skipped, "air.boolean(live)", two_verdicts_in_passing),
    RegisteredLie(Transaction, "mistyped: C = flag()", another_reason_for_what_is_not_read),
    RegisteredLie(
        Transaction,
        "air.zero(self.over * (self.accepted - self.closed * self.at_list_end))",
        a_transaction_refused,
    ),
    RegisteredLie(Transaction, "air.zero((1 - live) * unused)", an_idle_row_stops),
)


def of(table: AnyTable, reviewed: Sequence[R]) -> list[R]:
    """What was reviewed of a table."""
    return [each for each in reviewed if each.table is table]


@cache
def campaign() -> Campaign:
    """Transactions of several shapes, and an item for each way to be none."""
    twelve = samples.values(Random(5))
    twelve[samples.DATA] = bytes(range(60)) + bytes(240)
    twelve[samples.ACCESS_LIST] = [[b"\x44" * 20, [b"\x55" * 32, b"\x66" * 32]], [b"\x77" * 20, []]]
    deviations = dict(samples.deviations())
    data = [
        samples.encoded(twelve),
        samples.with_signed_length(40),
        b"\x01" * 100,
        samples.PUBLISHED[1][:50],
        deviations["access list: keys longer than their entry"],
        deviations["list: one byte more"],
        deviations["a byte behind the list"],
        deviations["data: a zero before its length"],
        bytes(131_073),
    ]
    items = [samples.PLAIN + each for each in data]
    items += [b"\0\x01" + bytes(20) + samples.PUBLISHED[0], b"\0\x01abc", b"\0"]
    return Campaign([Witness(program(), traces_of(items), b"")], TABLES)


def test_nothing_floats() -> None:
    assert campaign().floating(DONT_CARES) == []


def test_every_constraint_on_what_is_skipped_is_needed() -> None:
    assert campaign().unneeded(Skipped, of(Skipped, IMPLIED), of(Skipped, LIES)) == []


def test_every_constraint_on_verdicts_is_needed() -> None:
    """With a length of each form."""
    items = [samples.PLAIN + samples.with_signed_length(length) for length in (40, 100, 65_536, 65_600)]
    items += [samples.PLAIN + data for data in (b"\x01", b"\x02", bytes(131_073))]
    witness = Witness(program(), traces_of(items), b"")
    assert (
        Campaign([witness], (Verdicts,)).unneeded(Verdicts, of(Verdicts, IMPLIED), of(Verdicts, LIES)) == []
    )


def test_every_constraint_on_transactions_is_needed() -> None:
    assert campaign().unneeded(Transaction, of(Transaction, IMPLIED), of(Transaction, LIES)) == []
