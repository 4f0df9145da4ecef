"""A prover that can be told to lie at any one point, and goes on honestly from there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Report, Trace, check
from circuits.programs.celestia_log import celestia_log
from prover.adapter.celestia.opening import Kind, Node, Opening, open_namespace
from prover.execution.log import GENESIS_STATE, Step, execute
from prover.execution.ordered import OrderedHeight
from prover.kernel import NativeEngine
from prover.programs.log import fill_speaking, settle_log
from prover.stark import prove
from prover.witness.hashing import fill_hashing
from tests.celestia_log.scenes import Scene
from verifier.profile import DIRECT_100
from verifier.statement import Statement
from verifier.verify import Verdict, verify

T = TypeVar("T")
Matrix = NDArray[np.uint32]
Change = Callable[[T], T]
Changes = Mapping[str, Callable[[Trace], None]]
CHAIN_ID = 7


def honest(value: T) -> T:
    """No lie."""
    return value


@dataclass(frozen=True)
class Lie:
    """Where to lie: what was opened, ordered or executed, the tables before or after hashing, the statement.

    `tables` and `hashed` change traces by table name; what `tables` changes, the hashing tables hash.
    """

    opening: Change[Opening] = honest
    ordered: Change[tuple[OrderedHeight, ...]] = honest
    steps: Change[tuple[Step, ...]] = honest
    tables: Changes = field(default_factory=dict)
    hashed: Changes = field(default_factory=dict)
    statement: Change[Statement] = honest


@dataclass(frozen=True)
class Told:
    """A statement and the traces that should make it true."""

    statement: Statement
    traces: Mapping[str, Matrix]

    def check(self) -> Report:
        """What the mock prover says of every rule and bus."""
        return check(celestia_log(), self.traces, self.statement.encode())

    def verdict(self) -> Verdict:
        """Prove it all the same, and ask the verifier."""
        program = celestia_log().program
        result = prove(program, self.traces, self.statement.encode(), DIRECT_100, NativeEngine())
        return verify(result.proof, DIRECT_100.name)


@cache
def opened(scene: Scene) -> Opening:
    """The honest opening of a scene."""
    return open_namespace(scene.blocks(), scene.namespace)


def tell(scene: Scene, lie: Lie | None = None, state: bytes = GENESIS_STATE) -> Told:
    """Everything a prover makes of a scene before it proves, with a lie where one is given."""
    lie = lie or Lie()
    opening = lie.opening(opened(scene))
    ordered = lie.ordered(read_loosely(opening))
    steps = lie.steps(execute(state, CHAIN_ID, ordered))
    statement = lie.statement(settle_log(opening, steps, CHAIN_ID, state))
    traces = fill_speaking(opening, steps, CHAIN_ID)
    for name, change in lie.tables.items():
        traces[name] = changed(name, traces[name], change)
    traces = fill_hashing(celestia_log(), traces)
    for name, change in lie.hashed.items():
        traces[name] = changed(name, traces[name], change)
    return Told(statement, traces)


def read_loosely(opening: Opening) -> tuple[OrderedHeight, ...]:
    """The items of whatever shares there are, well formed or not."""
    found = []
    for read in opening.heights:
        items: list[bytes] = []
        missing = 0
        for share in (each.data for each in opening.shares if each.height == read.height):
            version, starts = share[29] >> 1, share[29] & 1
            content = share[34:] if starts else share[30:]
            if starts:
                length = int.from_bytes(share[30:34], "big")
                missing = length + 20 * (version == 1 and length > 0)
                items += [bytes((0, version))] if length else []
            if items:
                items[-1] += content[:missing]
            missing -= min(missing, len(content))
        found.append(OrderedHeight(read.height, tuple(items)))
    return tuple(found)


def changed(name: str, matrix: Matrix, change: Callable[[Trace], None]) -> Matrix:
    """A trace after a change made by column names."""
    table = next(each for each in celestia_log().tables if each.name == name)
    trace = Trace(table, (len(matrix) - 1).bit_length())
    trace.matrix[:] = matrix
    change(trace)
    return trace.matrix


def closed(opening: Opening, numbers: set[int], kind: Kind) -> Opening:
    """The opening with these nodes left closed as `kind`, and all below them gone."""
    kept: dict[int, int] = {}
    nodes: list[Node] = []
    for number, node in enumerate(opening.nodes):
        parent = node.at.parent
        if parent is not None and (parent not in kept or parent in numbers):
            continue
        kept[number] = len(nodes)
        at = replace(node.at, parent=None if parent is None else kept[parent])
        nodes.append(Node(kind if number in numbers else node.kind, node.data, at))
    shares = tuple(
        replace(share, node=kept[share.node])
        for share in opening.shares
        if share.node in kept and share.node not in numbers
    )
    return replace(opening, nodes=tuple(nodes), shares=shares)
