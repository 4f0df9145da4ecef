"""How the tables that execute transactions share the work (docs/decisions/0012-execution-in-three-tables.md).

`Receipt` decides what becomes of an item, `Signer` says who signed it, `Transfer` does the arithmetic in wei.
"""

from collections.abc import Sequence
from enum import IntEnum

from circuits.dsl import Bus, C, Cells, cells
from circuits.tables.hash_buses import DIGEST
from circuits.tables.state_buses import ADDRESS, NONCE

FEE_BYTES = 8
"""Bytes of the base fee."""

GAS_BYTES = 4
"""Bytes of an amount of gas that is paid for."""


class Place(IntEnum):
    """The rows of `Transfer` that belong to one transaction, in their order."""

    PRIORITY_FEE = 0
    """Its maximum is not above that of the whole fee."""
    PRICE = 1
    """Which of the two maxima settles the price."""
    TIP = 2
    """The fee recipient's balance grows."""
    PAYMENT = 3
    """The sender's balance falls."""
    COST = 4
    """The balance covers what could be charged at most."""
    BASE_FEE = 5
    """The maximal fee is not below the base fee."""
    CREDIT = 6
    """The receiver's balance grows."""
    IDLE = 7


class ExecutionBegin(Bus[C]):
    """The statement's first height, from the verifier."""

    name = "payments.execution_begin"
    height: C


class ExecutionEnd(Bus[C]):
    """The statement's last height and receipts digest, to the verifier."""

    name = "payments.execution_end"
    height: C
    receipts: Cells[C] = cells(DIGEST)


class SignatureVerdict(Bus[C]):
    """Of each transaction once: whether its signature is looked at, and whether it is then found valid."""

    name = "payments.signature_verdict"
    item: C
    asked: C
    valid: C


class Order(Bus[C]):
    """What `Transfer` has to do at a place; of each transaction once for each place but PRICE and IDLE.

    `holds` and `fails` are 0 or 1 and not both 1. At a place that compares, the comparison holds, or it fails, or
    nothing is said of it. At one that changes an account, exactly one of them says that the access is made: `holds` at
    PAYMENT, `fails` at the others. `factor` is multiplied by a fee and consists of bytes, the least significant first;
    `moves` is 1 where the value is added or taken as well, `counts` is added to the nonce, `number` is the access's.
    """

    name = "payments.order"
    item: C
    place: "C | int"
    holds: "C | int"
    fails: "C | int"
    moves: "C | int"
    counts: "C | int"
    number: "C | int"
    factor: "Sequence[C | int]" = cells(GAS_BYTES)
    base_fee: "Sequence[C | int]" = cells(FEE_BYTES)


class Party(Bus[C]):
    """Whose account changes at a place, for every access that is made."""

    name = "payments.party"
    item: C
    place: "C | int"
    address: "Sequence[C]" = cells(ADDRESS)


class SenderNonce(Bus[C]):
    """The nonce found in the sender's account, for every access to it."""

    name = "payments.sender_nonce"
    item: C
    nonce: Cells[C] = cells(NONCE)
