"""The API's resources, made from rows of the store."""

import hashlib
from dataclasses import dataclass
from typing import Any

from google.longrunning import operations_pb2
from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from google.rpc import status_pb2

from prover.service.feed import Progress
from prover.service.plain import statement_message
from prover.service.status import not_found
from prover.store.database import Job, Transition
from prover.v1 import prover_pb2
from verifier.statement import Statement

PROOFS = "batchProofs/"
OPERATIONS = "operations/"


@dataclass(frozen=True)
class Contents:
    """What only the FULL view has: the proof file, and the snapshot, empty unless the program has accounts."""

    proof: bytes
    snapshot: bytes


def job_id(name: str, prefix: str) -> str:
    """The id inside a resource name; raises RefusedError (NOT_FOUND) if the name cannot be one's."""
    identifier = name.removeprefix(prefix)
    if not name.startswith(prefix) or not identifier.isalnum():
        raise missing(name, prefix)
    return identifier


def missing(name: str, prefix: str) -> Exception:
    """The refusal of a call about a job that does not exist."""
    if prefix == OPERATIONS:
        return not_found("google.longrunning.Operation", name, "OPERATION_NOT_FOUND")
    return not_found("prover.v1.BatchProof", name, "BATCH_PROOF_NOT_FOUND")


def timestamp(microseconds: int) -> Any:
    """A time of the store as a protocol message."""
    return timestamp_pb2.Timestamp(seconds=microseconds // 10**6, nanos=microseconds % 10**6 * 1000)


def duration(seconds: float) -> Any:
    """A length of time as a protocol message."""
    nanoseconds = round(seconds * 1e9)
    return duration_pb2.Duration(seconds=nanoseconds // 10**9, nanos=nanoseconds % 10**9)


def _progress(progress: Progress) -> Any:
    return prover_pb2.Progress(stage=progress.stage, units_done=progress.done, units_total=progress.total)


def specification(batch: Any, version: str) -> bytes:
    """What is kept of a request beside its input: a partial BatchProof, with digests of what it leaves out."""
    kept = prover_pb2.BatchProof(
        block_digests=[_digest(block) for block in batch.blocks],
        genesis_digest=_digest(batch.genesis) if batch.genesis else b"",
        snapshot_before_digest=_digest(batch.snapshot) if batch.snapshot else b"",
        prover_version=version,
    )
    kept.batch.CopyFrom(batch)
    for field in ("blocks", "genesis", "snapshot"):
        kept.batch.ClearField(field)
    serialized: bytes = kept.SerializeToString(deterministic=True)
    return serialized


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def outcome(
    account: dict[str, Any], profile: str, proof: tuple[bytes, int], snapshot: tuple[bytes, int] | None
) -> bytes:
    """What is kept of a success: a partial BatchProof; ``proof`` and ``snapshot`` are digests and sizes of files."""
    encoded = bytes.fromhex(account["statement"])
    kept = prover_pb2.BatchProof(
        statement=statement_message(Statement.decode(encoded)),
        statement_digest=_digest(encoded),
        stages=[
            prover_pb2.StageRecord(
                name=stage["name"],
                duration=duration(stage["seconds"]),
                cells=stage["cells"],
                peak_memory_bytes=stage["peak_memory_bytes"],
            )
            for stage in account["stages"]
        ],
    )
    kept.security.provable_bits = account["bits"]
    kept.security.binding_term = account["binding"]
    kept.security.profile = profile
    kept.proof.format = prover_pb2.Proof.STARK
    kept.proof.digest.value, kept.proof.digest.size_bytes = proof
    if snapshot is not None:
        kept.snapshot_after.digest.value, kept.snapshot_after.digest.size_bytes = snapshot
    serialized: bytes = kept.SerializeToString(deterministic=True)
    return serialized


def batch_proof(job: Job, progress: Progress | None = None, contents: Contents | None = None) -> Any:
    """The resource of a job; ``contents`` is for the FULL view."""
    resource = prover_pb2.BatchProof.FromString(job.specification)
    if job.outcome is not None:
        resource.MergeFromString(job.outcome)
    if contents is not None:
        resource.proof.data = contents.proof
        if contents.snapshot:
            resource.snapshot_after.data = contents.snapshot
    if job.error is not None:
        resource.error.CopyFrom(status_pb2.Status.FromString(job.error))
    resource.name = PROOFS + job.id
    resource.state = prover_pb2.BatchProof.State.Value(job.state.value)
    resource.create_time.CopyFrom(timestamp(job.created))
    resource.update_time.CopyFrom(timestamp(job.updated))
    if job.started is not None:
        resource.start_time.CopyFrom(timestamp(job.started))
    if job.ended is not None:
        resource.end_time.CopyFrom(timestamp(job.ended))
    elif progress is not None:
        resource.progress.CopyFrom(_progress(progress))
    resource.attempts = job.attempt
    resource.sequence = job.sequence
    resource.cancel_requested = job.cancel_requested
    return resource


def operation(job: Job, progress: Progress | None = None, contents: Contents | None = None) -> Any:
    """The long-running operation of a job."""
    resource = batch_proof(job, progress, contents)
    metadata = prover_pb2.BatchProofMetadata(
        batch_proof=resource.name,
        state=resource.state,
        create_time=resource.create_time,
        update_time=resource.update_time,
        attempts=resource.attempts,
        cancel_requested=resource.cancel_requested,
    )
    if resource.HasField("progress"):
        metadata.progress.CopyFrom(resource.progress)
    result = operations_pb2.Operation(name=OPERATIONS + job.id, done=job.state.terminal)
    result.metadata.Pack(metadata)
    if resource.HasField("error"):
        result.error.CopyFrom(resource.error)
    elif job.state.terminal:
        packed = any_pb2.Any()
        packed.Pack(resource)
        result.response.CopyFrom(packed)
    return result


def snapshot_event(job: Job, progress: Progress | None) -> Any:
    """The event that tells where a job stands."""
    event = prover_pb2.BatchProofEvent(sequence=job.sequence, snapshot=batch_proof(job, progress))
    event.time.GetCurrentTime()
    return event


def transition_event(transition: Transition) -> Any:
    """The event that tells one recorded step."""
    states = prover_pb2.BatchProof.State
    told = prover_pb2.Transition(
        to=states.Value(transition.after.value),
        attempt=transition.attempt,
        reason=transition.reason,
    )
    if transition.before:
        # The field is called by a word that Python keeps for itself.
        setattr(told, "from", states.Value(transition.before))
    return prover_pb2.BatchProofEvent(
        sequence=transition.sequence, time=timestamp(transition.time), transition=told
    )


def terminal_event(job: Job) -> Any:
    """The last event of a job."""
    return prover_pb2.BatchProofEvent(
        sequence=job.sequence, time=timestamp(job.updated), terminal=batch_proof(job)
    )


def progress_event(sequence: int, progress: Progress | None) -> Any:
    """The event between transitions: progress, or a heartbeat if there is none to tell."""
    event = prover_pb2.BatchProofEvent(sequence=sequence)
    event.time.GetCurrentTime()
    if progress is None:
        event.heartbeat.SetInParent()
    else:
        event.progress.CopyFrom(_progress(progress))
    return event
