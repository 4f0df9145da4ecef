"""Prove block files once, write the proof, and answer with one line of JSON on what it took.

`python -m benchmarks.prove_once NAMESPACE PROFILE PROOF BLOCK...`: a process of its own, so that it starts as
cold as a worker of the service, and its peak memory is its own.
"""

import json
import sys
import time
from pathlib import Path

from circuits.programs.celestia_log import celestia_log
from prover.native import native_engine
from prover.pipeline import Request, prove_batch


def main() -> None:
    """Command line."""
    namespace, profile, proof, *blocks = sys.argv[1:]
    files = tuple(Path(block).read_bytes() for block in blocks)
    request = Request("celestia", "log", bytes.fromhex(namespace), files, 0, b"", profile)
    # Once in a process's life, before there is anything to prove.
    celestia_log()
    native_engine()
    busy, start = time.process_time(), time.perf_counter()
    settlement = prove_batch(request)
    seconds, processor_seconds = time.perf_counter() - start, time.process_time() - busy
    Path(proof).write_bytes(settlement.proof)
    stages = settlement.record.stages
    took = {
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "stages": {stage.name: stage.seconds for stage in stages},
        "cells": next(stage.cells for stage in stages if stage.name == "commit main"),
        "peak_memory_bytes": max(stage.peak_memory_bytes for stage in stages),
        "proof_bytes": len(settlement.proof),
        "provable_bits": settlement.record.bits,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
