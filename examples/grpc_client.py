"""Proves a block through a running service, with nothing but gRPC and the stubs generated from `proto/`.

sequitur serve &
python examples/grpc_client.py [HOST:PORT] [BLOCK FILE] [NAMESPACE IN HEX] [PROOF FILE]
"""

import sys
import uuid
from pathlib import Path

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from prover.v1 import prover_pb2, prover_pb2_grpc

DEFAULTS = [
    "127.0.0.1:50551",
    str(Path(__file__).parent / "celestia_mainnet_block_10126899.json"),
    "00000000000000000000000000000000000000ca1de12a8c022bd46803",
    "block.proof",
]
MESSAGE_BYTES = 64 << 20
OPTIONS = [
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    # A proxy of the environment cannot reach a service on this machine.
    ("grpc.enable_http_proxy", 0),
]


def main(address: str, block: str, namespace: str, out: str) -> None:
    """Creates the job, shows its progress, waits for the operation, and keeps the proof."""
    batch = prover_pb2.Batch(
        layer="celestia",
        program="log",
        namespace=bytes.fromhex(namespace),
        blocks=[Path(block).read_bytes()],
    )
    # The same id with the same batch never makes a second job: keep it to retry safely.
    request = prover_pb2.CreateBatchProofRequest(batch=batch, request_id=str(uuid.uuid4()))
    with grpc.insecure_channel(address, options=OPTIONS) as channel:
        prover = prover_pb2_grpc.ProverServiceStub(channel)
        operation = prover.CreateBatchProof(request, timeout=30)
        metadata = prover_pb2.BatchProofMetadata()
        operation.metadata.Unpack(metadata)
        print(metadata.batch_proof)

        # A stream that breaks is taken up by watching again after the last event's sequence number.
        for event in prover.WatchBatchProof(prover_pb2.WatchBatchProofRequest(name=metadata.batch_proof)):
            if event.HasField("progress"):
                told = event.progress
                print(f"  {told.stage}, {told.units_done} of {told.units_total} stages done")

        # Clients that know no more than google.longrunning may poll or wait instead of watching.
        operations = operations_pb2_grpc.OperationsStub(channel)
        wait = operations_pb2.WaitOperationRequest(name=operation.name)
        operation = operations.WaitOperation(wait, timeout=30)
    if operation.HasField("error"):
        sys.exit(f"not proven: {described(operation.error)}")
    proof = prover_pb2.BatchProof()
    operation.response.Unpack(proof)
    Path(out).write_bytes(proof.proof.data)
    security = proof.security
    print(f"{out}: {proof.proof.digest.size_bytes:,} bytes, {security.provable_bits} provable bits")
    print(f"heights {proof.statement.first_height} to {proof.statement.last_height}")
    print(f"state after: {proof.statement.state_after.hex()}")
    print(f"check it, without trust in the service: python -m verifier {out}")


def described(status: status_pb2.Status) -> str:
    """The stable reason of an error, and its words."""
    information = error_details_pb2.ErrorInfo()
    reasons = [information.reason for detail in status.details if detail.Unpack(information)]
    return " ".join([*reasons, status.message])


if __name__ == "__main__":
    try:
        main(*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :])
    except grpc.RpcError as error:
        assert isinstance(error, grpc.Call)
        refused = rpc_status.from_call(error)
        sys.exit(described(refused) if refused else f"{error.code().name} {error.details()}")
