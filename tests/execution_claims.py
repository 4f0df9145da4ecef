"""Receipts that claim another reason than the true one, with everything else as that reason would have it."""

from dataclasses import replace

from prover.execution.payments.chain import Chain
from prover.execution.payments.gas import intrinsic_gas
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.receipts import Receipt
from prover.execution.payments.signature import recover_address
from prover.execution.payments.state import Account, State
from prover.execution.payments.transaction import Transaction
from prover.execution.state.batch import Access
from tests.execution import Scene

READ = (Reason.WRONG_NONCE, Reason.INSUFFICIENT_BALANCE)
FAILED = (Reason.CREATION, Reason.PRECOMPILE)
ALONE = tuple(reason for reason in Reason if 0 < reason <= Reason.MALFORMED)


def claim(told: Scene, reason: Reason) -> Scene:
    """A scene whose last item is claimed to have this reason."""
    *before, last = told.truth
    state = State(
        (address, Account(*each)) for address, each in replace(told, truth=tuple(before)).ledger().items()
    )
    claimed = claimed_receipt(told.chain, state, last, reason)
    return replace(told, receipts=(*before, claimed))


def claimed_receipt(chain: Chain, state: State, truth: Receipt, reason: Reason) -> Receipt:
    """A receipt that makes the best of a reason, where balances and gas are reduced to what has room for them."""
    transaction = truth.transaction
    outcome = Outcome.EXECUTED if reason == Reason.NONE else Outcome.IGNORED
    outcome = Outcome.FAILED if reason in FAILED else outcome
    if transaction is None or reason in ALONE:
        return Receipt(truth.item, outcome, reason)
    told = Receipt(truth.item, outcome, reason, transaction)
    if outcome == Outcome.IGNORED and reason not in READ:
        return told
    # Who signed is not the prover's choice; of an invalid signature the answer is a zero address.
    signature = transaction.parity, transaction.r, transaction.s
    sender = recover_address(transaction.signing_hash, *signature) or bytes(20)
    if reason in READ:
        return replace(told, sender=sender, accesses=(Access(sender, state[sender], state[sender]),))
    return _settled(chain, state.copy(), transaction, replace(told, sender=sender), sender)


def _settled(chain: Chain, state: State, transaction: Transaction, told: Receipt, sender: bytes) -> Receipt:
    executed = told.outcome == Outcome.EXECUTED
    gas = (intrinsic_gas(transaction) if executed else transaction.gas_limit) % 2**32
    price = min(transaction.max_fee, transaction.max_priority_fee + chain.base_fee)
    moved = transaction.value if executed else 0
    parties = [(sender, 1, -gas * price - moved)]
    parties += [(transaction.to.rjust(20, b"\0"), 0, moved)] if executed else []
    parties += [(chain.fee_recipient, 0, gas * (price - chain.base_fee))]
    accesses = []
    for address, nonces, wei in parties:
        found = state[address]
        after = Account((found.nonce + nonces) % 2**64, (found.balance + wei) % 2**256)
        accesses.append(Access(address, found, after))
        if after != Account():
            state.write(address, after)
    return replace(told, gas_used=gas, gas_price=price, accesses=tuple(accesses))
