"""The whole flow: a sequencer's bytes in, a settlement out. Each step maps one frozen record to the next.

    read -> open -> execute -> fill -> prove

The service, the command line and the tests call these functions and add nothing to them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from circuits.programs.celestia_log import celestia_log
from circuits.tables.height import Height
from circuits.tables.log import Log
from circuits.tables.node import Node
from circuits.tables.share import Share
from prover.account import Account, Cancelled, Progress, Stage
from prover.adapter.celestia import read_blocks
from prover.adapter.celestia.opening import Opening, open_namespace
from prover.adapter.celestia.ordering import ordered_items
from prover.engine import Engine
from prover.errors import InputError, SetupError
from prover.execution.log import GENESIS_STATE, Step, execute
from prover.memory import available, estimate
from prover.request import Request, check_request
from prover.stark import STAGES, prove
from prover.witness.hashing import fill_hashing
from prover.witness.height import fill_height
from prover.witness.log import fill_log
from prover.witness.node import fill_node
from prover.witness.rows import TableTooTall
from prover.witness.share import fill_share
from verifier.errors import Rejected
from verifier.profile import Profile, profile_named
from verifier.registry import CELESTIA_LOG, NO_RECEIPTS
from verifier.statement import Statement

__all__ = ["Cancelled", "Progress", "Record", "Request", "Settlement", "Stage", "prove_batch"]

Matrix = NDArray[np.uint32]

PREPARATION = ("read blocks", "open namespace", "execute", "fill tables")


@dataclass(frozen=True)
class Executed:
    """What was opened and what the program's rules made of it, with the statement that says so."""

    opening: Opening
    steps: tuple[Step, ...]
    statement: Statement


@dataclass(frozen=True)
class Record:
    """What a proof cost stage by stage, and its provable bits with the name of the weakest term."""

    stages: tuple[Stage, ...]
    bits: float
    binding: str


@dataclass(frozen=True)
class Settlement:
    """A statement, the proof of it (a proof file), and the account of its making."""

    statement: Statement
    proof: bytes
    record: Record


def prove_batch(
    request: Request,
    report: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Settlement:
    """Prove what the blocks order for the namespace and what the program makes of it.

    Raises `InputError` for what cannot be proven as given, `SetupError` if this machine cannot do it now, and
    `Cancelled`, between stages, once `cancelled` says so.
    """
    check_request(request)
    profile = profile_named(request.profile)
    names = PREPARATION + STAGES
    account = Account(names, report, cancelled)
    compiled = celestia_log()
    try:
        with account.stage():
            blocks = read_blocks(request.blocks)
        with account.stage():
            opening = open_namespace(blocks, request.namespace)
        with account.stage():
            executed = execute_log(opening, request.chain_id, request.state_before or GENESIS_STATE)
        with account.stage():
            traces = fill(compiled, executed)
            account.cells = sum(trace.size for trace in traces.values())
            require_memory(compiled, traces, profile)
        result = prove(
            compiled.program,
            traces,
            executed.statement.encode(),
            profile,
            native_engine(),
            report=report and (lambda told: report(_after_preparation(told))),
            cancelled=cancelled,
        )
    except (TableTooTall, Rejected) as error:
        message = f"The batch is too large for one proof: {error}."
        raise InputError("BATCH_TOO_LARGE", message, "Prove fewer heights at a time.") from error
    record = Record((*account.stages, *result.stages), result.security.bits, result.security.binding)
    return Settlement(executed.statement, result.proof, record)


def execute_log(opening: Opening, chain_id: int, state: bytes) -> Executed:
    """Run the `log` program over what was opened; raises `InputError` for shares no consensus would order."""
    steps = execute(state, chain_id, ordered_items(opening))
    return Executed(opening, steps, settle(opening, steps, chain_id, state))


def settle(opening: Opening, steps: Sequence[Step], chain_id: int, state: bytes) -> Statement:
    """What can be said of steps that absorbed what was opened."""
    return Statement(
        layer=CELESTIA_LOG.layer,
        layer_format=CELESTIA_LOG.layer_format,
        mode=CELESTIA_LOG.mode,
        chain_id=chain_id,
        namespace=opening.namespace,
        first_height=opening.heights[0].height,
        last_height=opening.heights[-1].height,
        anchor=opening.anchor,
        state_before=state,
        state_after=steps[-1].after,
        receipts_digest=NO_RECEIPTS,
        program_digest=celestia_log().program.digest,
    )


def fill(compiled: Compiled, executed: Executed) -> dict[str, Matrix]:
    """Every table's trace (rows, columns) by name; raises `TableTooTall`."""
    return fill_hashing(compiled, speak(executed))


def speak(executed: Executed) -> dict[str, Matrix]:
    """The traces of the tables that have something to say; the others hash for them."""
    opening = executed.opening
    return {
        Height.name: fill_height(opening.heights),
        Node.name: fill_node(opening.nodes, opening.namespace),
        Share.name: fill_share(opening.shares),
        Log.name: fill_log(executed.steps, executed.statement.chain_id),
    }


def require_memory(compiled: Compiled, traces: Mapping[str, Matrix], profile: Profile) -> None:
    """Raise `SetupError` (MEMORY_EXCEEDED) if the proof would need more memory than the machine has left."""
    heights = [(len(traces[table.name]) - 1).bit_length() for table in compiled.program.tables]
    needed, left = estimate(compiled.program, heights, profile), available()
    if left is not None and needed > left:
        message = f"This proof needs about {needed >> 20} MiB of memory; {left >> 20} MiB are left."
        raise SetupError(
            "MEMORY_EXCEEDED", message, "Prove fewer heights at a time, or give the machine more."
        )


def native_engine() -> Engine:
    """The compiled kernel; raises `SetupError` (KERNEL_MISSING)."""
    try:
        from prover.kernel import NativeEngine  # noqa: PLC0415 - the rest of the flow works without it
    except ImportError as error:
        raise SetupError(
            "KERNEL_MISSING", "The compiled kernel is not built.", "Run `make kernel`."
        ) from error
    return NativeEngine()


def _after_preparation(told: Progress) -> Progress:
    done = len(PREPARATION) + told.done
    return Progress(told.stage, done, len(PREPARATION) + told.total)
