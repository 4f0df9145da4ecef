"""Proves a block through a running service, with nothing but the generated stubs.

sequitur serve &
python examples/grpc_client.py [HOST:PORT] [BLOCK FILE] [NAMESPACE IN HEX] [PROOF FILE]
"""

import sys
import uuid
from pathlib import Path

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from grpc_status import rpc_status

from prover.v1 import prover_pb2, prover_pb2_grpc

DEFAULTS = [
    "127.0.0.1:50551",
    str(Path(__file__).parent / "celestia_mainnet_block_10126899.json"),
    "000000000000000000000000000000000000000048ebd3411d6431afa0c5",
    "block.proof",
]
OPTIONS = [("grpc.max_send_message_length", 16 << 20), ("grpc.max_receive_message_length", 16 << 20)]


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

        for event in prover.WatchBatchProof(prover_pb2.WatchBatchProofRequest(name=metadata.batch_proof)):
            if event.HasField("progress"):
                told = event.progress
                print(f"  {told.stage}: {told.units_done}/{told.units_total}")

        operations = operations_pb2_grpc.OperationsStub(channel)
        wait = operations_pb2.WaitOperationRequest(name=operation.name)
        operation = operations.WaitOperation(wait, timeout=30)
    if operation.HasField("error"):
        sys.exit(f"not proven: {operation.error.message}")
    proof = prover_pb2.BatchProof()
    operation.response.Unpack(proof)
    Path(out).write_bytes(proof.proof.data)
    print(f"{out}: {proof.proof.digest.size_bytes} bytes, {proof.security.provable_bits} provable bits")
    print(f"state after: {proof.statement.state_after.hex()}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :])
    except grpc.RpcError as error:
        refused = rpc_status.from_call(error) if isinstance(error, grpc.Call) else None
        sys.exit(refused.message if refused else str(error))
