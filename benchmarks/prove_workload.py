"""Prove one workload with our engine, once for every line on standard input.

`python -m benchmarks.prove_workload WORKLOAD` answers each line with one line of JSON. A workload is a folder
that `kernel-benchmark export` wrote (our canonical program and raw traces) or `sha256-table`. It is a process
of its own, so that its peak memory is its own.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.machine import memory_bytes
from benchmarks.sha256_table import sha256_table
from prover.engine import Engine, Matrix
from prover.kernel import NativeEngine
from prover.stark import prove
from verifier.profile import DIRECT_100
from verifier.program import LOG_BLOWUPS, Program
from verifier.proof import encode_header
from verifier.shape import Shape
from verifier.stark import encode_heights, verify

STATEMENT = b""
SHA256_TABLE = "sha256-table"
# 17 rows a compression and one a message fill 2^17 rows but for 256.
SHA256_MESSAGES, SHA256_BLOCKS = 256, 30


class Workload(NamedTuple):
    """What to prove, and the SHA-256 compressions in it where that is what it is made of."""

    program: Program
    main: dict[str, Matrix]
    preprocessed: dict[str, Matrix]
    compressions: int | None


def read_workload(folder: Path, engine: Engine) -> Workload:
    """The program with its preprocessed root filled in, its main and its preprocessed matrices."""
    program = Program.decode((folder / "program.bin").read_bytes())
    main: dict[str, Matrix] = {}
    preprocessed: dict[str, Matrix] = {}
    for table in json.loads((folder / "tables.json").read_text()):
        name, rows = table["name"], table["rows"]
        main[name] = np.fromfile(folder / f"{name}.main.u32", "<u4").reshape(rows, table["columns"])
        if table["preprocessed_columns"]:
            cells = np.fromfile(folder / f"{name}.preprocessed.u32", "<u4")
            preprocessed[name] = cells.reshape(rows, table["preprocessed_columns"])
    if preprocessed:
        matrices = [preprocessed.get(table.name) for table in program.tables]
        roots = tuple(engine.commit(matrices, log_blowup).root for log_blowup in LOG_BLOWUPS)
        program = replace(program, preprocessed_roots=roots)
    return Workload(program, main, preprocessed, None)


def own_table() -> Workload:
    """Our SHA-256 tables, filled."""
    workload = sha256_table(SHA256_MESSAGES, SHA256_BLOCKS)
    return Workload(workload.compiled.program, dict(workload.traces), {}, workload.compressions)


def measure(workload: Workload, engine: Engine) -> dict[str, object]:
    """Prove and verify once."""
    program, main, preprocessed, compressions = workload
    before = memory_bytes("/proc/self/status", "VmRSS:")
    # Writing 5 sets the high-water mark back to what is resident now.
    Path("/proc/self/clear_refs").write_text("5")
    busy, start = time.process_time(), time.perf_counter()
    result = prove(program, main, STATEMENT, DIRECT_100, engine, preprocessed=preprocessed)
    seconds, processor_seconds = time.perf_counter() - start, time.process_time() - busy
    peak = max(stage.peak_memory_bytes for stage in result.stages)
    start = time.perf_counter()
    heights = [(len(main[table.name]) - 1).bit_length() for table in program.tables]
    shape = Shape(program, heights, DIRECT_100)
    header = encode_header(DIRECT_100.name, STATEMENT, encode_heights(heights))
    verify(shape, STATEMENT, result.proof[len(header) :])
    return {
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "proof_bytes": len(result.proof),
        "verify_seconds": time.perf_counter() - start,
        "resident_before": before,
        "peak_memory_bytes": peak,
        "compressions": compressions,
        "stages": [{"name": stage.name, "seconds": stage.seconds} for stage in result.stages],
    }


def main() -> None:
    """Answer lines until standard input ends."""
    engine = NativeEngine()
    name = sys.argv[1]
    workload = own_table() if name == SHA256_TABLE else read_workload(Path(name), engine)
    for _ in sys.stdin:
        print(json.dumps(measure(workload, engine)), flush=True)


if __name__ == "__main__":
    main()
