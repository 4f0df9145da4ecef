"""Fills `circuits.tables.receipt`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables.payment_buses import Field
from circuits.tables.receipt import (
    INTRINSIC_BYTES,
    MOST_WORDS,
    PAD_BITS,
    PRECOMPILES,
    REASON,
    SHORT,
    TO,
    WORD,
    Case,
    Receipt,
)
from circuits.tables.state_buses import ADDRESS, CHAIN_ID, GAS_CAP, LIMB
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import receipts as executed
from prover.execution.payments.chain import Chain
from prover.execution.payments.gas import intrinsic_gas
from prover.execution.payments.receipts import NO_RECEIPTS, extend
from prover.execution.payments.transaction import Transaction
from prover.execution.state.leaf import limbs
from prover.witness.rows import bit_rows, byte_rows, zeroed
from verifier.field import P

_LOW_GAS = (1 << LIMB * GAS_CAP) - 1


def case_of(receipt: executed.Receipt) -> Case:
    """What became of the item, as the table counts it."""
    return Case(REASON.index(receipt.reason))


def accesses_of(case: Case) -> int:
    """How many accounts are looked at."""
    return (case > Case.INVALID_SIGNATURE) + (case >= Case.CREATION) + (case == Case.EXECUTED)


def fill_receipt(
    chain: Chain, ordered: Sequence[OrderedHeight], receipts: Sequence[executed.Receipt]
) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns): a row an item of `ordered`, at least one height, then one more."""
    count = len(receipts)
    trace = zeroed(Receipt, count + 1)
    cases = [case_of(receipt) for receipt in receipts]
    trace.case[np.arange(count), cases] = 1
    trace.first[0] = trace.last[count] = 1
    numbers = [number.to_bytes(3, "little") for number in range(1, count + 2)]
    trace.number[: count + 1] = byte_rows(numbers, 3)
    heights = [each.height for each in ordered for _ in each.items] + [ordered[-1].height]
    trace.height[: count + 1] = heights
    trace.rise[: count + 1] = np.diff(heights, prepend=ordered[0].height)
    made = np.cumsum([1, *map(accesses_of, cases)])
    trace.access[: count + 1], trace.access[count + 1 :] = made, made[-1]
    digest = NO_RECEIPTS
    for row, receipt in enumerate(receipts):
        trace.before[row] = list(digest)
        digest = extend(digest, receipt)
        if receipt.transaction is not None:
            _fill_transaction(trace, row, chain, receipt, receipt.transaction)
    trace.before[count] = list(digest)
    return trace.matrix


def _fill_transaction(
    trace: Trace, row: int, chain: Chain, receipt: executed.Receipt, transaction: Transaction
) -> None:
    data = transaction.data
    zeros, words = data.count(0), -(-len(data) // WORD)
    trace.zero_bytes[row], trace.other_bytes[row] = zeros, len(data) - zeros
    trace.addresses[row] = len(transaction.access_list)
    trace.storage_keys[row] = sum(len(access.keys) for access in transaction.access_list)
    trace.words[row] = words
    trace.pad[row] = bit_rows([words * WORD - len(data)], PAD_BITS)[0]
    for name in ("chain_id", "nonce", "gas_limit"):
        getattr(trace, name)[row] = list(getattr(transaction, name).to_bytes(SHORT, "big"))
    trace.to[row] = list(transaction.to.rjust(TO, b"\0"))
    told = (Field.CHAIN_ID, Field.NONCE, Field.GAS_LIMIT)
    trace.empty[row] = [not getattr(transaction, field.name.lower()) for field in told]
    trace.creates[row] = transaction.creates
    trace.chain[row] = limbs([chain.chain_id], CHAIN_ID)
    trace.base_fee[row] = list(chain.base_fee.to_bytes(SHORT, "little"))
    trace.fee_recipient[row] = limbs([int.from_bytes(chain.fee_recipient, "big")], ADDRESS)
    trace.gas_cap[row] = limbs([chain.gas_cap], GAS_CAP)
    found = receipt.accesses[0].before.nonce if receipt.accesses else 0
    trace.found_nonce[row] = _limbs(found, trace.found_nonce.shape[1])
    _fill_gas(trace, row, chain, case_of(receipt), transaction)
    _fill_differences(trace, row, chain, case_of(receipt), transaction, found)


def _fill_gas(trace: Trace, row: int, chain: Chain, case: Case, transaction: Transaction) -> None:
    limit, intrinsic = transaction.gas_limit, intrinsic_gas(transaction)
    trace.intrinsic[row] = list(intrinsic.to_bytes(INTRINSIC_BYTES, "little"))
    trace.far[row] = case == Case.GAS_LIMIT_ABOVE_CAP and limit > _LOW_GAS
    low = limit & _LOW_GAS
    if case >= Case.GAS_LIMIT_ABOVE_CAP and not trace.far[row]:
        fails = case == Case.GAS_LIMIT_ABOVE_CAP
        trace.below_cap[row], trace.cap_borrow[row] = _compared(chain.gas_cap, low, fails)
    if case >= Case.GAS_LIMIT_BELOW_INTRINSIC:
        fails = case == Case.GAS_LIMIT_BELOW_INTRINSIC
        trace.above_intrinsic[row], trace.intrinsic_borrow[row] = _compared(low, intrinsic, fails)


def _compared(one: int, two: int, fails: bool) -> tuple[list[int], bool]:
    """The limbs of the difference, or of one less than it the other way round, and the borrow."""
    if fails:
        one, two = two, one
    mask = (1 << LIMB) - 1
    low = (one & mask) - (two & mask) - fails
    return _limbs(one - two - fails, GAS_CAP), low < 0


def _fill_differences(
    trace: Trace, row: int, chain: Chain, case: Case, transaction: Transaction, found: int
) -> None:
    """What shows that numbers differ, and by how much."""
    missing = 255 * SHORT - sum(trace.nonce[row].tolist())
    trace.below_limit[row] = _inverse(missing) if case > Case.NONCE_AT_LIMIT else 0
    high, last, words = sum(transaction.to[:-1]), int(trace.to[row, -1]), int(trace.words[row])
    differs, margin = [0, 0, 0, 0], 0
    if case == Case.WRONG_CHAIN:
        differs = _multipliers(transaction.chain_id, chain.chain_id)
    elif case == Case.GAS_LIMIT_ABOVE_CAP and trace.far[row]:
        differs[0] = _inverse(sum(trace.gas_limit[row, :4].tolist()))
    elif case == Case.WRONG_NONCE:
        differs = _multipliers(transaction.nonce, found)
    elif case == Case.PRECOMPILE:
        differs[0], margin = _inverse(last), PRECOMPILES - last
    elif case == Case.EXECUTED and high:
        differs[0] = _inverse(high)
    elif case == Case.EXECUTED:
        trace.low[row], trace.null[row] = 1, last == 0
        margin = last - PRECOMPILES - 1 + 256 * (last == 0)
    if case == Case.INITCODE_TOO_LONG:
        margin = words - MOST_WORDS - 1
    elif case > Case.INITCODE_TOO_LONG and transaction.creates:
        margin = MOST_WORDS - words
    trace.differs[row], trace.margin[row] = differs, margin % (1 << LIMB)


def _multipliers(one: int, two: int) -> list[int]:
    """Times the differences of the limbs, they sum up to 1: the inverse of the first one that is not zero."""
    found = [0, 0, 0, 0]
    for at, (left, right) in enumerate(zip(_limbs(one, 4), _limbs(two, 4), strict=True)):
        if left != right:
            found[at] = _inverse(left - right)
            break
    return found


def _inverse(value: int) -> int:
    return pow(value, -1, P) if value % P else 0


def _limbs(value: int, count: int) -> list[int]:
    """The lowest limbs of an integer, the least significant first."""
    return [value >> LIMB * at & (1 << LIMB) - 1 for at in range(count)]
