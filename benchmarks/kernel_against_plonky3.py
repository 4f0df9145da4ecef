"""Our engine against Plonky3's `p3-batch-stark` 0.8.0: the same constraints and the same traces, in one run.

`python -m benchmarks.kernel_against_plonky3` builds Plonky3's side for this processor, exports every
workload, lets the two prove in turns, and prints and keeps what each took. Same field, extension, hash,
blowup 2, 193 queries, 20 ground bits before the queries and none elsewhere, folding by 8, final polynomial of
32 coefficients; Plonky3 runs its AIRs compiled, ours interprets the graph of the same constraints.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CRATE = HERE / "kernel"
BINARY = CRATE / "target" / "release" / "kernel-benchmark"
WORKLOADS = {
    "keccak": ("Keccak-f, 2^15 rows of 2,633 columns", 1.0),
    "sha256": ("SHA-256, 2^13 rows of 7,728 columns", 1.0),
    "lookups": ("2^16 rows of 200 columns, every cell looked up", 2.0),
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
    subprocess.run(["cargo", "build", "--release", "--locked", "--jobs", "1"], cwd=CRATE, check=True)


def compare(workload: str, repetitions: int, environment: dict[str, str]) -> dict[str, Any]:
    """Let both prove one workload in turns; the first proof of each warms up and is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(BINARY), "export", workload, folder], check=True)
        provers = {
            "plonky3": Prover([str(BINARY), "serve", workload], environment),
            "ours": Prover([sys.executable, "-m", "benchmarks.prove_workload", folder], environment),
        }
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in provers}
        for repetition in range(repetitions + 1):
            for name, prover in provers.items():
                answer = prover.prove()
                if repetition:
                    runs[name].append(answer)
        for prover in provers.values():
            prover.close()
    return {name: summary(answers) for name, answers in runs.items()}


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Least and middle seconds of some proofs, largest memory, and the stages of the fastest."""
    seconds = [run["seconds"] for run in runs]
    fastest = min(runs, key=lambda run: run["seconds"])
    return {
        "seconds_least": min(seconds),
        "seconds_median": statistics.median(seconds),
        "seconds": seconds,
        "proof_bytes": fastest["proof_bytes"],
        "verify_seconds": min(run["verify_seconds"] for run in runs),
        "peak_memory_bytes": max(run["peak_memory_bytes"] for run in runs),
        "resident_before": min(run["resident_before"] for run in runs),
        "stages": fastest.get("stages", []),
    }


def processor() -> str:
    """The processor's name as Linux gives it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def print_comparison(workload: str, found: dict[str, Any]) -> None:
    """One block of text per workload."""
    label, target = WORKLOADS[workload]
    theirs, ours = found["plonky3"], found["ours"]
    least = theirs["seconds_least"] / ours["seconds_least"]
    median = theirs["seconds_median"] / ours["seconds_median"]
    print(f"\n{label}")
    for name, side in (("Plonky3", theirs), ("ours", ours)):
        print(
            f"  {name:8} {side['seconds_least']:7.3f} s least {side['seconds_median']:7.3f} s median"
            f"  {side['proof_bytes'] / 1024:8.0f} KiB  verify {side['verify_seconds'] * 1000:7.0f} ms"
            f"  peak {side['peak_memory_bytes'] / 2**20:6.0f} MiB"
        )
    print(f"  ratio    {least:7.2f} x least {median:9.2f} x median   wanted at least {target:.1f} x")
    for stage in ours["stages"]:
        print(f"    {stage['name']:32} {stage['seconds']:7.3f} s")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", choices=[*WORKLOADS, []], default=list(WORKLOADS))
    parser.add_argument("--repetitions", type=int, default=5, help="counted proofs of each side")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "kernel_against_plonky3.json")
    arguments = parser.parse_args()
    build()
    environment = {**os.environ, "RAYON_NUM_THREADS": str(arguments.threads)}
    document: dict[str, Any] = {
        "command": f"python -m benchmarks.kernel_against_plonky3 --repetitions {arguments.repetitions}",
        "processor": processor(),
        "threads": arguments.threads,
        "workloads": {},
    }
    for workload in arguments.workloads or WORKLOADS:
        found = compare(workload, arguments.repetitions, environment)
        document["workloads"][workload] = found
        print_comparison(workload, found)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
