"""Fills `circuits.tables.transfer`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.gadgets.modular import CARRY_OFFSET
from circuits.tables.execution_buses import FEE_BYTES, GAS_BYTES, Place
from circuits.tables.payment_buses import REGISTER
from circuits.tables.receipt import Case
from circuits.tables.state_buses import ADDRESS, BALANCE, LIMB, NONCE
from circuits.tables.transfer import CARRIES, COMPARED, COST_LIMBS, GAINED, PLACES, SPENT, Transfer
from prover.execution.payments.chain import Chain
from prover.execution.payments.receipts import Receipt
from prover.execution.payments.transaction import Transaction
from prover.execution.state.batch import Access
from prover.witness.receipt import accesses_of, case_of
from prover.witness.rows import zeroed
from verifier.field import P

Integers = NDArray[np.int64]
MASK = (1 << LIMB) - 1


def fill_transfer(chain: Chain, receipts: Sequence[Receipt]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns): eight rows a transaction."""
    count = sum(receipt.transaction is not None for receipt in receipts)
    trace = zeroed(Transfer, PLACES * count)
    row, access = 0, 1
    for receipt in receipts:
        if receipt.transaction is not None:
            _Block(trace, row, access).fill(chain, receipt, receipt.transaction)
            row += PLACES
        access += accesses_of(case_of(receipt))
    fill_carries(trace)
    return trace.matrix


class _Block:
    """The rows of a transaction, from `start` on; its first access is number `access`."""

    def __init__(self, trace: Trace, start: int, access: int) -> None:
        self.trace, self.start, self.access = trace, start, access

    def fill(self, chain: Chain, receipt: Receipt, transaction: Transaction) -> None:
        trace, rows, case = self.trace, slice(self.start, self.start + PLACES), case_of(receipt)
        priority, most, base = transaction.max_priority_fee, transaction.max_fee, chain.base_fee
        trace.live[rows] = 1
        trace.capped[rows] = capped = most < priority + base
        trace.item[rows] = receipt.item
        trace.max_fee[rows] = _limbs(most, BALANCE)
        trace.value[rows] = _limbs(transaction.value, BALANCE)
        trace.base_fee[rows] = list(base.to_bytes(FEE_BYTES, "little"))
        self._fees(priority, most, base, transaction.value)
        # Also of accesses that are not made.
        for place, number in (
            (Place.PAYMENT, 0),
            (Place.CREDIT, 1),
            (Place.TIP, 1 + (case == Case.EXECUTED)),
        ):
            trace.number[self.start + place] = self.access + number

        self._compare(Place.PRIORITY_FEE, most - priority, case, Case.PRIORITY_FEE_ABOVE_MAX_FEE)
        trace.factor[self.start + Place.PRIORITY_FEE, 0] = case >= Case.PRIORITY_FEE_ABOVE_MAX_FEE
        self._difference(Place.PRICE, most - priority - base, holds=not capped)
        trace.factor[self.start + Place.PRICE, 0] = 1
        self._compare(Place.BASE_FEE, most - base, case, Case.MAX_FEE_BELOW_BASE_FEE)
        if case > Case.INVALID_SIGNATURE:
            self._changes(receipt, transaction, case)

    def _fees(self, priority: int, most: int, base: int, value: int) -> None:
        """The digits that are multiplied, and which of them were empty fields."""
        trace, start = self.trace, self.start
        digits = {name: _bytes(each) for name, each in (("priority", priority), ("most", most))}
        tip = digits["most"] - _bytes(base) if trace.capped[start] else digits["priority"]
        trace.fee[start + Place.PRIORITY_FEE] = trace.fee[start + Place.PRICE] = digits["priority"]
        trace.fee[start + Place.TIP] = tip % P
        trace.fee[start + Place.PAYMENT] = tip + _bytes(base)
        trace.fee[start + Place.COST] = digits["most"]
        trace.fee[start + Place.BASE_FEE] = _bytes(value)
        for place, each in ((Place.PRIORITY_FEE, priority), (Place.COST, most), (Place.BASE_FEE, value)):
            trace.empty[start + place] = not each

    def _compare(self, place: Place, difference: int, case: Case, failing: Case) -> None:
        if case >= failing:
            self._difference(place, difference, holds=case > failing)

    def _difference(self, place: Place, difference: int, *, holds: bool) -> None:
        row = self.start + place
        self.trace.holds[row], self.trace.fails[row] = holds, not holds
        self.trace.after[row] = _limbs(difference if holds else -difference - 1, COST_LIMBS)

    def _changes(self, receipt: Receipt, transaction: Transaction, case: Case) -> None:
        trace, start = self.trace, self.start
        settled, executed = case >= Case.CREATION, case == Case.EXECUTED
        sender = receipt.accesses[0]
        used = list(receipt.gas_used.to_bytes(GAS_BYTES, "little"))
        self._change(Place.PAYMENT, sender)
        trace.factor[start + Place.PAYMENT] = used
        trace.moves[start + Place.PAYMENT] = executed
        trace.counts[start + Place.PAYMENT] = settled
        nonces = zip(trace.nonce[start + Place.PAYMENT, :-1].tolist(), range(NONCE - 1), strict=True)
        carry = int(settled)
        for limb, at in nonces:
            carry = int(limb + carry > MASK)
            trace.nonce_carry[start + Place.PAYMENT, at] = carry
        trace.before[start + Place.COST] = trace.before[start + Place.PAYMENT]
        if case >= Case.INSUFFICIENT_BALANCE:
            cost = transaction.gas_limit * transaction.max_fee + transaction.value
            self._compare(Place.COST, sender.before.balance - cost, case, Case.INSUFFICIENT_BALANCE)
            limit = [transaction.gas_limit >> 8 * at & 0xFF for at in range(GAS_BYTES)]
            trace.factor[start + Place.COST] = limit
            trace.moves[start + Place.COST] = 1
        if executed:
            self._change(Place.CREDIT, receipt.accesses[1])
            trace.moves[start + Place.CREDIT] = 1
        if settled:
            self._change(Place.TIP, receipt.accesses[-1])
            trace.factor[start + Place.TIP] = used

    def _change(self, place: Place, access: Access) -> None:
        trace, row = self.trace, self.start + place
        trace.holds[row], trace.fails[row] = place == Place.PAYMENT, place != Place.PAYMENT
        trace.address[row] = _limbs(int.from_bytes(access.address, "big"), ADDRESS)
        trace.nonce[row] = _limbs(access.before.nonce, NONCE)
        trace.before[row] = _limbs(access.before.balance, BALANCE)
        trace.after[row] = _limbs(access.after.balance, COST_LIMBS)


def fill_carries(trace: Trace) -> None:
    """The carries of all rows, whatever the numbers are."""
    place = np.arange(len(trace.matrix)) % PLACES
    holds, fails = trace.holds.astype(np.int64), trace.fails.astype(np.int64)
    terms = np.zeros((len(place), COST_LIMBS), dtype=np.int64)
    terms -= (holds - fails)[:, None] * trace.after
    terms[:, 0] += fails * np.isin(place, COMPARED)
    found = np.where(np.isin(place, [*SPENT, *GAINED])[:, None], trace.before, trace.max_fee)
    sign = np.where(np.isin(place, GAINED), -1, 1)
    terms[:, :BALANCE] += ((holds + fails) * sign)[:, None] * found.astype(np.int64)
    terms[:, :BALANCE] -= trace.moves[:, None].astype(np.int64) * trace.value
    base = ((holds + fails) * np.isin(place, [Place.PRICE, Place.BASE_FEE]))[:, None] * trace.base_fee
    terms[:, : FEE_BYTES // 2] -= base[:, ::2] + (base[:, 1::2] << 8)
    fee = trace.fee.astype(np.int64)
    fee = np.where(fee > P // 2, fee - P, fee)
    for at in range(GAS_BYTES):
        digits = np.zeros((len(place), 2 * COST_LIMBS), dtype=np.int64)
        digits[:, at : at + REGISTER] = trace.factor[:, at, None].astype(np.int64) * fee
        terms -= digits[:, ::2] + (digits[:, 1::2] << 8)
    carried = np.zeros(len(place), dtype=np.int64)
    for k in range(CARRIES):
        carried = terms[:, k] + carried >> LIMB
        trace.carry[:, k] = carried + CARRY_OFFSET


def _limbs(value: int, count: int) -> list[int]:
    """The lowest limbs of an integer, the least significant first."""
    return [value >> LIMB * at & MASK for at in range(count)]


def _bytes(value: int) -> Integers:
    """The bytes of an integer, least significant first, shape (32,)."""
    return np.frombuffer(value.to_bytes(REGISTER, "little"), dtype=np.uint8).astype(np.int64)
