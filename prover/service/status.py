"""Errors on the wire: google.rpc.Status with ErrorInfo always, and the further details a client can act on.

The codes and reasons are the API's; a reason never changes its code.
"""

from typing import Any

from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from prover.errors import InputError, SequiturError
from prover.store.database import RequestIdReusedError
from prover.store.lifecycle import State, Step

DOMAIN = "sequitur.prover"

_RETRY_SECONDS = {"QUEUE_FULL": 10, "DISK_LOW": 60, "DISK_FULL": 60, "WATCH_LIMIT": 10, "VERIFY_LIMIT": 5}
_CODES = {
    "ARTIFACT_CORRUPT": code_pb2.DATA_LOSS,
    "ATTEMPTS_EXHAUSTED": code_pb2.INTERNAL,
    "CHECK_INTERRUPTED": code_pb2.INTERNAL,
    "CANCELLED": code_pb2.CANCELLED,
    "INTERNAL": code_pb2.INTERNAL,
    "MEMORY_EXCEEDED": code_pb2.RESOURCE_EXHAUSTED,
    "PROOF_SELF_CHECK_FAILED": code_pb2.INTERNAL,
    "REQUEST_ID_REUSED": code_pb2.ALREADY_EXISTS,
    "TIME_LIMIT_EXCEEDED": code_pb2.DEADLINE_EXCEEDED,
    **dict.fromkeys(_RETRY_SECONDS, code_pb2.RESOURCE_EXHAUSTED),
}


class RefusedError(Exception):
    """A call that ends with this google.rpc.Status."""

    def __init__(self, status: Any) -> None:
        super().__init__(status.message)
        self.status = status


def make(code: int, reason: str, message: str, metadata: dict[str, str] | None = None, *details: Any) -> Any:
    """Builds a google.rpc.Status of this code with an ErrorInfo and any further detail messages."""
    status = status_pb2.Status(code=code, message=message)
    information = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata or {})
    for detail in (information, *details):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def field_invalid(field: str, description: str, reason: str = "FIELD_INVALID") -> RefusedError:
    """The refusal of a request one of whose fields, named by its full path, is not acceptable."""
    violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=description)
    detail = error_details_pb2.BadRequest(field_violations=[violation])
    message = f"{field}: {description}."
    return RefusedError(make(code_pb2.INVALID_ARGUMENT, reason, message, {"field": field}, detail))


def not_found(kind: str, name: str, reason: str) -> RefusedError:
    """The refusal of a call about a resource that does not exist."""
    detail = error_details_pb2.ResourceInfo(resource_type=kind, resource_name=name)
    return RefusedError(make(code_pb2.NOT_FOUND, reason, f"There is no {name}.", {"name": name}, detail))


def unavailable(reason: str, message: str, retry_seconds: int) -> RefusedError:
    """The refusal of a call that may be repeated as it is after a while."""
    return RefusedError(make(code_pb2.UNAVAILABLE, reason, message, None, _retry(retry_seconds)))


def _retry(seconds: int) -> Any:
    return error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=seconds))


def of_error(error: SequiturError) -> Any:
    """The status of an error that a call ran into."""
    message = f"{error.message} {error.fix}".strip()
    if isinstance(error, RequestIdReusedError):
        name = f"batchProofs/{error.existing}"
        detail = error_details_pb2.ResourceInfo(resource_type="prover.v1.BatchProof", resource_name=name)
        return make(_CODES[error.code], error.code, message, {"name": name}, detail)
    if error.code in ("ARTIFACT_CORRUPT", "CHECK_INTERRUPTED"):
        return make(_CODES[error.code], error.code, message)
    if isinstance(error, InputError):
        return make(code_pb2.INVALID_ARGUMENT, error.code, message)
    if error.code in _RETRY_SECONDS:
        retry = _retry(_RETRY_SECONDS[error.code])
        violation = error_details_pb2.QuotaFailure.Violation(subject="service", description=error.message)
        quota = error_details_pb2.QuotaFailure(violations=[violation])
        return make(_CODES[error.code], error.code, message, None, quota, retry)
    # What the store says about its disk and its paths is for the operator's log, not for callers.
    message = "The service cannot use its store."
    return make(code_pb2.UNAVAILABLE, "STORE_UNAVAILABLE", message, None, _retry(10))


def of_failure(step: Step, attempts: int, message: str, metadata: dict[str, str]) -> Any:
    """The status kept with a job that ends badly, for what ended it."""
    facts = {"attempts": str(attempts), **metadata}
    if step.position.state is State.CANCELLED:
        return make(code_pb2.CANCELLED, "CANCELLED", "The caller cancelled this batch.", facts)
    code = _CODES.get(step.reason, code_pb2.INVALID_ARGUMENT)
    return make(code, step.reason, message, facts)


def details(status: Any) -> dict[str, Any]:
    """The ErrorInfo of a status as plain values: reason, domain and metadata; empty if it has none."""
    for packed in status.details:
        information = error_details_pb2.ErrorInfo()
        if packed.Unpack(information):
            return {
                "reason": information.reason,
                "domain": information.domain,
                "metadata": dict(information.metadata),
            }
    return {}
