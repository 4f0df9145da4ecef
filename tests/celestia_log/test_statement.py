"""The statement is what is proven: no field of it, and no byte of the proof, may be another."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from prover.pipeline import Request, prove_batch
from tests.celestia_log.lying_prover import CHAIN_ID, Lie, tell
from tests.celestia_log.scenes import built
from verifier.profile import DIRECT_100
from verifier.proof import MAGIC, decode_header
from verifier.registry import CELESTIA_LOG, load
from verifier.statement import LENGTH, OFFSETS, Statement
from verifier.verify import verify

SCENE = built(1, 3)


def bumped(name: str) -> Callable[[Statement], Statement]:
    """Another value of one field."""

    def change(statement: Statement) -> Statement:
        value: Any = getattr(statement, name)
        other: Any = value + 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]
        return replace(statement, **{name: other})

    return change


CHANGES = {name: bumped(name) for name in Statement.FIELDS}
NAMESPACE_AFTER = SCENE.namespace[:-1] + bytes([SCENE.namespace[-1] + 1])
CHANGES |= {
    "namespace off by one": lambda statement: replace(statement, namespace=NAMESPACE_AFTER),
    "first height one lower": lambda statement: replace(statement, first_height=statement.first_height - 1),
    "last height one lower": lambda statement: replace(statement, last_height=statement.last_height - 1),
    "height beyond the field": lambda statement: replace(statement, last_height=2**64 - 1),
    "last byte of the anchor": lambda s: replace(s, anchor=s.anchor[:-1] + bytes([s.anchor[-1] ^ 1])),
    "shorter namespace": lambda statement: replace(statement, namespace=statement.namespace[:-1]),
    "longer anchor": lambda statement: replace(statement, anchor=statement.anchor + b"\0"),
    "highest chain id": lambda statement: replace(statement, chain_id=2**64 - 1),
}


@cache
def proven() -> bytes:
    """An honest proof of the scene."""
    return prove_batch(
        Request("celestia", "log", SCENE.namespace, SCENE.files, CHAIN_ID, b"", DIRECT_100.name)
    ).proof


@pytest.mark.parametrize("name", CHANGES)
def test_another_statement_is_not_accepted_with_the_same_proof(name: str) -> None:
    proof = proven()
    at = proof.index(b"SQTRSTM1")
    other = CHANGES[name](Statement.decode(proof[at : at + LENGTH])).encode()
    assert verify(proof, DIRECT_100.name).accepted
    assert not verify(proof[:at] + other + proof[at + LENGTH :], DIRECT_100.name).accepted


UNPROVABLE = {"layer", "layer_format", "mode", "receipts_digest", "program_digest"}
"""Fields that no table reads: the registry refuses them before any table is looked at."""


@pytest.mark.parametrize("name", CHANGES)
def test_another_statement_cannot_be_proven(name: str) -> None:
    told = tell(SCENE, Lie(statement=CHANGES[name]))
    if name in UNPROVABLE | {"shorter namespace", "longer anchor"}:
        verdict = verify(reheaded(CHANGES[name]), DIRECT_100.name)
        assert not verdict.accepted
        return
    if name == "height beyond the field":
        verdict = verify(reheaded(CHANGES[name]), DIRECT_100.name)
        assert "exceed the field" in verdict.reason
        return
    assert not told.check().ok
    assert not told.verdict().accepted


def reheaded(change: Callable[[Statement], Statement]) -> bytes:
    """The honest proof under a changed statement."""
    proof = proven()
    at = proof.index(b"SQTRSTM1")
    return proof[:at] + change(Statement.decode(proof[at : at + LENGTH])).encode() + proof[at + LENGTH :]


def test_every_byte_of_the_statement_counts() -> None:
    proof = proven()
    at = proof.index(b"SQTRSTM1")
    for offset in range(LENGTH):
        other = bytearray(proof)
        other[at + offset] ^= 1
        assert not verify(bytes(other), DIRECT_100.name).accepted, offset


def test_bytes_all_over_the_proof_count() -> None:
    """The quick tenth of this: tests/verifier/test_proof_bytes.py changes thousands, field by field, on toys."""
    proof = proven()
    start = decode_header(proof, len(load(CELESTIA_LOG).tables)).length
    for at in (*range(start), *range(start, len(proof), len(proof) // 60), len(proof) - 1):
        other = bytearray(proof)
        other[at] ^= 1 << at % 8
        assert not verify(bytes(other), DIRECT_100.name).accepted, at


@pytest.mark.parametrize("cut", [0, 1, len(MAGIC), 300, -1, -32])
def test_a_truncated_proof_is_rejected(cut: int) -> None:
    assert not verify(proven()[:cut], DIRECT_100.name).accepted


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 32, b"SQTRPRF1"])
def test_an_extended_proof_is_rejected(tail: bytes) -> None:
    assert "follow" in verify(proven() + tail, DIRECT_100.name).reason


def test_another_profile_is_rejected() -> None:
    assert "direct-100" in verify(proven()).reason


def test_offsets_cover_the_statement() -> None:
    assert sum(length for _, length in OFFSETS.values()) == LENGTH
