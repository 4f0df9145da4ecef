"""A prover that can be told to lie at any one point of a batch of payments, and goes on honestly from there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace, check
from circuits.programs.celestia_payments import celestia_payments
from circuits.tables.hash_buses import HashByte, HashPart
from circuits.tables.stream_sources import ITEM
from prover.adapter.celestia import read_blocks
from prover.adapter.celestia.opening import Opening, open_namespace
from prover.adapter.celestia.ordering import ordered_items
from prover.execution.ordered import OrderedHeight
from prover.execution.payments.chain import Chain
from prover.execution.payments.executor import execute
from prover.execution.payments.genesis import read_genesis
from prover.execution.payments.receipts import Receipt, receipts_digest
from prover.execution.payments.state import State
from prover.execution.state.batch import Access, Batch
from prover.execution.state.tree import IndexedTree
from prover.kernel import NativeEngine
from prover.programs.base import fill_layer, settle
from prover.programs.payments import fill_answering, recoveries
from prover.stark import prove
from prover.witness.execution import fill_execution
from prover.witness.hashing import sent
from prover.witness.secp256k1 import fill_answers, fill_questions
from prover.witness.secp256k1_recovery import Recovery
from prover.witness.transaction import fill_items, read_items
from tests.celestia_payments.scenes import NAMESPACE, Scene
from verifier.profile import DIRECT_100
from verifier.registry import CELESTIA_PAYMENTS
from verifier.statement import Statement
from verifier.verify import Verdict, verify

T = TypeVar("T")
Matrix = NDArray[np.uint32]
Change = Callable[[T], T]


def honest(value: T) -> T:
    """No lie."""
    return value


@dataclass(frozen=True)
class Lie:
    """Where to lie: what was ordered, by which chain and upon which accounts it is executed, what comes of each item,
    what signatures are found to be, the tables before they are hashed, the statement.

    `genesis` changes what state the batch is proven upon as well; `chain` and `accounts` only what is executed.
    """

    ordered: Change[tuple[OrderedHeight, ...]] = honest
    genesis: Change[Chain] = honest
    chain: Change[Chain] = honest
    accounts: Change[State] = honest
    receipts: Change[tuple[Receipt, ...]] = honest
    recoveries: Change[list[Recovery]] = honest
    tables: Mapping[str, Callable[[Trace], None]] = field(default_factory=dict)
    statement: Change[Statement] = honest


@dataclass(frozen=True)
class Told:
    """A statement and the traces that should make it true."""

    statement: Statement
    traces: Mapping[str, Matrix]

    def complaint(self) -> str:
        """What the mock prover says of rules and buses; empty if nothing."""
        report = check(celestia_payments(), self.traces, self.statement.encode())
        return "" if report.ok else str(report)

    def verdict(self) -> Verdict:
        """Prove it all the same, and ask the verifier."""
        compiled = celestia_payments()
        result = prove(
            compiled.program,
            self.traces,
            self.statement.encode(),
            DIRECT_100,
            NativeEngine(),
            preprocessed=compiled.preprocessed,
        )
        return verify(result.proof, DIRECT_100.name)


@cache
def opened(scene: Scene) -> Opening:
    """The honest opening of a scene."""
    return open_namespace(read_blocks(scene.files), NAMESPACE)


def tell(scene: Scene, lie: Lie | None = None) -> Told:
    """Everything a prover makes of a scene before it proves, with a lie where one is given.

    Raises ValueError if a lie asks for something to be in a range that is not.
    """
    lie = lie or Lie()
    opening, genesis = opened(scene), read_genesis(scene.genesis)
    tree = IndexedTree(lie.genesis(genesis.chain), genesis.state)
    chain = lie.chain(tree.chain)
    ordered = lie.ordered(ordered_items(opening))
    receipts = lie.receipts(execute(chain, lie.accounts(genesis.state), ordered).receipts)
    before = tree.state_bytes
    batch = carried_out(tree, [access for receipt in receipts for access in receipt.accesses])
    statement = settle(
        CELESTIA_PAYMENTS,
        celestia_payments(),
        opening,
        tree.chain.chain_id,
        (before, tree.state_bytes),
        receipts_digest(receipts),
    )
    layer = fill_layer(opening)
    parts, singles = (sent(celestia_payments(), layer, bus) for bus in (HashPart, HashByte))
    items = parts[parts[:, 0] == ITEM]
    traces = {
        **layer,
        **fill_items(items, read_items(items, singles[singles[:, 0] == ITEM])),
        **fill_execution(chain, ordered, receipts),
        **fill_questions(lie.recoveries(recoveries(receipts))),
    }
    for name, change in lie.tables.items():
        traces[name] = changed(name, traces[name], change)
    traces = fill_answers(celestia_payments(), traces)
    return Told(lie.statement(statement), fill_answering(traces, batch))


def carried_out(tree: IndexedTree, accesses: Sequence[Access]) -> Batch:
    """What accesses make of the tree, each leaving what it says it leaves, whatever it says it found."""
    now: dict[bytes, Access] = {}
    following = []
    for access in accesses:
        found = now[access.address].after if access.address in now else tree[access.address]
        following.append(replace(access, before=found))
        now[access.address] = access
    batch = tree.apply(following)
    told = zip(batch.accesses, accesses, strict=True)
    return replace(batch, accesses=tuple(replace(each, before=claim.before) for each, claim in told))


def changed(name: str, matrix: Matrix, change: Callable[[Trace], None]) -> Matrix:
    """A trace after a change made by column names."""
    table = next(each for each in celestia_payments().tables if each.name == name)
    trace = Trace(table, (len(matrix) - 1).bit_length())
    trace.matrix[:] = matrix
    change(trace)
    return trace.matrix
