"""A pipeline and a verifier that do what the first block of a batch tells them to."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prover.errors import InputError, SetupError


@dataclass(frozen=True)
class Request:
    layer: str
    program: str
    namespace: bytes
    blocks: tuple[bytes, ...]
    chain_id: int
    state_before: bytes
    profile: str


@dataclass(frozen=True)
class Progress:
    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Statement:
    layer: int
    layer_format: int
    mode: int
    chain_id: int
    namespace: bytes
    first_height: int
    last_height: int
    anchor: bytes
    state_before: bytes
    state_after: bytes
    receipts_digest: bytes
    program_digest: bytes

    def encode(self) -> bytes:
        return json.dumps([v.hex() if isinstance(v, bytes) else v for v in vars(self).values()]).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "Statement":
        fields: list[Any] = [bytes.fromhex(v) if isinstance(v, str) else v for v in json.loads(encoded)]
        return cls(*fields)


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


@dataclass(frozen=True)
class Verdict:
    accepted: bool
    reason: str | None
    statement: Statement | None
    bits: float
    program: str


def block(**orders: Any) -> bytes:
    """A block file that tells `prove_batch` what to do."""
    return json.dumps(orders).encode()


def prove_batch(
    request: Request, report: Callable[[Progress], None] | None, cancelled: Callable[[], bool] | None
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
    match orders.get("fault"):
        case "input":
            raise InputError(
                "BLOCK_INCONSISTENT", "The block does not match its data hash.", "Fetch it again."
            )
        case "setup":
            raise SetupError("KERNEL_MISSING", "There is no kernel.", "Build it.")
        case "memory":
            raise MemoryError
        case "bug":
            raise RuntimeError("secret detail")
        case "death":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
    statement = Statement(
        *(1, 1, 0, request.chain_id, request.namespace, 7, 7, bytes(32), request.state_before or bytes(32)),
        state_after=hashlib.sha256(b"".join(request.blocks)).digest(),
        receipts_digest=bytes(32),
        program_digest=bytes(32),
    )
    seal = b"bad" if orders.get("fault") == "proof" else b"good"
    padding = bytes(orders.get("size", 0))
    return Settlement(
        statement,
        seal + b"|" + statement.encode() + b"|" + padding,
        Record((Stage("prove", 0.5, 9, 8),), 128.25, "fri"),
    )


def verify(proof: bytes, profile_name: str, expected: Any = None) -> Verdict:
    seal, _, rest = proof.partition(b"|")
    if seal == b"slow":
        time.sleep(60)
    if seal == b"crash":
        os._exit(1)
    if seal != b"good":
        return Verdict(False, "the seal is broken", None, 0.0, "")
    statement = Statement.decode(rest.partition(b"|")[0])
    for name, value in (expected or {}).items():
        if getattr(statement, name) != value:
            return Verdict(False, f"{name} is another", None, 0.0, "")
    return Verdict(True, None, statement, 128.25, "log")
