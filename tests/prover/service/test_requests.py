"""What the service answers to requests that are wrong, and to the standard interfaces beside its own."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from prover.service import status
from prover.service.intake import ACCOUNTS_BYTES
from prover.service.settings import MESSAGE_BYTES
from prover.v1 import prover_pb2, prover_pb2_grpc, verifier_pb2, verifier_pb2_grpc
from tests.prover.service.conftest import Service, batch, eventually, finished, payments

Code = grpc.StatusCode
FRESH = "0b7d3a40-9c3e-4f6e-8a51-111111111111"


@pytest.fixture
def channel(service: Callable[..., Service]) -> Iterator[grpc.Channel]:
    running = service(queue_limit=3)
    running.start()
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(running.address, options=options) as opened:
        yield opened


def refusal(method: Any, request: Any) -> tuple[grpc.StatusCode, str, str]:
    """Status code, reason and offending field of a refused call."""
    with pytest.raises(grpc.RpcError) as caught:
        answer = method(request, timeout=20)
        next(answer)
    error: Any = caught.value
    received = rpc_status.from_call(error)
    if received is None:
        return error.code(), "", ""
    field = ""
    for packed in received.details:
        bad = error_details_pb2.BadRequest()
        if packed.Unpack(bad):
            field = bad.field_violations[0].field
    return error.code(), status.details(received)["reason"], field


def changed(**fields: Any) -> prover_pb2.Batch:
    made = batch()
    for name, value in fields.items():
        if name == "blocks":
            del made.blocks[:]
            made.blocks.extend(value)
        else:
            setattr(made, name, value)
    return made


BAD_BATCHES = [
    ("layer", "espresso", "LAYER_UNKNOWN", "batch.layer"),
    ("layer", "", "LAYER_UNKNOWN", "batch.layer"),
    ("program", "vm", "PROGRAM_UNKNOWN", "batch.program"),
    ("program", "payments", "GENESIS_MISSING", "batch.genesis"),
    ("genesis", b"{}", "GENESIS_UNWANTED", "batch.genesis"),
    ("snapshot", b"x", "GENESIS_UNWANTED", "batch.snapshot"),
    ("namespace", bytes(28), "NAMESPACE_INVALID", "batch.namespace"),
    ("namespace", b"", "NAMESPACE_INVALID", "batch.namespace"),
    ("namespace", bytes(30), "NAMESPACE_INVALID", "batch.namespace"),
    ("namespace", bytes(28) + b"\x07", "NAMESPACE_INVALID", "batch.namespace"),
    ("blocks", [], "FIELD_INVALID", "batch.blocks"),
    ("blocks", [b"{}"] * 1025, "FIELD_INVALID", "batch.blocks"),
    ("blocks", [b"{}", b""], "FIELD_INVALID", "batch.blocks[1]"),
    ("state_before", bytes(31), "FIELD_INVALID", "batch.state_before"),
    ("profile", "direct-64", "PROFILE_UNKNOWN", "batch.profile"),
]


def test_wrong_requests_are_refused_with_code_reason_and_field(channel: grpc.Channel) -> None:
    prover = prover_pb2_grpc.ProverServiceStub(channel)
    verifier = verifier_pb2_grpc.VerifierServiceStub(channel)
    operations = operations_pb2_grpc.OperationsStub(channel)

    def create(made: prover_pb2.Batch | None, request_id: str = FRESH) -> tuple[grpc.StatusCode, str, str]:
        request = prover_pb2.CreateBatchProofRequest(batch=made, request_id=request_id)
        return refusal(prover.CreateBatchProof, request)

    for name, value, reason, field in BAD_BATCHES:
        assert create(changed(**{name: value})) == (Code.INVALID_ARGUMENT, reason, field), name
    assert create(None) == (Code.INVALID_ARGUMENT, "FIELD_INVALID", "batch")
    giant = bytes(ACCOUNTS_BYTES + 1)
    for made, reason, field in (
        (payments(genesis=giant), "GENESIS_TOO_LARGE", "batch.genesis"),
        (payments(snapshot=giant), "SNAPSHOT_TOO_LARGE", "batch.snapshot"),
    ):
        assert create(made) == (Code.INVALID_ARGUMENT, reason, field)
    for text in ("", "7", str(uuid.uuid1()), FRESH.upper(), FRESH.replace("-", ""), "{" + FRESH + "}"):
        expected = (Code.INVALID_ARGUMENT, "REQUEST_ID_MALFORMED", "request_id")
        assert create(batch(), text) == expected, text
    huge = changed(blocks=[bytes(MESSAGE_BYTES)])
    assert create(huge)[0] is Code.RESOURCE_EXHAUSTED

    for name in ("", "x", "batchProofs/", "batchProofs/" + "0" * 32, "batchProofs/../x", "operations/0"):
        for method, request in (
            (prover.GetBatchProof, prover_pb2.GetBatchProofRequest(name=name)),
            (prover.WatchBatchProof, prover_pb2.WatchBatchProofRequest(name=name)),
        ):
            assert refusal(method, request)[:2] == (Code.NOT_FOUND, "BATCH_PROOF_NOT_FOUND"), name
    for method, request in (
        (operations.GetOperation, operations_pb2.GetOperationRequest(name="operations/0")),
        (operations.WaitOperation, operations_pb2.WaitOperationRequest(name="operations/0")),
        (operations.CancelOperation, operations_pb2.CancelOperationRequest(name="batchProofs/0")),
    ):
        assert refusal(method, request)[:2] == (Code.NOT_FOUND, "OPERATION_NOT_FOUND")
    delete = operations_pb2.DeleteOperationRequest(name="operations/0")
    assert refusal(operations.DeleteOperation, delete)[0] is Code.UNIMPLEMENTED
    for token in ("x", "YWZ0ZXI6", "YWZ0ZXI6MDE=", "YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ä"):
        listing = prover_pb2.ListBatchProofsRequest(page_token=token)
        expected = (Code.INVALID_ARGUMENT, "PAGE_TOKEN_MALFORMED", "page_token")
        assert refusal(prover.ListBatchProofs, listing) == expected, token
    negative = prover_pb2.ListBatchProofsRequest(page_size=-1)
    assert refusal(prover.ListBatchProofs, negative)[2] == "page_size"
    for check, field in (
        (verifier_pb2.VerifyProofRequest(), "proof"),
        (verifier_pb2.VerifyProofRequest(proof=bytes((8 << 20) + 1)), "proof"),
        (verifier_pb2.VerifyProofRequest(proof=b"x", profile="weak"), "profile"),
    ):
        assert refusal(verifier.VerifyProof, check)[::2] == (Code.INVALID_ARGUMENT, field)
    # Nothing that was refused left anything behind.
    assert not prover.ListBatchProofs(prover_pb2.ListBatchProofsRequest(), timeout=20).batch_proofs


def test_a_full_queue_refuses_new_batches_but_not_old_request_ids(
    channel: grpc.Channel, tmp_path: Path
) -> None:
    prover = prover_pb2_grpc.ProverServiceStub(channel)
    runs = tmp_path / "runs"

    def request(number: int) -> prover_pb2.CreateBatchProofRequest:
        made = batch(pause=60, number=number, runs=str(runs))
        return prover_pb2.CreateBatchProofRequest(batch=made, request_id=f"{FRESH[:-1]}{number}")

    prover.CreateBatchProof(request(0), timeout=20)
    eventually(runs.exists)
    waiting = [prover.CreateBatchProof(request(number), timeout=20) for number in (1, 2, 3)]
    assert refusal(prover.CreateBatchProof, request(4))[:2] == (Code.RESOURCE_EXHAUSTED, "QUEUE_FULL")
    assert prover.CreateBatchProof(request(3), timeout=20).name == waiting[2].name


def test_pages_hold_every_job_once_newest_first(channel: grpc.Channel) -> None:
    prover = prover_pb2_grpc.ProverServiceStub(channel)
    operations = operations_pb2_grpc.OperationsStub(channel)
    made = []
    for number in range(5):
        request = prover_pb2.CreateBatchProofRequest(batch=batch(number=number), request_id=str(uuid.uuid4()))
        name = prover.CreateBatchProof(request, timeout=20).name
        done = operations.WaitOperation(operations_pb2.WaitOperationRequest(name=name), timeout=20)
        assert done.done
        made.append(name.removeprefix("operations/"))
    listed: list[str] = []
    token = ""
    for size in (2, 2, 1):
        page = prover.ListBatchProofs(
            prover_pb2.ListBatchProofsRequest(page_size=2, page_token=token), timeout=20
        )
        assert len(page.batch_proofs) == size
        assert not any(proof.proof.data for proof in page.batch_proofs)
        listed += [proof.name.removeprefix("batchProofs/") for proof in page.batch_proofs]
        token = page.next_page_token
    assert token == ""
    assert listed == made[::-1]
    page = operations.ListOperations(operations_pb2.ListOperationsRequest(page_size=3), timeout=20)
    assert [operation.name.removeprefix("operations/") for operation in page.operations] == made[:1:-1]


def test_generic_clients_can_poll_wait_and_read_the_result(channel: grpc.Channel, tmp_path: Path) -> None:
    prover = prover_pb2_grpc.ProverServiceStub(channel)
    operations = operations_pb2_grpc.OperationsStub(channel)
    request = prover_pb2.CreateBatchProofRequest(
        batch=batch(gate=str(tmp_path / "gate")), request_id=str(uuid.uuid4())
    )
    operation = prover.CreateBatchProof(request, timeout=20)
    assert not operation.done
    # A wait that is cut short by its own time or by the call's deadline is an answer, not an error.
    brief = operations_pb2.WaitOperationRequest(name=operation.name)
    brief.timeout.FromMilliseconds(50)
    assert not operations.WaitOperation(brief, timeout=20).done
    brief.ClearField("timeout")
    assert not operations.WaitOperation(brief, timeout=2).done
    (tmp_path / "gate").touch()
    done = operations.WaitOperation(brief, timeout=20)
    assert done.done
    metadata, proof = prover_pb2.BatchProofMetadata(), prover_pb2.BatchProof()
    assert done.metadata.Unpack(metadata)
    assert done.response.Unpack(proof)
    assert metadata.batch_proof == proof.name
    assert proof.proof.data.startswith(b"good|")
    again = operations.GetOperation(operations_pb2.GetOperationRequest(name=operation.name), timeout=20)
    assert again == done


def test_health_and_reflection_answer(channel: grpc.Channel, service: Callable[..., Service]) -> None:
    stub = health_pb2_grpc.HealthStub(channel)

    def serving(name: str) -> bool:
        answer = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=20)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    services = {"prover.v1.ProverService", "prover.v1.VerifierService", "google.longrunning.Operations"}
    for name in ("", *services):
        assert serving(name)
    database = ProtoReflectionDescriptorDatabase(channel)
    assert services | {"grpc.health.v1.Health"} <= set(database.get_services())
    # A client that knows nothing but the address can learn every method and message.
    pool = DescriptorPool(database)
    for name in services:
        methods = pool.FindServiceByName(name).methods
        assert all(method.input_type.fields for method in methods)


def test_reflection_can_be_switched_off(service: Callable[..., Service]) -> None:
    running = service(reflection=False)
    client = running.start()
    with grpc.insecure_channel(running.address) as opened, pytest.raises(grpc.RpcError) as caught:
        ProtoReflectionDescriptorDatabase(opened).get_services()
    error: Any = caught.value
    assert error.code() is Code.UNIMPLEMENTED
    assert finished(client, client.create(batch())).state == prover_pb2.BatchProof.SUCCEEDED
