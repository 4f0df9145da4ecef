"""The whole flow: a sequencer's bytes in, a settlement out. Each step maps one frozen record to the next.

    read -> open -> execute -> fill -> prove

The service, the command line and the tests call these functions and add nothing to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from prover.account import Account, Cancelled, Progress, Stage
from prover.adapter.celestia import read_blocks
from prover.adapter.celestia.opening import open_namespace
from prover.errors import InputError, SetupError
from prover.memory import available, estimate
from prover.native import native_engine
from prover.programs import PROGRAMS
from prover.programs.base import Executed
from prover.request import Request, check_request
from prover.stark import STAGES, prove
from prover.witness.rows import TableTooTall
from verifier.errors import Rejected
from verifier.profile import Profile, profile_named
from verifier.statement import Statement

__all__ = ["Cancelled", "Progress", "Record", "Request", "Settlement", "Stage", "prove_batch"]

Matrix = NDArray[np.uint32]

PREPARATION = ("read blocks", "open namespace", "execute", "fill tables")


@dataclass(frozen=True)
class Record:
    """What a proof cost stage by stage, and its provable bits with the name of the weakest term."""

    stages: tuple[Stage, ...]
    bits: float
    binding: str


@dataclass(frozen=True)
class Settlement:
    """A statement, the proof of it (a proof file), and the account of its making.

    `snapshot` is what the next batch begins with, see `prover.programs.base.Executed`.
    """

    statement: Statement
    proof: bytes
    record: Record
    snapshot: bytes = b""


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
    program = PROGRAMS[request.program]
    try:
        with account.stage():
            blocks = read_blocks(request.blocks)
        with account.stage():
            opening = open_namespace(blocks, request.namespace)
        with account.stage():
            executed = program.execute(opening, request)
            compiled = program.compiled()
        # Traces are kept by nobody here, so that they are freed before the proof is done.
        result = prove(
            compiled.program,
            _fill(executed, compiled, profile, account),
            executed.statement.encode(),
            profile,
            native_engine(),
            preprocessed=compiled.preprocessed,
            report=report and (lambda told: report(_after_preparation(told))),
            cancelled=cancelled,
        )
    except (TableTooTall, Rejected) as error:
        message = f"The batch is too large for one proof: {error}."
        raise InputError("BATCH_TOO_LARGE", message, "Prove fewer heights at a time.") from error
    record = Record((*account.stages, *result.stages), result.security.bits, result.security.binding)
    return Settlement(executed.statement, result.proof, record, executed.snapshot)


def _fill(executed: Executed, compiled: Compiled, profile: Profile, account: Account) -> dict[str, Matrix]:
    with account.stage():
        traces = executed.fill()
        account.cells = sum(trace.size for trace in traces.values())
        require_memory(compiled, traces, profile)
    return traces


def require_memory(compiled: Compiled, traces: Mapping[str, Matrix], profile: Profile) -> None:
    """Raise `SetupError` (MEMORY_EXCEEDED) if the proof would need more memory than the machine has left."""
    heights = [(len(traces[table.name]) - 1).bit_length() for table in compiled.program.tables]
    needed, left = estimate(compiled.program, heights, profile), available()
    if left is not None and needed > left:
        message = f"This proof needs about {needed >> 20} MiB of memory; {left >> 20} MiB are left."
        raise SetupError(
            "MEMORY_EXCEEDED", message, "Prove fewer heights at a time, or give the machine more."
        )


def _after_preparation(told: Progress) -> Progress:
    done = len(PREPARATION) + told.done
    return Progress(told.stage, done, len(PREPARATION) + told.total)
