"""A client of the service: creates, follows and fetches proofs; reconnects by itself when a stream breaks."""

import json
import time
import uuid
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import code_pb2
from grpc_status import rpc_status

from prover.errors import InputError, SequiturError, SetupError
from prover.service import status
from prover.service.operations import NAME as OPERATIONS_SERVICE
from prover.service.resources import OPERATIONS, PROOFS
from prover.service.settings import MESSAGE_BYTES
from prover.v1 import prover_pb2, prover_pb2_grpc, verifier_pb2, verifier_pb2_grpc

_RETRY = {
    "methodConfig": [
        {
            "name": [
                {"service": "prover.v1.ProverService"},
                {"service": "prover.v1.VerifierService"},
                {"service": OPERATIONS_SERVICE},
            ],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.2s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                # Nothing else may be repeated blindly.
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
_THIS_MACHINE = ("127.", "localhost:", "[::1]:")
_DEADLINE = 60.0
_VERIFY_DEADLINE = 300.0


class Client:
    """A connection to one service; calls raise `SequiturError` with the service's own reason as its code."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.max_receive_message_length", MESSAGE_BYTES),
                ("grpc.max_send_message_length", MESSAGE_BYTES),
                ("grpc.service_config", json.dumps(_RETRY)),
                # A service that was restarted is to be found again within a second, not within two minutes.
                ("grpc.max_reconnect_backoff_ms", 1000),
                # The environment's proxy would look for this machine's service on its own machine.
                ("grpc.enable_http_proxy", int(not address.startswith(_THIS_MACHINE))),
            ],
        )
        self._address = address
        self._prover = prover_pb2_grpc.ProverServiceStub(self._channel)
        self._operations = operations_pb2_grpc.OperationsStub(self._channel)
        self._verifier = verifier_pb2_grpc.VerifierServiceStub(self._channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def create(self, batch: prover_pb2.Batch, request_id: str | None = None) -> str:
        """Submits a batch; returns its BatchProof's name. The same ``request_id`` never makes two jobs.

        Raises `InputError` (BATCH_TOO_LARGE) for a batch that does not fit into one message.
        """
        request = prover_pb2.CreateBatchProofRequest(batch=batch, request_id=request_id or str(uuid.uuid4()))
        if request.ByteSize() > MESSAGE_BYTES:
            message = f"The batch has {request.ByteSize():,} bytes; a message holds {MESSAGE_BYTES:,}."
            raise InputError("BATCH_TOO_LARGE", message, "Prove fewer heights at a time.")
        operation = self._call(self._prover.CreateBatchProof, request)
        return PROOFS + str(operation.name).removeprefix(OPERATIONS)

    def get(self, name: str, view: int = prover_pb2.BATCH_PROOF_VIEW_FULL) -> prover_pb2.BatchProof:
        """Returns a BatchProof."""
        request = prover_pb2.GetBatchProofRequest(name=name, view=view)  # type: ignore[arg-type]
        resource: prover_pb2.BatchProof = self._call(self._prover.GetBatchProof, request)
        return resource

    def cancel(self, name: str) -> None:
        """Asks the service to stop a job."""
        request = operations_pb2.CancelOperationRequest(name=OPERATIONS + name.removeprefix(PROOFS))
        self._call(self._operations.CancelOperation, request)

    def verify(self, request: verifier_pb2.VerifyProofRequest) -> verifier_pb2.VerifyProofResponse:
        """Lets the service check a proof."""
        response: verifier_pb2.VerifyProofResponse = self._call(
            self._verifier.VerifyProof, request, _VERIFY_DEADLINE
        )
        return response

    def watch(
        self, name: str, after: int = 0, patience: float = 30.0
    ) -> Iterator[prover_pb2.BatchProofEvent]:
        """Yields a job's events until the terminal one, taking up a broken stream where it broke.

        Gives up if the service stays unreachable for ``patience`` seconds.
        """
        unreachable_since: float | None = None
        while True:
            request = prover_pb2.WatchBatchProofRequest(name=name, after_sequence=after)
            try:
                for event in self._prover.WatchBatchProof(request):
                    unreachable_since = None
                    after = event.sequence
                    yield event
                return
            except grpc.RpcError as error:
                now = time.monotonic()
                unreachable_since = unreachable_since or now
                lasting = now - unreachable_since > patience
                if _code(error) is not grpc.StatusCode.UNAVAILABLE or lasting:
                    raise self._typed(error) from error
            time.sleep(0.5)

    def _call(self, method: Any, request: Any, deadline: float = _DEADLINE) -> Any:
        try:
            return method(request, timeout=deadline)
        except grpc.RpcError as error:
            raise self._typed(error) from error

    def _typed(self, error: grpc.RpcError) -> SequiturError:
        received = rpc_status.from_call(error) if isinstance(error, grpc.Call) else None
        reason = status.details(received).get("reason", "") if received is not None else ""
        if not reason and _code(error) is grpc.StatusCode.UNAVAILABLE:
            return SetupError(
                "SERVER_UNREACHABLE",
                f"No service answers at {self._address}.",
                "Start one with `sequitur serve`, or name another address.",
            )
        if not reason and _code(error) is grpc.StatusCode.UNIMPLEMENTED:
            return SetupError(
                "SERVER_UNKNOWN",
                f"What answers at {self._address} is not this service, or another version of it.",
                "Name the address that `sequitur serve` printed.",
            )
        return from_status(
            received.code if received is not None else code_pb2.UNKNOWN,
            reason or (_code(error) or grpc.StatusCode.UNKNOWN).name,
            received.message if received is not None else str(error.details()),
        )


def _code(error: grpc.RpcError) -> grpc.StatusCode | None:
    # Every error of a call is a call too, and knows its code.
    return error.code() if isinstance(error, grpc.Call) else None


def from_status(code: int, reason: str, message: str) -> SequiturError:
    """The typed error of a google.rpc.Status, from a call or kept with a job."""
    mistaken = (code_pb2.INVALID_ARGUMENT, code_pb2.NOT_FOUND, code_pb2.ALREADY_EXISTS, code_pb2.OUT_OF_RANGE)
    kind = InputError if code in mistaken else SetupError
    return kind(reason, message, "")
