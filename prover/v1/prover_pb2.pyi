import datetime

from google.longrunning import operations_pb2 as _operations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from prover.v1 import statement_pb2 as _statement_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchProofView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BATCH_PROOF_VIEW_UNSPECIFIED: _ClassVar[BatchProofView]
    BATCH_PROOF_VIEW_BASIC: _ClassVar[BatchProofView]
    BATCH_PROOF_VIEW_FULL: _ClassVar[BatchProofView]
BATCH_PROOF_VIEW_UNSPECIFIED: BatchProofView
BATCH_PROOF_VIEW_BASIC: BatchProofView
BATCH_PROOF_VIEW_FULL: BatchProofView

class Batch(_message.Message):
    __slots__ = ("layer", "program", "namespace", "blocks", "chain_id", "state_before", "profile")
    LAYER_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    CHAIN_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    layer: str
    program: str
    namespace: bytes
    blocks: _containers.RepeatedScalarFieldContainer[bytes]
    chain_id: int
    state_before: bytes
    profile: str
    def __init__(self, layer: _Optional[str] = ..., program: _Optional[str] = ..., namespace: _Optional[bytes] = ..., blocks: _Optional[_Iterable[bytes]] = ..., chain_id: _Optional[int] = ..., state_before: _Optional[bytes] = ..., profile: _Optional[str] = ...) -> None: ...

class BatchProof(_message.Message):
    __slots__ = ("name", "statement", "batch", "block_digests", "state", "proof", "error", "statement_digest", "create_time", "start_time", "end_time", "update_time", "progress", "stages", "attempts", "prover_version", "security", "sequence", "cancel_requested")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[BatchProof.State]
        QUEUED: _ClassVar[BatchProof.State]
        RUNNING: _ClassVar[BatchProof.State]
        SUCCEEDED: _ClassVar[BatchProof.State]
        FAILED: _ClassVar[BatchProof.State]
        CANCELLED: _ClassVar[BatchProof.State]
    STATE_UNSPECIFIED: BatchProof.State
    QUEUED: BatchProof.State
    RUNNING: BatchProof.State
    SUCCEEDED: BatchProof.State
    FAILED: BatchProof.State
    CANCELLED: BatchProof.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    BLOCK_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    PROVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    SECURITY_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    name: str
    statement: _statement_pb2.Statement
    batch: Batch
    block_digests: _containers.RepeatedScalarFieldContainer[bytes]
    state: BatchProof.State
    proof: Proof
    error: _status_pb2.Status
    statement_digest: bytes
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    progress: Progress
    stages: _containers.RepeatedCompositeFieldContainer[StageRecord]
    attempts: int
    prover_version: str
    security: _statement_pb2.Security
    sequence: int
    cancel_requested: bool
    def __init__(self, name: _Optional[str] = ..., statement: _Optional[_Union[_statement_pb2.Statement, _Mapping]] = ..., batch: _Optional[_Union[Batch, _Mapping]] = ..., block_digests: _Optional[_Iterable[bytes]] = ..., state: _Optional[_Union[BatchProof.State, str]] = ..., proof: _Optional[_Union[Proof, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., statement_digest: _Optional[bytes] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., stages: _Optional[_Iterable[_Union[StageRecord, _Mapping]]] = ..., attempts: _Optional[int] = ..., prover_version: _Optional[str] = ..., security: _Optional[_Union[_statement_pb2.Security, _Mapping]] = ..., sequence: _Optional[int] = ..., cancel_requested: _Optional[bool] = ...) -> None: ...

class Digest(_message.Message):
    __slots__ = ("value", "size_bytes")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    value: bytes
    size_bytes: int
    def __init__(self, value: _Optional[bytes] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class Proof(_message.Message):
    __slots__ = ("format", "data", "digest")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[Proof.Format]
        STARK: _ClassVar[Proof.Format]
    FORMAT_UNSPECIFIED: Proof.Format
    STARK: Proof.Format
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    format: Proof.Format
    data: bytes
    digest: Digest
    def __init__(self, format: _Optional[_Union[Proof.Format, str]] = ..., data: _Optional[bytes] = ..., digest: _Optional[_Union[Digest, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "units_done", "units_total")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    UNITS_DONE_FIELD_NUMBER: _ClassVar[int]
    UNITS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    stage: str
    units_done: int
    units_total: int
    def __init__(self, stage: _Optional[str] = ..., units_done: _Optional[int] = ..., units_total: _Optional[int] = ...) -> None: ...

class StageRecord(_message.Message):
    __slots__ = ("name", "duration", "cells", "peak_memory_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    duration: _duration_pb2.Duration
    cells: int
    peak_memory_bytes: int
    def __init__(self, name: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., cells: _Optional[int] = ..., peak_memory_bytes: _Optional[int] = ...) -> None: ...

class BatchProofMetadata(_message.Message):
    __slots__ = ("batch_proof", "state", "progress", "create_time", "update_time", "attempts", "cancel_requested")
    BATCH_PROOF_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    batch_proof: str
    state: BatchProof.State
    progress: Progress
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    attempts: int
    cancel_requested: bool
    def __init__(self, batch_proof: _Optional[str] = ..., state: _Optional[_Union[BatchProof.State, str]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempts: _Optional[int] = ..., cancel_requested: _Optional[bool] = ...) -> None: ...

class CreateBatchProofRequest(_message.Message):
    __slots__ = ("batch", "request_id")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    request_id: str
    def __init__(self, batch: _Optional[_Union[Batch, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetBatchProofRequest(_message.Message):
    __slots__ = ("name", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    view: BatchProofView
    def __init__(self, name: _Optional[str] = ..., view: _Optional[_Union[BatchProofView, str]] = ...) -> None: ...

class ListBatchProofsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBatchProofsResponse(_message.Message):
    __slots__ = ("batch_proofs", "next_page_token")
    BATCH_PROOFS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batch_proofs: _containers.RepeatedCompositeFieldContainer[BatchProof]
    next_page_token: str
    def __init__(self, batch_proofs: _Optional[_Iterable[_Union[BatchProof, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchBatchProofRequest(_message.Message):
    __slots__ = ("name", "after_sequence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    after_sequence: int
    def __init__(self, name: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class BatchProofEvent(_message.Message):
    __slots__ = ("sequence", "time", "snapshot", "transition", "progress", "terminal", "heartbeat")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time: _timestamp_pb2.Timestamp
    snapshot: BatchProof
    transition: Transition
    progress: Progress
    terminal: BatchProof
    heartbeat: Heartbeat
    def __init__(self, sequence: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., snapshot: _Optional[_Union[BatchProof, _Mapping]] = ..., transition: _Optional[_Union[Transition, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., terminal: _Optional[_Union[BatchProof, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class Transition(_message.Message):
    __slots__ = ("to", "attempt", "reason")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    to: BatchProof.State
    attempt: int
    reason: str
    def __init__(self, to: _Optional[_Union[BatchProof.State, str]] = ..., attempt: _Optional[int] = ..., reason: _Optional[str] = ..., **kwargs) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
