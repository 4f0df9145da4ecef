"""A batch from request to proof, and every way an attempt may end."""

import hashlib
import os
import signal
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.rpc import code_pb2

from prover.errors import SequiturError
from prover.service import status
from prover.service.checking import expected_of
from prover.v1 import prover_pb2, verifier_pb2
from tests.prover.service.conftest import (
    NAMESPACE,
    Service,
    alive,
    batch,
    eventually,
    finished,
    first_worker,
    payments,
)
from tests.prover.service.fake import accounts_after

State = prover_pb2.BatchProof


def test_a_batch_becomes_a_checked_proof(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service().start()
    submitted = batch(gate=str(tmp_path / "gate"))
    name = client.create(submitted)
    kinds, told = [], []
    for event in client.watch(name):
        kinds.append(event.WhichOneof("event"))
        for message in (event.progress, event.snapshot.progress):
            if message.stage == "prove":
                told.append((message.units_done, message.units_total))
                (tmp_path / "gate").touch()
    assert kinds[0] == "snapshot"
    assert kinds[-1] == "terminal"
    assert told[0] == (0, 1)
    proof = client.get(name)
    assert proof.state == State.SUCCEEDED
    assert proof.attempts == 1
    assert proof.statement.namespace == NAMESPACE
    assert proof.statement.chain_id == 5
    assert proof.block_digests == [hashlib.sha256(submitted.blocks[0]).digest()]
    assert not proof.batch.blocks
    assert proof.proof.data.startswith(b"good|")
    assert proof.proof.digest.value == hashlib.sha256(proof.proof.data).digest()
    assert proof.proof.digest.size_bytes == len(proof.proof.data)
    assert proof.security.provable_bits == 128.2
    assert proof.stages[0].name == "prove"
    assert proof.stages[0].duration.nanos == 500_000_000
    basic = client.get(name, prover_pb2.BATCH_PROOF_VIEW_BASIC)
    assert basic.proof.digest == proof.proof.digest
    assert not basic.proof.data


def test_accounts_go_in_and_come_out(service: Callable[..., Service]) -> None:
    running = service()
    client = running.start()
    first = client.create(payments(b"genesis"))
    made = finished(client, first)
    after = accounts_after(b"genesis", b"")
    assert made.snapshot_after.data == after
    second = client.create(payments(b"genesis", after, number=2))
    assert finished(client, second).snapshot_after.data == accounts_after(b"genesis", after)
    # What was told is on disk.
    running.end(signal.SIGKILL)
    client = running.start()
    for name, before in ((first, b""), (second, after)):
        proof = client.get(name)
        assert (proof.batch.program, proof.batch.genesis, proof.batch.snapshot) == ("payments", b"", b"")
        assert proof.genesis_digest == hashlib.sha256(b"genesis").digest()
        assert proof.snapshot_before_digest == (hashlib.sha256(before).digest() if before else b"")
        assert proof.snapshot_after.data == accounts_after(b"genesis", before)
        assert proof.snapshot_after.digest.value == hashlib.sha256(proof.snapshot_after.data).digest()
        assert proof.snapshot_after.digest.size_bytes == len(proof.snapshot_after.data)
        basic = client.get(name, prover_pb2.BATCH_PROOF_VIEW_BASIC)
        assert basic.snapshot_after.digest == proof.snapshot_after.digest
        assert not basic.snapshot_after.data
        *_, last = client.watch(name)
        assert not last.terminal.snapshot_after.data
    without = finished(client, client.create(batch()))
    assert not without.HasField("snapshot_after")
    assert not without.genesis_digest


def test_a_chain_id_left_out_is_that_of_the_genesis_file() -> None:
    named, unnamed = payments(), payments()
    unnamed.chain_id = 0
    assert expected_of(named) == {"chain_id": 5, "namespace": NAMESPACE.hex()}
    assert expected_of(unnamed) == {"namespace": NAMESPACE.hex()}
    without = batch()
    without.chain_id = 0
    assert expected_of(without) == {"chain_id": 0, "namespace": NAMESPACE.hex()}


@pytest.mark.parametrize(
    ("fault", "code", "reason"),
    [
        ("input", code_pb2.INVALID_ARGUMENT, "BLOCK_INCONSISTENT"),
        ("setup", code_pb2.INTERNAL, "ATTEMPTS_EXHAUSTED"),
        ("memory", code_pb2.RESOURCE_EXHAUSTED, "MEMORY_EXCEEDED"),
        ("estimate", code_pb2.RESOURCE_EXHAUSTED, "MEMORY_EXCEEDED"),
        ("bug", code_pb2.INTERNAL, "INTERNAL"),
        ("death", code_pb2.INTERNAL, "ATTEMPTS_EXHAUSTED"),
        ("exit", code_pb2.INTERNAL, "ATTEMPTS_EXHAUSTED"),
        ("proof", code_pb2.INTERNAL, "PROOF_SELF_CHECK_FAILED"),
        ("statement", code_pb2.INTERNAL, "PROOF_SELF_CHECK_FAILED"),
    ],
)
def test_a_failing_attempt_ends_its_job_with_a_reason(
    service: Callable[..., Service], tmp_path: Path, fault: str, code: int, reason: str
) -> None:
    client = service(allowed_losses=1).start()
    runs = tmp_path / "runs"
    failed = finished(client, client.create(batch(fault=fault, runs=str(runs))))
    assert failed.state == State.FAILED
    assert failed.error.code == code
    information = status.details(failed.error)
    assert information["reason"] == reason
    assert information["domain"] == "sequitur.prover"
    assert "secret" not in str(failed.error)
    retried = reason == "ATTEMPTS_EXHAUSTED"
    assert len(runs.read_text().split()) == failed.attempts == (2 if retried else 1)
    assert not failed.HasField("proof")
    # The server is none the worse for it.
    assert finished(client, client.create(batch())).state == State.SUCCEEDED


def test_a_proof_that_takes_too_long_is_killed(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service(time_limit=3.0).start()
    runs = tmp_path / "runs"
    failed = finished(client, client.create(batch(pause=60, runs=str(runs))))
    assert status.details(failed.error)["reason"] == "TIME_LIMIT_EXCEEDED"
    assert failed.error.code == code_pb2.DEADLINE_EXCEEDED
    # A busy machine may spend all that time on starting the process.
    workers = runs.read_text().split() if runs.exists() else []
    eventually(lambda: not any(alive(int(worker)) for worker in workers))


def test_cancelling_kills_the_process_and_is_final(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service().start()
    runs = tmp_path / "runs"
    running, waiting = client.create(batch(pause=60, runs=str(runs))), client.create(batch(steps=2))
    worker = first_worker(runs)
    for name in (waiting, running, running):
        client.cancel(name)
    for name, attempts in ((running, 1), (waiting, 0)):
        cancelled = finished(client, name)
        assert cancelled.state == State.CANCELLED
        assert cancelled.error.code == code_pb2.CANCELLED
        assert cancelled.attempts == attempts
    eventually(lambda: not alive(worker))


def test_a_worker_killed_by_someone_else_is_replaced(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service().start()
    runs, gate = tmp_path / "runs", tmp_path / "gate"
    name = client.create(batch(gate=str(gate), runs=str(runs)))
    os.kill(first_worker(runs), signal.SIGKILL)
    gate.touch()
    proof = finished(client, name)
    assert proof.state == State.SUCCEEDED
    assert proof.attempts == 2


def test_the_service_verifies_proofs_of_others(service: Callable[..., Service]) -> None:
    client = service().start()
    data = finished(client, client.create(batch())).proof.data
    request = verifier_pb2.VerifyProofRequest(proof=data)
    verdict = verifier_pb2.VerifyProofResponse
    answer = client.verify(request)
    assert answer.verdict == verdict.VERDICT_ACCEPTED
    assert answer.statement.namespace == NAMESPACE
    assert answer.program == "celestia-log"
    assert (answer.security.provable_bits, answer.security.binding_term) == (128.2, "queries")
    request.expected.chain_id = 5
    request.expected.last_height = 7
    assert client.verify(request).verdict == verdict.VERDICT_ACCEPTED
    request.expected.state_before = bytes(31) + b"\x01"
    answer = client.verify(request)
    assert answer.verdict == verdict.VERDICT_REJECTED
    assert answer.reason.startswith("state_before is ")
    assert not answer.HasField("statement")
    answer = client.verify(verifier_pb2.VerifyProofRequest(proof=b"junk"))
    assert answer.verdict == verdict.VERDICT_REJECTED


def test_a_check_that_hangs_or_dies_is_no_verdict(service: Callable[..., Service]) -> None:
    client = service(verify_time_limit=1.0).start()
    for hostile in (b"slow|", b"crash|"):
        with pytest.raises(SequiturError) as caught:
            client.verify(verifier_pb2.VerifyProofRequest(proof=hostile))
        assert caught.value.code == "CHECK_INTERRUPTED"


def test_one_request_id_makes_one_job(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service().start()
    runs, request_id = tmp_path / "runs", str(uuid.uuid4())
    with ThreadPoolExecutor(16) as threads:
        names = list(
            threads.map(
                lambda _: client.create(batch(steps=2, pause=0.1, runs=str(runs)), request_id), range(64)
            )
        )
    assert len(set(names)) == 1
    with pytest.raises(SequiturError) as caught:
        client.create(batch(steps=3), request_id)
    assert caught.value.code == "REQUEST_ID_REUSED"
    assert finished(client, names[0]).state == State.SUCCEEDED
    assert client.create(batch(steps=2, pause=0.1, runs=str(runs)), request_id) == names[0]
    assert len(runs.read_text().split()) == 1


def test_other_accounts_are_another_batch(service: Callable[..., Service]) -> None:
    client = service().start()
    request_id = str(uuid.uuid4())
    name = client.create(payments(b"genesis", b"snapshot"), request_id)
    for other in (payments(b"Genesis", b"snapshot"), payments(b"genesis", b"Snapshot"), payments(b"genesis")):
        with pytest.raises(SequiturError) as caught:
            client.create(other, request_id)
        assert caught.value.code == "REQUEST_ID_REUSED"
    assert client.create(payments(b"genesis", b"snapshot"), request_id) == name
