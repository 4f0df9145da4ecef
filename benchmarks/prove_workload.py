"""Prove one exported workload with our engine, once for every line on standard input.

`python -m benchmarks.prove_workload FOLDER` answers each line with one line of JSON; the folder is what
`kernel-benchmark export` wrote: our canonical program and raw traces. It is a process of its own, so that its
peak memory is its own.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from prover.engine import Engine, Matrix
from prover.kernel import NativeEngine
from prover.stark import ProofResult, prove
from verifier.profile import DIRECT_100
from verifier.program import Program
from verifier.proof import encode_header
from verifier.shape import Shape
from verifier.stark import encode_heights, verify

STATEMENT = b""


def read_workload(folder: Path, engine: Engine) -> tuple[Program, dict[str, Matrix], dict[str, Matrix]]:
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
        program = replace(program, preprocessed_root=engine.commit(matrices, DIRECT_100.log_blowup).root)
    return program, main, preprocessed


def memory(field: str) -> int:
    """One line of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise KeyError(field)


def measure(
    program: Program, main: dict[str, Matrix], preprocessed: dict[str, Matrix], engine: Engine
) -> dict[str, object]:
    """Prove and verify once."""
    before = memory("VmRSS:")
    # Writing 5 sets the high-water mark back to what is resident now.
    Path("/proc/self/clear_refs").write_text("5")
    start = time.perf_counter()
    result: ProofResult = prove(program, main, STATEMENT, DIRECT_100, engine, preprocessed=preprocessed)
    seconds = time.perf_counter() - start
    peak = memory("VmHWM:")
    start = time.perf_counter()
    heights = [(len(main[table.name]) - 1).bit_length() for table in program.tables]
    shape = Shape(program, heights, DIRECT_100)
    header = encode_header(DIRECT_100.name, STATEMENT, encode_heights(heights))
    verify(shape, STATEMENT, result.proof[len(header) :])
    return {
        "seconds": seconds,
        "proof_bytes": len(result.proof),
        "verify_seconds": time.perf_counter() - start,
        "resident_before": before,
        "peak_memory_bytes": peak,
        "stages": [{"name": stage.name, "seconds": stage.seconds} for stage in result.stages],
    }


def main() -> None:
    """Answer lines until standard input ends."""
    engine = NativeEngine()
    program, matrices, preprocessed = read_workload(Path(sys.argv[1]), engine)
    for _ in sys.stdin:
        print(json.dumps(measure(program, matrices, preprocessed, engine)), flush=True)


if __name__ == "__main__":
    main()
