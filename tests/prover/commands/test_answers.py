"""What commands answer, to people and as JSON, where proving is not the subject."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.commands import prove as prove_command
from prover.v1 import prover_pb2
from tests.prover.commands.conftest import Run
from tests.prover.service import fake
from tests.prover.service.conftest import NAMESPACE, Service, batch, first_worker
from verifier.proof import MAX_PROOF_BYTES
from verifier.statement import Statement

HEX = NAMESPACE.hex()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.pipeline.prove_batch", fake.prove_batch)
    monkeypatch.setattr(prove_command, "verify", fake.verify)


def arguments(tmp_path: Path, **orders: object) -> list[str]:
    (tmp_path / "block.json").write_bytes(fake.block(**orders))
    files = ["--block", str(tmp_path / "block.json"), "--out", str(tmp_path / "proof")]
    return ["prove", *files, "--namespace", HEX, "--chain-id", "5"]


@pytest.mark.usefixtures("pipeline")
def test_a_proof_made_here_is_written_and_told(run: Run, tmp_path: Path) -> None:
    ended = run(*arguments(tmp_path))
    assert ended.code == 0
    assert (tmp_path / "proof").read_bytes().startswith(b"good|")
    assert HEX in ended.out
    assert "128.2, bound by queries" in ended.out
    assert "prove" in ended.err
    told = json.loads(run(*arguments(tmp_path), "--json").out.splitlines()[-1])
    assert told["statement"]["namespace"] == HEX
    assert list(told["statement"]) == list(Statement.FIELDS)
    assert {name: told[name] for name in ("provable_bits", "binding_term", "profile", "size_bytes")} == {
        "provable_bits": 128.2,
        "binding_term": "queries",
        "profile": "direct-128",
        "size_bytes": (tmp_path / "proof").stat().st_size,
    }
    assert told["stages"] == [{"name": "prove", "seconds": 0.5, "cells": 9, "peak_memory_bytes": 8}]


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize(
    ("fault", "exit_code", "code"),
    [
        ("input", 2, "BLOCK_INCONSISTENT"),
        ("setup", 3, "KERNEL_MISSING"),
        ("bug", 3, "INTERNAL"),
        ("proof", 3, "PROOF_SELF_CHECK_FAILED"),
        ("statement", 3, "PROOF_SELF_CHECK_FAILED"),
    ],
)
def test_a_batch_that_is_not_proven_leaves_nothing(
    run: Run, tmp_path: Path, fault: str, exit_code: int, code: str
) -> None:
    ended = run(*arguments(tmp_path, fault=fault), "--json")
    assert ended.code == exit_code
    assert json.loads(ended.out.splitlines()[-1])["error"]["code"] == code
    assert [path.name for path in tmp_path.iterdir()] == ["block.json"]


def test_a_proof_of_a_service_is_the_same_to_the_caller(
    run: Run, tmp_path: Path, service: Callable[..., Service]
) -> None:
    running = service()
    running.start()
    server = ["--server", running.address]
    ended = run(*arguments(tmp_path), *server, "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert (tmp_path / "proof").read_bytes().startswith(b"good|")
    assert told["statement"]["chain_id"] == 5
    assert told["provable_bits"] == 128.2
    watched = run("watch", told["name"], *server, "--json")
    events = [json.loads(line) for line in watched.out.splitlines()]
    assert watched.code == 0
    assert [next(kind for kind in ("snapshot", "terminal") if kind in event) for event in events] == [
        "snapshot",
        "terminal",
    ]
    assert events[-1]["terminal"]["state"] == "SUCCEEDED"
    assert "SUCCEEDED" in run("watch", told["name"], *server).out
    later = run("watch", told["name"], *server, "--after", events[-1]["sequence"], "--json")
    assert (later.code, later.out) == (0, "")


def test_the_errors_of_a_service_keep_their_names(
    run: Run, tmp_path: Path, service: Callable[..., Service]
) -> None:
    running = service(allowed_losses=0)
    client = running.start()
    server = ["--server", running.address]
    for fault, exit_code, code in (("input", 2, "BLOCK_INCONSISTENT"), ("setup", 3, "ATTEMPTS_EXHAUSTED")):
        ended = run(*arguments(tmp_path, fault=fault), *server, "--json")
        assert (ended.code, json.loads(ended.out)["error"]["code"]) == (exit_code, code)
    assert not (tmp_path / "proof").exists()
    ended = run("watch", "batchProofs/0", *server, "--json")
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (2, "BATCH_PROOF_NOT_FOUND")
    runs = tmp_path / "runs"
    name = client.create(batch(pause=60, runs=str(runs)))
    first_worker(runs)
    client.cancel(name)
    ended = run("watch", name, *server)
    assert ended.code == 1
    assert "CANCELLED" in ended.err


def test_one_request_id_is_one_job_on_the_command_line_too(
    run: Run, tmp_path: Path, service: Callable[..., Service]
) -> None:
    running = service()
    client = running.start()
    again = ["--server", running.address, "--request-id", "0b7d3a40-9c3e-4f6e-8a51-111111111111", "--json"]
    names = {json.loads(run(*arguments(tmp_path), *again).out)["name"] for _ in range(2)}
    assert len(names) == 1
    ended = run(*arguments(tmp_path, number=2), *again)
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (2, "REQUEST_ID_REUSED")
    assert client.get(names.pop()).state == prover_pb2.BatchProof.SUCCEEDED


def test_a_full_disk_leaves_no_part_of_a_proof(
    run: Run, tmp_path: Path, service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = service()
    running.start()
    # Only this process finds the disk full, not the service's.
    monkeypatch.setattr("prover.store.artifacts.os.fsync", _full)
    ended = run(*arguments(tmp_path), "--server", running.address, "--json")
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (3, "DISK_FULL")
    assert [path.name for path in tmp_path.iterdir() if "proof" in path.name] == []


def with_accounts(tmp_path: Path, **orders: object) -> list[str]:
    (tmp_path / "genesis").write_bytes(b"genesis")
    (tmp_path / "before").write_bytes(b"before")
    files = ["--genesis", str(tmp_path / "genesis"), "--snapshot", str(tmp_path / "before")]
    return [*arguments(tmp_path, **orders), "--program", "payments", *files]


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("served", [False, True])
def test_accounts_come_out_of_a_service_as_they_do_here(
    run: Run, tmp_path: Path, service: Callable[..., Service], served: bool
) -> None:
    server = []
    if served:
        running = service()
        running.start()
        server = ["--server", running.address]
    after = tmp_path / "after"
    ended = run(*with_accounts(tmp_path), *server, "--snapshot-out", after, "--json")
    assert ended.code == 0, ended.out
    assert json.loads(ended.out.splitlines()[-1])["snapshot_out"] == str(after)
    assert after.read_bytes() == fake.accounts_after(b"genesis", b"before")
    assert (tmp_path / "proof").read_bytes().startswith(b"good|")
    after.unlink()
    assert run(*with_accounts(tmp_path), *server).code == 0
    assert not after.exists()


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("full", [1, 2])
def test_without_room_for_both_neither_proof_nor_accounts_are_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: int
) -> None:
    asked = with_accounts(tmp_path)
    calls = iter(range(1, 100))
    flush = os.fsync
    monkeypatch.setattr(
        "prover.store.artifacts.os.fsync", lambda each: _full(each) if next(calls) == full else flush(each)
    )
    ended = run(*asked, "--snapshot-out", tmp_path / "after", "--json")
    assert (ended.code, json.loads(ended.out.splitlines()[-1])["error"]["code"]) == (3, "DISK_FULL")
    assert {path.name for path in tmp_path.iterdir()} == {"block.json", "genesis", "before"}


def _full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_what_is_no_proof_is_rejected(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "proof").write_bytes(b"not a proof")
    ended = run(command, tmp_path / "proof")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("REJECTED in ")
    found = json.loads(run(command, tmp_path / "proof", "--json").out)
    assert found["accepted"] is False
    assert found["reason"] == "not a Sequitur proof: wrong magic"
    assert "statement" not in found
    with (tmp_path / "proof").open("wb") as file:
        file.truncate(MAX_PROOF_BYTES + 1)
    ended = run(command, tmp_path / "proof")
    assert (ended.code, f"at most {MAX_PROOF_BYTES:,} bytes" in ended.out) == (1, True)
