"""Following a job of a service on the terminal, and what is said of a proof in the end."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import duration_pb2

from prover.commands.output import Report, print_facts, print_json, size_text
from prover.errors import SequiturError, SetupError
from prover.service import status
from prover.service.client import Client, from_status
from prover.service.plain import set_fields
from prover.v1 import prover_pb2


@dataclasses.dataclass(frozen=True)
class Account:
    """What there is to say about a proof; ``stages`` are name, seconds, cells and peak memory in bytes."""

    statement: Mapping[str, int | str]
    profile: str
    provable_bits: float
    binding_term: str
    stages: tuple[tuple[str, float, int, int], ...]


def follow(client: Client, name: str, report: Report) -> prover_pb2.BatchProof:
    """Reports progress until the job is over; raises its error as `SequiturError` if it ended badly."""
    ended: prover_pb2.BatchProof | None = None
    for event in client.watch(name):
        kind = event.WhichOneof("event")
        if kind == "snapshot" and event.snapshot.HasField("progress"):
            told = event.snapshot.progress
            report(told.stage, told.units_done, told.units_total)
        elif kind == "progress":
            report(event.progress.stage, event.progress.units_done, event.progress.units_total)
        elif kind == "terminal":
            ended = event.terminal
    if ended is None:
        raise SetupError(
            "STREAM_ENDED", "The service ended the stream before the job was over.", "Try again."
        )
    if ended.state != prover_pb2.BatchProof.SUCCEEDED:
        raise ending_error(ended)
    return client.get(name)


def ending_error(ended: prover_pb2.BatchProof) -> SequiturError:
    """The typed error a job ended with."""
    reason = status.details(ended.error).get("reason", "UNKNOWN")
    return from_status(ended.error.code, reason, ended.error.message)


def account_of(proof: prover_pb2.BatchProof) -> Account:
    """The account of a proof from a service."""
    return Account(
        set_fields(proof.statement),
        proof.security.profile,
        proof.security.provable_bits,
        proof.security.binding_term,
        tuple(
            (stage.name, _seconds(stage.duration), stage.cells, stage.peak_memory_bytes)
            for stage in proof.stages
        ),
    )


def _seconds(length: duration_pb2.Duration) -> float:
    return length.seconds + length.nanos / 1e9


def print_account(account: Account, extra: Mapping[str, Any], size: int, as_json: bool) -> None:
    """Prints statement, cost and security of a proof of ``size`` bytes."""
    if as_json:
        stages = [
            dict(zip(("name", "seconds", "cells", "peak_memory_bytes"), stage, strict=True))
            for stage in account.stages
        ]
        print_json({**dataclasses.asdict(account), "stages": stages, "size_bytes": size, **extra})
        return
    print_facts("Statement", account.statement)
    print_facts(
        "Stages",
        {name: f"{seconds:.2f} s{_work(cells, memory)}" for name, seconds, cells, memory in account.stages},
    )
    bits = f"{account.provable_bits}, bound by {account.binding_term} (profile {account.profile})"
    print_facts("Proof", {"size": size_text(size), "provable_bits": bits, **extra})


def _work(cells: int, memory: int) -> str:
    parts: Iterable[str] = (
        f"{cells:,} cells" if cells else "",
        f"peak {memory / 2**20:.0f} MiB" if memory else "",
    )
    return "".join(f", {part}" for part in parts if part)
