"""Our engine against Plonky3's `p3-batch-stark` 0.8.0: the same constraints and the same traces, in one run.

`python -m benchmarks.kernel_against_plonky3` builds Plonky3's side for this processor, exports every
workload, lets the two prove in turns, and prints and keeps what each took. Same field, extension, hash,
blowup 2, 193 queries, 20 ground bits before the queries and none elsewhere, folding by 8, final polynomial of
32 coefficients; Plonky3 runs its AIRs compiled, ours interprets the graph of the same constraints. Beside
Plonky3's SHA-256 AIR runs our own SHA-256 table.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.machine import HERE, RESULTS, keep, machine
from benchmarks.prove_workload import SHA256_TABLE

CRATE = HERE / "kernel"
BINARY = CRATE / "target" / "release" / "kernel-benchmark"
PLONKY3, OURS = "plonky3", "ours"


class Workload(NamedTuple):
    """What both prove, how many times faster ours shall be, and the compressions in it."""

    label: str
    demand: float
    compressions: int | None = None


WORKLOADS = {
    "keccak": Workload("Keccak-f, 2^15 rows of 2,633 columns", 1.0),
    "sha256": Workload("SHA-256, 2^13 rows of 7,728 columns", 1.0, 1 << 13),
    "lookups": Workload("2^16 rows of 200 columns, every cell looked up", 2.0),
}


class Prover:
    """A process that proves one workload per line it is sent."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._name = " ".join(command)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def prove(self) -> dict[str, Any]:
        """What one more proof took."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process was started without pipes")
        self._process.stdin.write("prove\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._name} ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def build() -> None:
    """Compile Plonky3's side for this processor."""
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=CRATE, check=True)


def compare(name: str, repetitions: int, environment: dict[str, str]) -> dict[str, Any]:
    """Let all prove one workload in turns; the first proof of each warms up and is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(BINARY), "export", name, folder], check=True)
        ours = [sys.executable, "-m", "benchmarks.prove_workload"]
        commands = {PLONKY3: [str(BINARY), "serve", name], OURS: [*ours, folder]}
        if WORKLOADS[name].compressions:
            commands[SHA256_TABLE] = [*ours, SHA256_TABLE]
        provers = {side: Prover(command, environment) for side, command in commands.items()}
        runs: dict[str, list[dict[str, Any]]] = {side: [] for side in provers}
        for repetition in range(repetitions + 1):
            # Each goes first as often as last.
            turn = list(provers.items())[:: -1 if repetition % 2 else 1]
            for side, prover in turn:
                answer = prover.prove()
                if repetition:
                    runs[side].append(answer)
        for prover in provers.values():
            prover.close()
    found: dict[str, Any] = {side: summary(answers) for side, answers in runs.items()}
    for measure in ("seconds", "processor_seconds"):
        pairs = zip(found[PLONKY3][measure], found[OURS][measure], strict=True)
        found[f"ratio_of_{measure}"] = statistics.median(theirs / ours for theirs, ours in pairs)
    return found


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What some proofs took, largest memory, and the stages of the fastest."""
    fastest = min(runs, key=lambda run: run["seconds"])
    return {
        "seconds_median": statistics.median(run["seconds"] for run in runs),
        "processor_seconds_median": statistics.median(run["processor_seconds"] for run in runs),
        "seconds": [run["seconds"] for run in runs],
        "processor_seconds": [run["processor_seconds"] for run in runs],
        "proof_bytes": fastest["proof_bytes"],
        "verify_seconds_median": statistics.median(run["verify_seconds"] for run in runs),
        "peak_memory_bytes": max(run["peak_memory_bytes"] for run in runs),
        "resident_before": min(run["resident_before"] for run in runs),
        "compressions": fastest.get("compressions"),
        "stages": fastest.get("stages", []),
    }


def print_comparison(name: str, found: Mapping[str, Any]) -> None:
    """One block of text per workload."""
    workload = WORKLOADS[name]
    print(f"\n{workload.label}")
    for side in (PLONKY3, OURS, SHA256_TABLE):
        if side not in found:
            continue
        took = found[side]
        line = (
            f"  {side:12} {took['seconds_median']:7.3f} s {took['processor_seconds_median']:7.3f} s of processor"
            f" {took['proof_bytes'] / 1024:7,.0f} KiB  verify {took['verify_seconds_median'] * 1000:5.0f} ms"
            f"  peak {took['peak_memory_bytes'] / 2**20:6,.0f} MiB"
        )
        if compressions := took["compressions"] or workload.compressions:
            line += f"  {compressions / took['seconds_median']:7,.0f} compressions/s"
        print(line)
    print(
        f"  ours is {found['ratio_of_seconds']:.2f} times as fast, by processor time"
        f" {found['ratio_of_processor_seconds']:.2f} times; at least {workload.demand:.0f} is wanted"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", choices=[*WORKLOADS, "all"], default="all")
    parser.add_argument("--repetitions", type=int, default=9, help="counted proofs of each side")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--output", type=Path, default=RESULTS / "kernel_against_plonky3.json")
    arguments = parser.parse_args()
    build()
    environment = {**os.environ, "RAYON_NUM_THREADS": str(arguments.threads)}
    document: dict[str, Any] = {
        "command": " ".join(["python -m benchmarks.kernel_against_plonky3", *sys.argv[1:]]),
        "machine": machine(),
        "threads": arguments.threads,
        "workloads": {},
    }
    for name in WORKLOADS if "all" in arguments.workloads else arguments.workloads:
        found = compare(name, arguments.repetitions, environment)
        document["workloads"][name] = found
        print_comparison(name, found)
    keep(arguments.output, document)


if __name__ == "__main__":
    main()
