"""What became of every item, and the digest of it that the statement carries (docs/payments.md, Receipts)."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.transaction import Transaction
from prover.execution.state.batch import Access

NO_RECEIPTS = bytes(32)
"""The digest of no receipts."""

RECEIPT_TAG = b"\x03"


@dataclass(frozen=True)
class Receipt:
    """What became of item `item`, counted from 1 over the batch.

    The digest covers the number, the outcome and the reason. What follows explains them: the transaction if
    one could be decoded, its sender if the signature was looked at and is valid, the gas used, and the price
    paid for it in wei (both 0 if ignored). `accesses` are the accounts that the rules looked at, in order: the
    sender's, that of `to` if executed, the fee recipient's if not ignored; the same one may be several of these.
    """

    item: int
    outcome: Outcome
    reason: Reason
    transaction: Transaction | None = None
    sender: bytes | None = None
    gas_used: int = 0
    gas_price: int = 0
    accesses: tuple[Access, ...] = ()


def extend(digest: bytes, receipt: Receipt) -> bytes:
    """The digest with one receipt more."""
    number = receipt.item.to_bytes(4, "big")
    return sha256(RECEIPT_TAG + digest + number + bytes([receipt.outcome, receipt.reason])).digest()


def receipts_digest(receipts: Iterable[Receipt]) -> bytes:
    """The digest of a batch's receipts, in the order of its items."""
    digest = NO_RECEIPTS
    for receipt in receipts:
        digest = extend(digest, receipt)
    return digest
