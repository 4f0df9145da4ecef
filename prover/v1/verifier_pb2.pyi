import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from prover.v1 import statement_pb2 as _statement_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VerifyProofRequest(_message.Message):
    __slots__ = ("proof", "profile", "expected")
    PROOF_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    proof: bytes
    profile: str
    expected: _statement_pb2.Statement
    def __init__(self, proof: _Optional[bytes] = ..., profile: _Optional[str] = ..., expected: _Optional[_Union[_statement_pb2.Statement, _Mapping]] = ...) -> None: ...

class VerifyProofResponse(_message.Message):
    __slots__ = ("verdict", "reason", "statement", "program", "security", "duration")
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[VerifyProofResponse.Verdict]
        VERDICT_ACCEPTED: _ClassVar[VerifyProofResponse.Verdict]
        VERDICT_REJECTED: _ClassVar[VerifyProofResponse.Verdict]
    VERDICT_UNSPECIFIED: VerifyProofResponse.Verdict
    VERDICT_ACCEPTED: VerifyProofResponse.Verdict
    VERDICT_REJECTED: VerifyProofResponse.Verdict
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    SECURITY_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    verdict: VerifyProofResponse.Verdict
    reason: str
    statement: _statement_pb2.Statement
    program: str
    security: _statement_pb2.Security
    duration: _duration_pb2.Duration
    def __init__(self, verdict: _Optional[_Union[VerifyProofResponse.Verdict, str]] = ..., reason: _Optional[str] = ..., statement: _Optional[_Union[_statement_pb2.Statement, _Mapping]] = ..., program: _Optional[str] = ..., security: _Optional[_Union[_statement_pb2.Security, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
