"""The whole flow as a caller sees it: block files in, a proof out, and a bare Python that checks it.

`python -m benchmarks.prove_batch` proves the example block for its largest namespace, and a range of built
blocks, at the default profile. Every proof is made in a process of its own, as the service makes it, and
verified by another that has nothing but a copy of `verifier/` and no site packages.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.machine import HERE, RESULTS, keep, machine
from prover.adapter.celestia import Blob, read_blocks
from prover.adapter.celestia.builder import build_block
from prover.adapter.celestia.opening import open_namespace
from prover.adapter.celestia.ordering import ordered_items
from verifier.profile import DEFAULT, PROFILES

ROOT = HERE.parent
MAINNET_BLOCK = ROOT / "examples" / "celestia_mainnet_block_10126899.json"
MAINNET_NAMESPACE = bytes.fromhex("00000000000000000000000000000000000000ca1de12a8c022bd46803")
BUILT_NAMESPACE = bytes(19) + b"benchmarks"
BUILT_HEIGHTS, BUILT_BYTES, BUILT_FIRST = 64, 4096, 1_000_000
# The item's zero byte and share version, in front of the signer and the data.
ITEM_HEAD = 2


class Batch(NamedTuple):
    """Block files, and whose blobs in them to prove."""

    label: str
    namespace: bytes
    blocks: tuple[bytes, ...]


def mainnet() -> Batch:
    """The real block, for the namespace that has most of it."""
    return Batch(
        "Celestia mainnet block 10126899, its largest namespace",
        MAINNET_NAMESPACE,
        (MAINNET_BLOCK.read_bytes(),),
    )


def built() -> Batch:
    """Blocks of one blob each."""
    random = np.random.default_rng(0)
    blobs = [Blob(BUILT_NAMESPACE, random.bytes(BUILT_BYTES), 0, b"") for _ in range(BUILT_HEIGHTS)]
    blocks = tuple(build_block(BUILT_FIRST + number, [blob]) for number, blob in enumerate(blobs))
    return Batch(
        f"{BUILT_HEIGHTS} built blocks, one blob of {BUILT_BYTES:,} bytes each", BUILT_NAMESPACE, blocks
    )


BATCHES: dict[str, Callable[[], Batch]] = {"mainnet": mainnet, "built": built}


def measure(name: str, repetitions: int, profile: str) -> dict[str, Any]:
    """Prove and verify a batch again and again; medians."""
    batch = BATCHES[name]()
    items = [
        item
        for height in ordered_items(open_namespace(read_blocks(batch.blocks), batch.namespace))
        for item in height.items
    ]
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        shutil.copytree(ROOT / "verifier", folder / "verifier")
        proof = folder / "proof"
        files = [folder / f"{number}.json" for number in range(len(batch.blocks))]
        for file, block in zip(files, batch.blocks, strict=True):
            file.write_bytes(block)
        runs = []
        for _ in range(repetitions):
            run = _answer(ROOT, "-m", "benchmarks.prove_once", batch.namespace.hex(), profile, proof, *files)
            start = time.perf_counter()
            verdict = _answer(folder, "-S", "-m", "verifier", proof, "--profile", profile, "--json")
            if not verdict["accepted"]:
                raise SystemExit(verdict["reason"])
            whole = time.perf_counter() - start
            runs.append({**run, "verify_seconds": verdict["seconds"], "verify_process_seconds": whole})
    found = {key: _median(runs, key) for key in runs[0] if key != "stages"}
    stages = {stage: statistics.median(run["stages"][stage] for run in runs) for stage in runs[0]["stages"]}
    ordered_bytes = sum(len(item) - ITEM_HEAD for item in items)
    return {
        "label": batch.label,
        "heights": len(batch.blocks),
        "blobs": len(items),
        "ordered_bytes": ordered_bytes,
        "ordered_bytes_per_second": ordered_bytes / found["seconds"],
        **found,
        "stages": stages,
        "seconds_of_runs": [run["seconds"] for run in runs],
    }


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return float(statistics.median(run[key] for run in runs))


def _answer(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """What a Python process in a folder prints."""
    command = [sys.executable, *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def print_batch(found: dict[str, Any]) -> None:
    """What a batch took, in words."""
    print(f"\n{found['label']}: {found['blobs']} blobs, {found['ordered_bytes']:,} bytes")
    for stage, seconds in found["stages"].items():
        print(f"  {stage:18} {seconds:7.3f} s")
    print(
        f"  all                {found['seconds']:7.3f} s, {found['processor_seconds']:.3f} s of processor:"
        f" {found['ordered_bytes_per_second']:,.0f} bytes ordered per second"
    )
    print(
        f"  {found['cells']:,.0f} cells, peak {found['peak_memory_bytes'] / 2**20:,.0f} MiB; proof"
        f" {found['proof_bytes'] / 1024:,.0f} KiB of {found['provable_bits']:.1f} provable bits, bare"
        f" verification {found['verify_seconds']:.2f} s ({found['verify_process_seconds']:.2f} s with Python's start)"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("batches", nargs="*", choices=[*BATCHES, "all"], default="all")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--profile", choices=list(PROFILES), default=DEFAULT)
    parser.add_argument("--output", type=Path, default=RESULTS / "prove_batch.json")
    arguments = parser.parse_args()
    document: dict[str, Any] = {
        "command": " ".join(["python -m benchmarks.prove_batch", *sys.argv[1:]]),
        "machine": machine(),
        "profile": arguments.profile,
        "batches": {},
    }
    for name in BATCHES if "all" in arguments.batches else arguments.batches:
        document["batches"][name] = measure(name, arguments.repetitions, arguments.profile)
        print_batch(document["batches"][name])
    keep(arguments.output, document)


if __name__ == "__main__":
    main()
