"""The `payments` program: Ethereum's transfers over a state tree (docs/payments.md, docs/state.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from circuits.programs.celestia_payments import celestia_payments
from circuits.tables.byte_pairs import fill_byte_pairs
from circuits.tables.hash_buses import HashByte, HashPart
from circuits.tables.range import fill_ranges
from circuits.tables.stream_sources import ITEM
from prover.adapter.celestia.opening import Opening
from prover.adapter.celestia.ordering import ordered_items
from prover.errors import InputError
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import snapshot
from prover.execution.payments.executor import execute
from prover.execution.payments.genesis import read_genesis
from prover.execution.payments.outcome import Reason
from prover.execution.payments.receipts import Receipt
from prover.execution.state.batch import Batch
from prover.execution.state.tree import IndexedTree
from prover.programs.base import Executed, Matrix, RollupProgram, fill_layer, settle
from prover.request import Request
from prover.witness.execution import fill_execution
from prover.witness.hashing import fill_hashing, sent
from prover.witness.secp256k1 import fill_secp256k1
from prover.witness.secp256k1_recovery import Recovery, recover
from prover.witness.secp256k1_recovery import Request as Signature
from prover.witness.state import fill_state_tables
from prover.witness.transaction import fill_items, read_items
from verifier.registry import CELESTIA_PAYMENTS


@dataclass(frozen=True)
class Paid:
    """What a batch of payments did: every item's receipt, in order, and every change of the state."""

    ordered: tuple[OrderedHeight, ...]
    receipts: tuple[Receipt, ...]
    batch: Batch


def execute_payments(opening: Opening, request: Request) -> Executed:
    """Execute what was opened upon the accounts of the request.

    Raises `InputError` for a genesis or snapshot that is none, and where the request's state or chain id is not that of
    its accounts.
    """
    genesis = read_genesis(request.genesis)
    chain = genesis.chain
    accounts = snapshot.decode(request.snapshot) if request.snapshot else genesis.state
    tree = IndexedTree(chain, accounts)
    before = tree.state_bytes
    if request.state_before not in (b"", before):
        raise InputError(
            "STATE_MISMATCH",
            f"The accounts given have the state {before.hex()}, not {request.state_before.hex()}.",
            "Give the snapshot that was written with the last proof.",
        )
    if request.chain_id not in (0, chain.chain_id):
        raise InputError(
            "CHAIN_ID_MISMATCH",
            f"The genesis file is of chain {chain.chain_id}, not {request.chain_id}.",
            "Leave the chain id out, or give the genesis file of that chain.",
        )
    ordered = ordered_items(opening)
    executed = execute(chain, accounts, ordered)
    batch = tree.apply([access for receipt in executed.receipts for access in receipt.accesses])
    statement = settle(
        CELESTIA_PAYMENTS,
        celestia_payments(),
        opening,
        chain.chain_id,
        (before, tree.state_bytes),
        executed.receipts_digest,
    )
    paid = Paid(ordered, executed.receipts, batch)
    return Executed(opening, statement, partial(fill_tables, opening, paid), snapshot.encode(executed.state))


def fill_tables(opening: Opening, paid: Paid) -> dict[str, Matrix]:
    """Every table's trace."""
    return fill_answering(fill_speaking(opening, paid), paid.batch)


def fill_speaking(opening: Opening, paid: Paid) -> dict[str, Matrix]:
    """The traces of the tables that say something of the batch."""
    compiled, layer = celestia_payments(), fill_layer(opening)
    parts, single_bytes = (sent(compiled, layer, bus) for bus in (HashPart, HashByte))
    items = parts[parts[:, 0] == ITEM]
    read = read_items(items, single_bytes[single_bytes[:, 0] == ITEM])
    return {
        **layer,
        **fill_items(items, read),
        **fill_execution(paid.batch.chain, paid.ordered, paid.receipts),
        **fill_secp256k1(compiled, recoveries(paid.receipts)),
    }


def fill_answering(traces: dict[str, Matrix], batch: Batch) -> dict[str, Matrix]:
    """`traces` with those of the tables added that answer them: hashes, the state, pairs of bytes, ranges."""
    compiled = celestia_payments()
    traces = fill_hashing(compiled, traces)
    traces |= fill_state_tables(compiled, traces, batch)
    complete = fill_byte_pairs(compiled, fill_ranges(compiled, traces))
    return {name: trace for name, trace in complete.items() if trace is not None}


def recoveries(receipts: Sequence[Receipt]) -> list[Recovery]:
    """The signatures that were looked at."""
    asked = []
    for receipt in receipts:
        transaction = receipt.transaction
        if transaction is None or (receipt.sender is None and receipt.reason != Reason.INVALID_SIGNATURE):
            continue
        signed = int.from_bytes(transaction.signing_hash, "big")
        asked.append(Signature(receipt.item, signed, transaction.parity, transaction.r, transaction.s))
    return recover(asked)


PAYMENTS = RollupProgram(CELESTIA_PAYMENTS, celestia_payments, execute_payments)
