from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Statement(_message.Message):
    __slots__ = ("layer", "layer_format", "mode", "chain_id", "namespace", "first_height", "last_height", "anchor", "state_before", "state_after", "receipts_digest", "program_digest")
    LAYER_FIELD_NUMBER: _ClassVar[int]
    LAYER_FORMAT_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    FIRST_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    LAST_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    STATE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    STATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_DIGEST_FIELD_NUMBER: _ClassVar[int]
    layer: int
    layer_format: int
    mode: int
    chain_id: int
    namespace: bytes
    first_height: int
    last_height: int
    anchor: bytes
    state_before: bytes
    state_after: bytes
    receipts_digest: bytes
    program_digest: bytes
    def __init__(self, layer: _Optional[int] = ..., layer_format: _Optional[int] = ..., mode: _Optional[int] = ..., chain_id: _Optional[int] = ..., namespace: _Optional[bytes] = ..., first_height: _Optional[int] = ..., last_height: _Optional[int] = ..., anchor: _Optional[bytes] = ..., state_before: _Optional[bytes] = ..., state_after: _Optional[bytes] = ..., receipts_digest: _Optional[bytes] = ..., program_digest: _Optional[bytes] = ...) -> None: ...

class Security(_message.Message):
    __slots__ = ("provable_bits", "binding_term", "profile")
    PROVABLE_BITS_FIELD_NUMBER: _ClassVar[int]
    BINDING_TERM_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    provable_bits: float
    binding_term: str
    profile: str
    def __init__(self, provable_bits: _Optional[float] = ..., binding_term: _Optional[str] = ..., profile: _Optional[str] = ...) -> None: ...
