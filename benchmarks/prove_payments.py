"""Transfers between eight people, over several blocks, in one proof.

`python -m benchmarks.prove_payments --payments 256` proves them in this process, and checks the proof with the
verifier's code. Counted is everything from block files to proof; the circuit is compiled before. By table are printed
the rows that were committed, idle ones included, and what of their cells and interactions comes to a payment.
"""

import argparse
import json
import time
from typing import Any

from benchmarks.machine import RESULTS, keep, machine
from circuits.programs.celestia_payments import celestia_payments
from prover.adapter.celestia import Blob
from prover.adapter.celestia.builder import build_block
from prover.execution.payments.genesis import checksummed
from prover.pipeline import prove_batch
from prover.request import Request
from prover.wallet import Transfer, key_of, sign
from verifier.profile import COMPACT_128, PROFILES
from verifier.proof import decode_header
from verifier.verify import verify

NAMESPACE = bytes(19) + b"benchmarks"
CHAIN_ID, GWEI, FIRST_HEIGHT = 1337, 10**9, 1_000_000
KEYS = [key_of(number.to_bytes(32, "big")) for number in range(1, 9)]


def genesis() -> bytes:
    """The genesis file: an ether for everybody."""
    addresses = [bytes.fromhex(key.address[2:]) for key in KEYS]
    chain = {
        "chain_id": CHAIN_ID,
        "base_fee": str(GWEI),
        "fee_recipient": checksummed(bytes(18) + b"\xc0\xde"),
        "gas_cap": 30_000_000,
    }
    balances = {checksummed(address): str(10**18) for address in addresses}
    return json.dumps({"chain": chain, "balances": balances}).encode()


def blocks(payments: int, to_a_block: int) -> tuple[bytes, ...]:
    """Block files in which everybody pays the next of the eight, one after the other."""
    items = []
    for number in range(payments):
        nonce, place = divmod(number, len(KEYS))
        to = bytes.fromhex(KEYS[(place + 1) % len(KEYS)].address[2:])
        items.append(
            sign(Transfer(CHAIN_ID, nonce, GWEI, 3 * GWEI, 21_000, to, 10**12 + number), KEYS[place])
        )
    groups = [items[at : at + to_a_block] for at in range(0, payments, to_a_block)]
    return tuple(
        build_block(height, [Blob(NAMESPACE, item) for item in group])
        for height, group in enumerate(groups, FIRST_HEIGHT)
    )


def tables(proof: bytes, payments: int) -> dict[str, dict[str, float]]:
    """Rows of every table of a proof; cells of main trace and interactions a payment."""
    forms = celestia_payments().program.tables
    found = {}
    for form, height in zip(forms, decode_header(proof, len(forms)).heights, strict=True):
        if height is not None:
            rows = 1 << height
            found[form.name] = {
                "rows": rows,
                "cells": round(form.width * rows / payments, 1),
                "interactions": round(len(form.interactions) * rows / payments, 1),
            }
    return found


def measure(payments: int, to_a_block: int, profile: str) -> dict[str, Any]:
    """Prove and check; seconds by stage, sizes, bits."""
    files = blocks(payments, to_a_block)
    request = Request("celestia", "payments", NAMESPACE, files, profile=profile, genesis=genesis())
    celestia_payments()
    start = time.perf_counter()
    settlement = prove_batch(request)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    verdict = verify(settlement.proof, profile)
    assert verdict.accepted, verdict.reason
    stages = settlement.record.stages
    return {
        "profile": profile,
        "payments": payments,
        "heights": len(request.blocks),
        "seconds": round(seconds, 2),
        "payments_a_second": round(payments / seconds, 1),
        "stages": {stage.name: round(stage.seconds, 2) for stage in stages},
        "cells": max(stage.cells for stage in stages),
        "peak_memory_bytes": max(stage.peak_memory_bytes for stage in stages),
        "proof_bytes": len(settlement.proof),
        "provable_bits": settlement.record.bits,
        "verification_seconds": round(time.perf_counter() - start, 2),
        "tables": tables(settlement.proof, payments),
    }


def main() -> None:
    """Measure once, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=256)
    parser.add_argument("--to-a-block", type=int, default=32)
    parser.add_argument("--profile", choices=PROFILES, default=COMPACT_128.name)
    chosen = parser.parse_args()
    found = measure(chosen.payments, chosen.to_a_block, chosen.profile)
    command = " ".join(
        [
            f"python -m benchmarks.prove_payments --payments {chosen.payments}",
            f"--to-a-block {chosen.to_a_block} --profile {chosen.profile}",
        ]
    )
    result = RESULTS / f"prove_payments_{chosen.profile.replace('-', '_')}.json"
    keep(result, {"command": command, "machine": machine(), **found})
    by_table = found.pop("tables")
    for name, value in found.items():
        print(f"{name:22} {value}")
    print(f"{'table':22} {'rows':>8} {'cells a payment':>16} {'interactions a payment':>23}")
    for name, each in by_table.items():
        print(f"{name:22} {each['rows']:>8} {each['cells']:>16,} {each['interactions']:>23,}")
    cells, interactions = (sum(each[key] for each in by_table.values()) for key in ("cells", "interactions"))
    print(f"{'together':22} {'':>8} {cells:>16,.1f} {interactions:>23,.1f}")


if __name__ == "__main__":
    main()
