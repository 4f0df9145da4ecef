"""The rules, in the order in which they are checked (docs/payments.md, Outcomes)."""

from collections.abc import Iterable
from dataclasses import dataclass

from prover.execution.ordered import OrderedHeight
from prover.execution.payments.chain import Chain
from prover.execution.payments.gas import LONGEST_INITCODE, intrinsic_gas
from prover.execution.payments.outcome import Ignored, Outcome, Reason
from prover.execution.payments.receipts import Receipt, receipts_digest
from prover.execution.payments.signature import recover_address
from prover.execution.payments.state import LARGEST_NONCE, Account, State
from prover.execution.payments.transaction import Transaction, decode
from prover.execution.state.batch import Access

SIGNED_VERSION = 1
"""The version of an item whose header ends with a signer."""

PRECOMPILES = frozenset(number.to_bytes(20, "big") for number in range(0x01, 0x0B))
"""Addresses that Cancun gives a meaning of their own."""


@dataclass(frozen=True)
class Execution:
    """What a batch made of a state."""

    state: State
    receipts: tuple[Receipt, ...]
    receipts_digest: bytes


def execute(chain: Chain, state: State, ordered: Iterable[OrderedHeight]) -> Execution:
    """Apply the items of every height in order. ``state`` stays as it is."""
    after = state.copy()
    items = (item for height in ordered for item in height.items)
    receipts = tuple(apply(chain, after, number, item) for number, item in enumerate(items, 1))
    return Execution(after, receipts, receipts_digest(receipts))


def apply(chain: Chain, state: State, number: int, item: bytes) -> Receipt:
    """Apply one item to ``state``, whatever its bytes are."""
    transaction = sender = None
    try:
        transaction = decode(data_of(item))
        gas = _check_alone(chain, transaction)
        sender = recover_address(transaction.signing_hash, transaction.parity, transaction.r, transaction.s)
        if sender is None:
            raise Ignored(Reason.INVALID_SIGNATURE)
        _check_against(state[sender], transaction)
    except Ignored as ignored:
        read = () if sender is None else (Access(sender, state[sender], state[sender]),)
        return Receipt(number, Outcome.IGNORED, ignored.reason, transaction, sender, accesses=read)
    failure = _failure(transaction)
    gas_used = transaction.gas_limit if failure else gas
    tip = min(transaction.max_priority_fee, transaction.max_fee - chain.base_fee)
    gas_price = chain.base_fee + tip
    value = 0 if failure else transaction.value
    found = state[sender]
    paid = Account(found.nonce + 1, found.balance - gas_used * gas_price - value)
    state.write(sender, paid)
    accesses = [Access(sender, found, paid)]
    if not failure:
        accesses.append(_credit(state, transaction.to, value))
    accesses.append(_credit(state, chain.fee_recipient, gas_used * tip))
    outcome = Outcome.FAILED if failure else Outcome.EXECUTED
    return Receipt(number, outcome, failure, transaction, sender, gas_used, gas_price, tuple(accesses))


def data_of(item: bytes) -> bytes:
    """What stands behind an item's header: 00, the version and, in version 1, the twenty bytes of a signer."""
    return item[22:] if item[1:2] == bytes([SIGNED_VERSION]) else item[2:]


def _credit(state: State, address: bytes, wei: int) -> Access:
    found = state[address]
    state.credit(address, wei)
    return Access(address, found, state[address])


def _check_alone(chain: Chain, transaction: Transaction) -> int:
    """Check what neither the signature nor the state decides, and return the intrinsic gas."""
    if transaction.chain_id != chain.chain_id:
        raise Ignored(Reason.WRONG_CHAIN)
    if transaction.nonce == LARGEST_NONCE:
        raise Ignored(Reason.NONCE_AT_LIMIT)
    if transaction.max_priority_fee > transaction.max_fee:
        raise Ignored(Reason.PRIORITY_FEE_ABOVE_MAX_FEE)
    if transaction.max_fee < chain.base_fee:
        raise Ignored(Reason.MAX_FEE_BELOW_BASE_FEE)
    if transaction.gas_limit > chain.gas_cap:
        raise Ignored(Reason.GAS_LIMIT_ABOVE_CAP)
    if transaction.creates and len(transaction.data) > LONGEST_INITCODE:
        raise Ignored(Reason.INITCODE_TOO_LONG)
    gas = intrinsic_gas(transaction)
    if transaction.gas_limit < gas:
        raise Ignored(Reason.GAS_LIMIT_BELOW_INTRINSIC)
    return gas


def _check_against(account: Account, transaction: Transaction) -> None:
    if transaction.nonce != account.nonce:
        raise Ignored(Reason.WRONG_NONCE)
    # Over the integers: the sum can exceed 256 bits.
    if account.balance < transaction.gas_limit * transaction.max_fee + transaction.value:
        raise Ignored(Reason.INSUFFICIENT_BALANCE)


def _failure(transaction: Transaction) -> Reason:
    if transaction.creates:
        return Reason.CREATION
    if transaction.to in PRECOMPILES:
        return Reason.PRECOMPILE
    return Reason.NONE
