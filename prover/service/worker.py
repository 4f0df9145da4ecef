"""The process that proves one batch: reads the batch, calls the pipeline, leaves proof and snapshot as files.

Run by the scheduler as ``python -m prover.service.worker``. Task: ``entry_point``, ``input`` (path of a
serialised Batch), ``proof`` and ``snapshot`` (paths to write; there is no snapshot unless the program has
accounts). Messages: ``progress``, then exactly one of ``settled`` and ``failed``.
"""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prover.errors import InputError, SequiturError, SetupError, disk_full, is_out_of_space
from prover.service import children
from prover.store.artifacts import write_durably
from prover.v1 import prover_pb2

_PROGRESS_INTERVAL = 0.1

Say = Callable[[dict[str, Any]], None]


def request_of(batch: Any, request: Any) -> Any:
    """Builds a pipeline request, of the class ``request``, from a Batch message."""
    return request(
        layer=batch.layer,
        program=batch.program,
        namespace=batch.namespace,
        blocks=tuple(batch.blocks),
        chain_id=batch.chain_id,
        state_before=batch.state_before,
        profile=batch.profile,
        genesis=batch.genesis,
        snapshot=batch.snapshot,
    )


def account_of(settlement: Any) -> dict[str, Any]:
    """The settlement's statement (canonical bytes in hexadecimal) and record as plain values, and whether it has
    a snapshot.
    """
    record = settlement.record
    return {
        "statement": settlement.statement.encode().hex(),
        "snapshot": bool(settlement.snapshot),
        "bits": float(record.bits),
        "binding": str(record.binding),
        "stages": [
            {
                "name": stage.name,
                "seconds": float(stage.seconds),
                "cells": int(stage.cells),
                "peak_memory_bytes": int(stage.peak_memory_bytes),
            }
            for stage in record.stages
        ],
    }


def failure(kind: str, error: SequiturError) -> dict[str, Any]:
    """The message about a typed error."""
    return {"failed": {"kind": kind, "code": error.code, "message": error.message, "fix": error.fix}}


def work(task: dict[str, Any], say: Say) -> None:
    """Proves the batch of ``task``; every outcome is a message, none an exception."""
    try:
        say({"settled": _prove(task, say)})
    except InputError as error:
        say(failure("input", error))
    except SequiturError as error:
        # A fact about the machine, but trying again at once would only spend the time again.
        say(failure("memory" if error.code == "MEMORY_EXCEEDED" else "setup", error))
    except MemoryError:
        say(failure("memory", SetupError("MEMORY_EXCEEDED", "Proving needs more memory than there is.", "")))
    except OSError as error:
        if not is_out_of_space(error):
            raise
        say(failure("setup", disk_full("the proof")))
    except Exception:
        traceback.print_exc()
        say(failure("internal", SequiturError("INTERNAL", "The prover met an unexpected fault.", "")))


def _prove(task: dict[str, Any], say: Say) -> dict[str, Any]:
    module, prove_batch = children.load(task["entry_point"])
    batch = prover_pb2.Batch.FromString(Path(task["input"]).read_bytes())
    told: tuple[str, float] = ("", 0.0)

    def report(progress: Any) -> None:
        nonlocal told
        now = time.monotonic()
        if progress.stage != told[0] or now - told[1] >= _PROGRESS_INTERVAL:
            told = (progress.stage, now)
            say({"progress": [progress.stage, int(progress.done), int(progress.total)]})

    settlement = prove_batch(request_of(batch, module.Request), report, None)
    write_durably(Path(task["proof"]), settlement.proof)
    if settlement.snapshot:
        write_durably(Path(task["snapshot"]), settlement.snapshot)
    return account_of(settlement)


if __name__ == "__main__":
    children.serve_parent(work)
