"""A pipeline and a verifier that do what the first block of a batch tells them to."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from prover.errors import InputError, SetupError
from verifier.errors import Rejected
from verifier.security import Report
from verifier.statement import LENGTH, Statement
from verifier.verify import Expected, Verdict, check_expected

SECURITY = Report(128.2, "queries", ())
PROGRAMS = {"log": bytes(32), "payments": b"\1" * 32}
"""Digests of the programs by name."""


@dataclass(frozen=True)
class Request:
    layer: str
    program: str
    namespace: bytes
    blocks: tuple[bytes, ...]
    chain_id: int
    state_before: bytes
    profile: str
    genesis: bytes
    snapshot: bytes


@dataclass(frozen=True)
class Progress:
    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Stage:
    name: str
    seconds: float
    cells: int
    peak_memory_bytes: int


@dataclass(frozen=True)
class Record:
    stages: tuple[Stage, ...]
    bits: float
    binding: str


@dataclass(frozen=True)
class Settlement:
    statement: Statement
    proof: bytes
    record: Record
    snapshot: bytes


def accounts_after(genesis: bytes, snapshot: bytes) -> bytes:
    """What `prove_batch` makes of accounts."""
    return b"accounts after " + (snapshot or genesis)


def block(**orders: Any) -> bytes:
    """A block file that tells `prove_batch` what to do."""
    return json.dumps(orders).encode()


def prove_batch(
    request: Request,
    report: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Settlement:
    orders = json.loads(request.blocks[0])
    assert report is not None
    if "runs" in orders:
        with Path(orders["runs"]).open("a") as runs:
            runs.write(f"{os.getpid()}\n")
    print("noise on standard output must not disturb the messages")
    for step in range(orders.get("steps", 1)):
        report(Progress("prove", step, orders.get("steps", 1)))
        time.sleep(orders.get("pause", 0))
    # Goes on once the test has made this file, whatever the machine is busy with meanwhile.
    while "gate" in orders and not Path(orders["gate"]).exists():
        time.sleep(0.01)
    match orders.get("fault"):
        case "input":
            raise InputError(
                "BLOCK_INCONSISTENT", "The block does not match its data hash.", "Fetch it again."
            )
        case "setup":
            raise SetupError("KERNEL_MISSING", "There is no kernel.", "Build it.")
        case "estimate":
            raise SetupError("MEMORY_EXCEEDED", "This proof needs about 9 MiB of memory.", "Prove less.")
        case "memory":
            raise MemoryError
        case "bug":
            raise RuntimeError("secret detail")
        case "death":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
    statement = Statement(
        layer=1,
        layer_format=1,
        mode=0,
        chain_id=request.chain_id,
        namespace=request.namespace,
        first_height=7,
        last_height=7,
        anchor=bytes(32),
        state_before=request.state_before or bytes(32),
        state_after=hashlib.sha256(b"".join(request.blocks)).digest(),
        receipts_digest=bytes(32),
        program_digest=PROGRAMS[request.program],
    )
    seal = b"bad" if orders.get("fault") == "proof" else b"good"
    # A prover that proves something else than it says.
    proven = replace(statement, last_height=8) if orders.get("fault") == "statement" else statement
    snapshot = b""
    if request.program == "payments":
        snapshot = accounts_after(request.genesis, request.snapshot) + bytes(orders.get("accounts_size", 0))
    return Settlement(
        statement,
        seal + b"|" + proven.encode() + bytes(orders.get("size", 0)),
        Record((Stage("prove", 0.5, 9, 8),), SECURITY.bits, SECURITY.binding),
        snapshot,
    )


def verify(proof: bytes, profile: str, expected: Expected | None = None) -> Verdict:
    seal, _, rest = proof.partition(b"|")
    if seal == b"slow":
        time.sleep(60)
    if seal == b"crash":
        os._exit(1)
    try:
        if seal != b"good":
            raise Rejected("the seal is broken")
        statement = Statement.decode(rest[:LENGTH])
        check_expected(statement, expected or {})
    except Rejected as rejection:
        return Verdict(False, rejection.reason, profile)
    (program,) = (name for name, digest in PROGRAMS.items() if digest == statement.program_digest)
    return Verdict(True, "", profile, f"celestia-{program}", statement, SECURITY)
