"""Every cell and every constraint of the tables that execute transactions, attacked."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.tables.byte_pairs import fill_byte_pairs
from circuits.tables.execution_buses import Place
from circuits.tables.range import fill_ranges
from circuits.tables.receipt import Case, Receipt
from circuits.tables.signer import Signer
from circuits.tables.transfer import CHANGED, GAINED, PLACES, SPENT, TOLD, Transfer
from tests.adversarial.campaign import Campaign
from tests.adversarial.reviewed import DontCare, Implied
from tests.adversarial.witness import Mask, Witness
from tests.execution import program, scene
from tests.execution_cases import (
    ALICE,
    BASE,
    CHAIN,
    HEADER,
    MINER,
    POOR,
    RICH,
    STATE,
    capped,
    forged,
    initcode,
    signed,
    to,
)


def _reached(trace: Trace, case: Case) -> Mask:
    return np.asarray(trace.case[:, case:].any(axis=1))


def _of_transaction(trace: Trace) -> Mask:
    return _reached(trace, Case.WRONG_CHAIN)


def _place(trace: Trace, places: Iterable[Place]) -> Mask:
    there = np.isin(np.arange(len(trace.matrix)) % PLACES, list(places))
    return np.asarray(there & (trace.live == 1))


def _changing(trace: Trace) -> Mask:
    return np.asarray(_place(trace, CHANGED) & (trace.holds + trace.fails == 1))


RECEIVED = ("chain_id", "nonce", "gas_limit", "to", "empty", "chain", "fee_recipient", "gas_cap")
DONT_CARES = (
    DontCare(
        Receipt,
        ("number", "height", "before"),
        lambda trace: (trace.case.sum(axis=1) + trace.last) == 0,
        "rows behind the last one are idle",
    ),
    DontCare(Receipt, RECEIVED, lambda trace: ~_of_transaction(trace), "only a transaction has fields"),
    DontCare(
        Receipt,
        ("found_nonce",),
        lambda trace: ~_reached(trace, Case.WRONG_NONCE),
        "an account is looked at if the signature is valid",
    ),
    DontCare(
        Receipt,
        ("differs",),
        lambda trace: trace.case[:, 0] >= 0,
        "any multipliers that make the sum 1 show that numbers differ; where none have to, all will do",
    ),
    DontCare(
        Receipt,
        ("below_limit",),
        lambda trace: ~_reached(trace, Case.PRIORITY_FEE_ABOVE_MAX_FEE),
        "an inverse that nobody asks for",
    ),
    DontCare(
        Signer,
        ("item", "parity", "empty", "digest", "r", "s"),
        lambda trace: trace.live == 0,
        "idle rows",
    ),
    DontCare(Signer, ("address",), lambda trace: trace.asked == 0, "nobody is asked who signed"),
    DontCare(
        Transfer,
        ("holds", "fails", "counts", "number", "factor", "moves", "fee", "before"),
        lambda trace: (trace.live == 0) | _place(trace, (Place.IDLE,)),
        "idle rows",
    ),
    DontCare(
        Transfer,
        ("counts", "number"),
        lambda trace: _place(trace, (Place.PRICE,)),
        "no account changes, and nobody orders anything",
    ),
    DontCare(Transfer, ("empty",), lambda trace: ~_place(trace, TOLD), "no field arrives"),
    DontCare(Transfer, ("fee",), lambda trace: _place(trace, (Place.CREDIT,)), "multiplied by 0"),
    DontCare(
        Transfer,
        ("address", "nonce", "nonce_carry"),
        lambda trace: ~_changing(trace),
        "no account is looked at",
    ),
    DontCare(
        Transfer,
        ("before",),
        lambda trace: ~_place(trace, (*SPENT, *GAINED)) | (trace.holds + trace.fails == 0),
        "no balance is looked at",
    ),
)

BOUND = "so that a multiplicity is evidently bounded"
IMPLIED = (
    Implied(Receipt, "first: C = flag()", f"{BOUND}; the first row has 1, and the others 0"),
    Implied(Receipt, "last: C = flag()", f"{BOUND}; it is the difference of two such"),
    Implied(
        Receipt,
        "air.boolean(self._live())",
        f"{BOUND}; two cases at once would have a row behind them that is the last one twice",
    ),
    Implied(Transfer, "live: C = flag()", f"{BOUND}; at PRICE it is the sum of two such"),
)


@cache
def campaign() -> Campaign:
    """Items of every kind, over several heights."""
    first = [
        HEADER + b"\1",
        HEADER + b"\2\1",
        signed(chain_id=1),
        signed(nonce=2**64 - 1),
        signed(max_priority_fee=2**255),
        signed(max_fee=BASE - 1),
        capped(CHAIN.gas_cap + 1),
        capped(2**40),
        initcode(1536, 1),
    ]
    second = [
        capped(20_000),
        forged(r=0),
        signed(nonce=0x10000),
        signed(POOR, value=1),
        signed(RICH, value=2**256 - 1),
        signed(to=b"", data=b"\1" * 33, gas_limit=60_000),
        signed(to=to(3), nonce=0x10000),
        signed(to=to(0), nonce=0x10001),
        signed(to=to(11), nonce=0x10002),
    ]
    third = [
        signed(nonce=0x10003, data=b"\0\1", gas_limit=30_000, access_list=((MINER, (bytes(32),)),)),
        signed(nonce=0x10004, to=MINER, max_priority_fee=2 * 10**9),
        signed(nonce=0x10005, to=ALICE.address),
        signed(RICH),
    ]
    told = scene(CHAIN, STATE, [first, [], second, third, []])
    traces = fill_byte_pairs(program(), fill_ranges(program(), told.traces()))
    return Campaign([Witness(program(), traces, told.statement)], [Receipt, Signer, Transfer])


def test_nothing_floats() -> None:
    assert campaign().floating(DONT_CARES) == []


def test_every_constraint_on_receipts_is_needed() -> None:
    assert campaign().unneeded(Receipt, IMPLIED) == []


def test_every_constraint_on_signers_is_needed() -> None:
    assert campaign().unneeded(Signer, IMPLIED) == []


def test_every_constraint_on_transfers_is_needed() -> None:
    assert campaign().unneeded(Transfer, IMPLIED) == []


@pytest.mark.parametrize("table", [Receipt, Signer, Transfer])
def test_nothing_is_said_unasked(table: AnyTable) -> None:
    assert campaign().unasked(table) == []
