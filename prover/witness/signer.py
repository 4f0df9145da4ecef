"""Fills `circuits.tables.signer`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.gadgets.modular import LIMBS
from circuits.tables.receipt import Case
from circuits.tables.secp256k1_buses import ADDRESS
from circuits.tables.signer import Signer
from prover.execution.payments.receipts import Receipt
from prover.witness.receipt import case_of
from prover.witness.rows import byte_rows, zeroed


def fill_signer(receipts: Sequence[Receipt]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns): a row a transaction."""
    found = [(each, each.transaction) for each in receipts if each.transaction is not None]
    trace = zeroed(Signer, len(found))
    rows = slice(len(found))
    trace.live[rows] = 1
    trace.asked[rows] = [case_of(receipt) >= Case.INVALID_SIGNATURE for receipt, _ in found]
    trace.valid[rows] = [case_of(receipt) > Case.INVALID_SIGNATURE for receipt, _ in found]
    trace.item[rows] = [receipt.item for receipt, _ in found]
    trace.parity[rows] = [each.parity for _, each in found]
    for at, name in enumerate(("parity", "r", "s")):
        trace.empty[rows, at] = [not getattr(each, name) for _, each in found]
    trace.digest[rows] = byte_rows([each.signing_hash for _, each in found], LIMBS)
    trace.r[rows] = byte_rows([each.r.to_bytes(LIMBS, "big") for _, each in found], LIMBS)
    trace.s[rows] = byte_rows([each.s.to_bytes(LIMBS, "big") for _, each in found], LIMBS)
    trace.address[rows] = byte_rows([receipt.sender or b"" for receipt, _ in found], ADDRESS)
    return trace.matrix
