"""The service and its workers die at any instant; every acknowledged job still ends exactly once."""

import functools
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.errors import SequiturError
from prover.service import status
from prover.service.client import Client
from prover.v1 import prover_pb2
from tests.prover.service.conftest import Service, alive, batch, eventually, finished, first_worker, payments

State = prover_pb2.BatchProof


def recorded_endings(store: Path) -> dict[str, int]:
    """How many terminal transitions the database holds for each job."""
    with sqlite3.connect(store / "jobs.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT jobs.id, COUNT(events.job) FROM jobs LEFT JOIN events ON events.job = jobs.id "
            "AND state_after IN ('SUCCEEDED', 'FAILED', 'CANCELLED') GROUP BY jobs.id"
        ).fetchall()
    connection.close()
    return dict(rows)


def test_a_killed_service_takes_its_worker_along_and_proves_again(
    service: Callable[..., Service], tmp_path: Path
) -> None:
    running = service()
    runs, gate = tmp_path / "runs", tmp_path / "gate"
    client = running.start()
    name = client.create(batch(gate=str(gate), runs=str(runs)))
    events = client.watch(name)
    assert next(events).WhichOneof("event") == "snapshot"
    worker = first_worker(runs)
    running.end(signal.SIGKILL)
    eventually(lambda: not alive(worker))
    gate.touch()
    running.start()
    # The stream of the first life goes on in the second, at the transition after the last one seen.
    told = [event.transition.reason for event in events if event.HasField("transition")]
    assert [reason for reason in told if reason != "STARTED"] == ["SERVICE_RESTARTED"]
    assert told[-1] == "STARTED"
    proof = client.get(name)
    assert (proof.state, proof.attempts) == (State.SUCCEEDED, 2)
    assert len(runs.read_text().split()) == 2
    assert list(recorded_endings(running.store).values()) == [1]


def test_a_job_that_keeps_killing_the_service_fails_in_the_end(
    service: Callable[..., Service], tmp_path: Path
) -> None:
    running = service(allowed_losses=1)
    runs = tmp_path / "runs"
    client = running.start()
    name = client.create(batch(pause=60, runs=str(runs)))

    def lives() -> int:
        return len(runs.read_text().split()) if runs.exists() else 0

    for life in (1, 2):
        eventually(functools.partial(lambda wanted: lives() == wanted, life))
        running.end(signal.SIGKILL)
        client = running.start()
    failed = finished(client, name)
    assert failed.state == State.FAILED
    information = status.details(failed.error)
    assert information["reason"] == "ATTEMPTS_EXHAUSTED"
    assert information["metadata"]["cause"] == "SERVICE_RESTARTED"


def test_a_service_told_to_stop_hands_its_job_back(service: Callable[..., Service], tmp_path: Path) -> None:
    running = service(allowed_losses=0)
    runs, gate = tmp_path / "runs", tmp_path / "gate"
    client = running.start()
    name = client.create(batch(gate=str(gate), runs=str(runs)))
    worker = first_worker(runs)
    assert running.end(signal.SIGTERM) == 0
    assert not alive(worker)
    gate.touch()
    client = running.start()
    assert finished(client, name).state == State.SUCCEEDED


@pytest.mark.parametrize(("make", "files"), [(batch, 1), (payments, 2)])
def test_kills_at_random_lose_and_double_nothing(
    service: Callable[..., Service], make: Callable[..., prover_pb2.Batch], files: int
) -> None:
    running = service(allowed_losses=1000, workers=2)
    generator = random.Random(3)
    names: list[str] = []
    requests = [f"{generator.getrandbits(32):08x}-0000-4000-8000-{number:012x}" for number in range(12)]

    def submit(client: Client, request_id: str) -> None:
        names.append(client.create(make(steps=2, pause=0.1, number=request_id), request_id))

    for round_requests in (requests[0:3], requests[3:6], requests[6:9], requests[9:12]):
        client = running.start()
        for request_id in round_requests:
            submit(client, request_id)
        time.sleep(generator.uniform(0.1, 1.2))
        running.end(signal.SIGKILL)
    client = running.start()
    acknowledged = list(names)
    for request_id in requests:
        submit(client, request_id)
    assert names[len(acknowledged) :] == acknowledged
    for name in acknowledged:
        proof = finished(client, name)
        assert proof.state == State.SUCCEEDED
        assert proof.proof.data.startswith(b"good|")
        assert bool(proof.snapshot_after.data) == (files == 2)
    assert recorded_endings(running.store) == {name.removeprefix("batchProofs/"): 1 for name in acknowledged}
    running.end(signal.SIGTERM)
    assert not list((running.store / "work").iterdir())
    kept = {path.name for path in (running.store / "artifacts").glob("*/*")}
    # All these batches of payments end with the same accounts.
    assert len(kept) == len(acknowledged) + files - 1


@pytest.mark.parametrize("field", ["proof", "snapshot_after"])
def test_a_damaged_result_is_never_served(service: Callable[..., Service], field: str) -> None:
    running = service()
    client = running.start()
    name = client.create(payments())
    digest = getattr(finished(client, name), field).digest.value.hex()
    (kept,) = (running.store / "artifacts").glob(f"*/{digest}")
    damaged = bytearray(kept.read_bytes())
    damaged[10] ^= 1
    kept.write_bytes(damaged)
    try:
        client.get(name)
    except SequiturError as error:
        assert error.code == "ARTIFACT_CORRUPT"
    else:
        raise AssertionError("damaged bytes were served")
    assert client.get(name, prover_pb2.BATCH_PROOF_VIEW_BASIC).state == State.SUCCEEDED
