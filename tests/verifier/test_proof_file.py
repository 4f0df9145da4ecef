"""A whole proof file: header, verdict, and what the caller expects of the statement."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from prover.kernel import NativeEngine
from prover.stark import prove
from tests import toys
from tests.verifier.proofs import QUICK
from verifier import profile, registry
from verifier.errors import Rejected
from verifier.proof import FORMAT_VERSION, MAGIC, MAX_PROOF_BYTES, decode_header, decode_statement
from verifier.registry import Known
from verifier.statement import LENGTH, OFFSETS, Statement
from verifier.verify import check_expected, verify

SAID = Statement(1, 1, 0, 5, bytes(29), 10, 12, b"\xab" * 32, bytes(32), b"\1" * 32, bytes(32), bytes(32))


class File(NamedTuple):
    data: bytes
    statement: Statement
    tables: int

    @property
    def header(self) -> int:
        return len(MAGIC) + 2 + 1 + len(QUICK.name) + LENGTH + self.tables


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> File:
    """A proof of a toy that reads the first four bytes of its statement, under a registry that knows it."""
    toy = toys.permutation(absent=True)
    program = toy.compiled.program
    (tmp_path / "toy.bin").write_bytes(program.encode())
    known = Known("toy", "toy.bin", 1, 1, 0, 29, 32, bytes(32))
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    monkeypatch.setattr(registry, "KNOWN", (known,))
    monkeypatch.setitem(profile.PROFILES, QUICK.name, QUICK)
    for cached in (registry.load, registry._digests):
        cached.cache_clear()
    statement = Statement(
        1, 1, 0, 5, bytes(29), 10, 12, bytes(32), bytes(32), bytes(32), bytes(32), program.digest
    )
    anchor = toy.traces["Anchor"]
    assert anchor is not None
    anchor[0, 0] = int.from_bytes(statement.encode()[:4], "big")
    proof = prove(program, toy.traces, statement.encode(), QUICK, NativeEngine()).proof
    assert verify(proof, QUICK.name).accepted
    return File(proof, statement, len(program.tables))


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    for cached in (registry.load, registry._digests):
        cached.cache_clear()


def test_the_verdict_tells_what_was_proven(file: File) -> None:
    verdict = verify(
        file.data, QUICK.name, {"first_height": 10, "program_digest": file.statement.program_digest}
    )
    assert verdict.accepted and verdict.statement == file.statement and verdict.program == "toy"
    assert verdict.security is not None and verdict.security.bits >= QUICK.bits


def test_every_bit_of_the_header_counts(file: File) -> None:
    for at in range(file.header):
        for bit in range(8):
            other = file.data[:at] + bytes([file.data[at] ^ 1 << bit]) + file.data[at + 1 :]
            verdict = verify(other, QUICK.name)
            assert not verdict.accepted and verdict.reason


def test_a_file_cut_anywhere_in_its_header_is_rejected(file: File) -> None:
    for length in range(file.header + 1):
        assert not verify(file.data[:length], QUICK.name).accepted


def test_a_byte_more_anywhere_in_the_header_is_rejected(file: File) -> None:
    for at in range(file.header + 1):
        assert not verify(file.data[:at] + b"\0" + file.data[at:], QUICK.name).accepted
    assert not verify(file.data + b"\0", QUICK.name).accepted


def test_noise_is_rejected_and_nothing_else(file: File) -> None:
    rng = random.Random(5)
    for _ in range(3000):
        data = bytearray(file.data[: rng.randrange(2 * file.header)])
        for _ in range(rng.randrange(4)):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        data += rng.randbytes(rng.randrange(40))
        assert not verify(bytes(data), QUICK.name).accepted
        assert not verify(rng.randbytes(rng.randrange(400)), QUICK.name).accepted


def test_another_profile_is_told_by_name(file: File) -> None:
    verdict = verify(file.data)
    assert not verdict.accepted and "quick" in verdict.reason and "direct-128" in verdict.reason
    assert "unknown profile" in verify(file.data, "none").reason


def test_a_file_beyond_the_limit_is_refused_by_its_length() -> None:
    with pytest.raises(Rejected, match="at most"):
        decode_statement(MAGIC + bytes(MAX_PROOF_BYTES))


def test_a_format_of_tomorrow_is_told(file: File) -> None:
    at = len(MAGIC)
    later = (FORMAT_VERSION + 1).to_bytes(2, "big")
    assert "format 2" in verify(file.data[:at] + later + file.data[at + 2 :], QUICK.name).reason


def test_padding_in_the_statement_carries_nothing() -> None:
    encoded = SAID.encode()
    for name, used in (("namespace", 29), ("anchor", 32)):
        at, length = OFFSETS[name]
        for offset in range(used, length):
            hidden = encoded[: at + offset] + b"\1" + encoded[at + offset + 1 :]
            with pytest.raises(Rejected, match="canonical"):
                Statement.decode(hidden)
        at, _ = OFFSETS[f"{name}_length"]
        for longer in (length + 1, 255):
            with pytest.raises(Rejected, match="canonical"):
                Statement.decode(encoded[:at] + bytes([longer]) + encoded[at + 1 :])
    assert Statement.decode(encoded) == SAID and Statement.decode(encoded).encode() == encoded


def test_statement_fields_that_no_table_reads_are_fixed_by_the_program(file: File) -> None:
    for field in ("layer", "layer_format", "mode", "namespace_length", "anchor_length", "receipts_digest"):
        at = len(MAGIC) + 3 + len(QUICK.name) + sum(OFFSETS[field]) - 1
        other = file.data[:at] + bytes([file.data[at] ^ 1]) + file.data[at + 1 :]
        verdict = verify(other, QUICK.name)
        assert not verdict.accepted and "program toy" in verdict.reason


def test_a_program_whose_file_cannot_be_read_is_not_known(file: File) -> None:
    registry._digests.cache_clear()
    (registry.FOLDER / "toy.bin").unlink()
    (registry.FOLDER / "toy.bin").mkdir()
    assert "not known" in verify(file.data, QUICK.name).reason
    registry.load.cache_clear()
    with pytest.raises(Rejected, match="not installed"):
        registry.load(registry.KNOWN[0])


def test_heights_belong_to_the_header(file: File) -> None:
    header = decode_header(file.data, file.tables)
    assert header.length == file.header and header.heights == (None, None, 0)
    with pytest.raises(Rejected, match="ends within its heights"):
        decode_header(file.data[: file.header - 1], file.tables)


@pytest.mark.parametrize(
    "expected",
    [
        {"first_height": 10, "last_height": "12", "chain_id": 5, "mode": 0},
        {"anchor": b"\xab" * 32, "state_after": "01" * 32},
        {"anchor": "0x" + "AB" * 32},
        {},
    ],
)
def test_expectations_that_hold(expected: dict[str, str | int | bytes]) -> None:
    check_expected(SAID, expected)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("first_height", "0x10"),
        ("first_height", b"\x10"),
        ("first_height", 11),
        ("first_height", "010"),
        ("mode", False),
        ("anchor", b"\xab" * 31),
        ("anchor", "ab" * 33),
        ("state_before", 0),
        ("height", 10),
    ],
)
def test_expectations_that_do_not_hold(name: str, wanted: str | int | bytes) -> None:
    with pytest.raises(Rejected, match=name):
        check_expected(SAID, {name: wanted})
