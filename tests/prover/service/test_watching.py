"""Following a job: what is told, in which order, and that no cut loses a transition."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_status import rpc_status

from prover.service import status
from prover.v1 import prover_pb2, prover_pb2_grpc
from tests.prover.service.conftest import Service, batch, eventually, finished


def watch(address: str, name: str, after: int) -> list[prover_pb2.BatchProofEvent]:
    with grpc.insecure_channel(address) as channel:
        stub = prover_pb2_grpc.ProverServiceStub(channel)
        return list(
            stub.WatchBatchProof(
                prover_pb2.WatchBatchProofRequest(name=name, after_sequence=after), timeout=20
            )
        )


def test_every_resumption_tells_exactly_the_later_transitions(service: Callable[..., Service]) -> None:
    running = service(allowed_losses=2)
    client = running.start()
    name = client.create(batch(fault="death"))
    ended = finished(client, name)
    # created, three times started, twice lost, failed
    assert ended.sequence == 7
    reasons = ["STARTED", "WORKER_LOST", "STARTED", "WORKER_LOST", "STARTED"]
    for after in range(1, 7):
        *transitions, last = watch(running.address, name, after)
        assert [event.transition.reason for event in transitions] == reasons[after - 1 :]
        assert [event.sequence for event in transitions] == list(range(after + 1, 7))
        assert (last.WhichOneof("event"), last.sequence) == ("terminal", 7)
    assert watch(running.address, name, 7) == []
    assert [event.WhichOneof("event") for event in watch(running.address, name, 0)] == [
        "snapshot",
        "terminal",
    ]
    with pytest.raises(grpc.RpcError) as caught:
        watch(running.address, name, 8)
    call: Any = caught.value
    assert call.code() is grpc.StatusCode.OUT_OF_RANGE
    assert status.details(rpc_status.from_call(call))["reason"] == "SEQUENCE_UNKNOWN"


def test_a_quiet_job_sends_heartbeats(service: Callable[..., Service], tmp_path: Path) -> None:
    client = service(heartbeat=0.1).start()
    gate = tmp_path / "gate"
    name = client.create(batch(gate=str(gate)))
    heartbeats = 0
    for event in client.watch(name):
        heartbeats += event.HasField("heartbeat")
        if heartbeats == 3:
            gate.touch()
    assert heartbeats >= 3


def test_watchers_are_limited_and_give_their_places_back(
    service: Callable[..., Service], tmp_path: Path
) -> None:
    running = service(watch_limit=2)
    client = running.start()
    name = client.create(batch(pause=60, runs=str(tmp_path / "runs")))
    with grpc.insecure_channel(running.address) as channel:
        stub = prover_pb2_grpc.ProverServiceStub(channel)
        request = prover_pb2.WatchBatchProofRequest(name=name)
        streams = [stub.WatchBatchProof(request) for _ in range(2)]
        for stream in streams:
            next(stream)
        with pytest.raises(grpc.RpcError) as caught:
            next(stub.WatchBatchProof(request))
        call: Any = caught.value
        assert call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert status.details(rpc_status.from_call(call))["reason"] == "WATCH_LIMIT"
        streams[0].cancel()

        def admitted() -> bool:
            stream = stub.WatchBatchProof(request)
            try:
                next(stream)
            except grpc.RpcError:
                return False
            finally:
                stream.cancel()
            return True

        eventually(admitted)


def test_a_stopping_service_tells_watchers_to_come_back(
    service: Callable[..., Service], tmp_path: Path
) -> None:
    running = service()
    client = running.start()
    name = client.create(batch(pause=60))
    with grpc.insecure_channel(running.address) as channel:
        stream = prover_pb2_grpc.ProverServiceStub(channel).WatchBatchProof(
            prover_pb2.WatchBatchProofRequest(name=name)
        )
        next(stream)
        running.end(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as caught:
            list(stream)
        call: Any = caught.value
        assert call.code() is grpc.StatusCode.UNAVAILABLE
        assert status.details(rpc_status.from_call(call))["reason"] == "DRAINING"
