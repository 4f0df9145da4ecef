"""Fills all tables that execute transactions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.receipt import Receipt
from circuits.tables.signer import Signer
from circuits.tables.transfer import Transfer
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import receipts as executed
from prover.execution.payments.chain import Chain
from prover.witness.receipt import fill_receipt
from prover.witness.signer import fill_signer
from prover.witness.transfer import fill_transfer


def fill_execution(
    chain: Chain, ordered: Sequence[OrderedHeight], receipts: Sequence[executed.Receipt]
) -> dict[str, NDArray[np.uint32]]:
    """The traces (rows, columns) of `Receipt`, `Signer` and `Transfer`, by name; `ordered` has at least one height."""
    return {
        Receipt.name: fill_receipt(chain, ordered, receipts),
        Signer.name: fill_signer(receipts),
        Transfer.name: fill_transfer(chain, receipts),
    }
