"""Recoveries proved for good, and a lie that the verifier refuses."""

import pytest

from prover.native import native_engine
from prover.stark import prove
from prover.witness.secp256k1_recovery import Recovery, Request
from tests.recovery import Answer, Traces, oracle, program, recover, traces_of
from tests.secp256k1.scenes import NOT_AN_X, digest, on_known_nonce, signed, vectors
from verifier.errors import Rejected
from verifier.profile import profile_named
from verifier.proof import encode_header
from verifier.shape import Shape
from verifier.stark import encode_heights, verify

pytestmark = pytest.mark.kernel
PROFILE = "direct-128"


def proved(traces: Traces) -> None:
    """Prove, and verify; raises `Rejected`."""
    compiled, profile = program(), profile_named(PROFILE)
    result = prove(
        compiled.program, traces, b"", profile, native_engine(), preprocessed=compiled.preprocessed
    )
    assert result.security.bits >= 128
    traced = [traces.get(table.name) for table in compiled.program.tables]
    heights = [None if trace is None else (len(trace) - 1).bit_length() for trace in traced]
    header = encode_header(profile.name, b"", encode_heights(heights))
    assert result.proof.startswith(header)
    verify(Shape(compiled.program, heights, profile), b"", result.proof[len(header) :])


def all_cases() -> list[Request]:
    plain = signed(7, digest("plain"), 1234)
    mainnet = vectors("mainnet_block_12964999_signatures.json")[0]
    return [
        plain,
        Request(1, mainnet["digest"], mainnet["parity"], mainnet["r"], mainnet["s"]),
        on_known_nonce(987, 12345, -1),
        on_known_nonce(987, 12345, 1),
        Request(4, plain.hash, 0, NOT_AN_X, plain.s),
        Request(5, plain.hash, 0, 0, plain.s),
        Request(6, 0, plain.parity, plain.r, plain.s),
    ]


def test_every_case_in_one_proof() -> None:
    requests = all_cases()
    recoveries = [recover(request) for request in requests]
    answers: list[Answer] = [oracle(request) for request in requests]
    assert [answer is None for answer in answers] == [False, False, True, False, True, True, False]
    proved(traces_of(recoveries, answers))


def test_no_proof_that_a_valid_signature_is_invalid() -> None:
    request = signed(7, digest("plain"), 1234)
    with pytest.raises(Rejected, match="rules of table"):
        proved(traces_of([Recovery(request, recover(request).root, None)], [None]))


def test_no_proof_of_another_address() -> None:
    with pytest.raises(Rejected, match="buses"):
        proved(traces_of([recover(signed(7, digest("plain"), 1234))], [bytes(20)]))
