"""The tables of SHA-256 on true messages: published vectors, all lengths, the cost, and a whole proof."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.dsl import (
    compile_program,
    cost,
    cost_report,
    public_bytes,
    unproven_weights,
    verifier_receives,
    verifier_sends,
)
from circuits.tables.hash_buses import PART, HashByte, HashDigest, HashPart
from circuits.tables.parts import Parts
from circuits.tables.sha256 import CONSTANTS, INITIAL, Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover.witness.parts import fill_parts
from prover.witness.sha256 import fill_sha256
from prover.witness.sha256_padding import fill_padding
from prover.witness.streams import Stream
from tests.hashing import PartRow, emitted, field, judge, program, sent_parts, streams_of, traces_of
from tests.toys import Toy
from tests.verifier.proofs import make
from verifier.errors import Rejected

VECTORS = Path(__file__).parents[2] / "vectors" / "sha256"
BOUNDARIES = (0, 1, 15, 16, 54, 55, 56, 57, 63, 64, 65, 111, 119, 120, 127, 128, 129)


def _vectors(name: str) -> list[tuple[bytes, bytes]]:
    stored = json.loads((VECTORS / name).read_text())["vectors"]
    return [(bytes.fromhex(each["message"]), bytes.fromhex(each["digest"])) for each in stored]


def _digests(messages: list[bytes]) -> list[tuple[int, bytes]]:
    return [(number, hashlib.sha256(data).digest()) for number, data in enumerate(messages, 1)]


def test_constants_are_the_standard_s() -> None:
    """FIPS 180-4, sections 4.2.2 and 5.3.3: first and last."""
    assert (len(CONSTANTS), CONSTANTS[0], CONSTANTS[63]) == (64, 0x428A2F98, 0xC67178F2)
    assert (len(INITIAL), INITIAL[0], INITIAL[7]) == (8, 0x6A09E667, 0x5BE0CD19)


@pytest.mark.parametrize("name", ["examples.json", "cavp.json"])
def test_published_vectors(name: str) -> None:
    vectors = _vectors(name)
    traces = traces_of([message for message, _ in vectors])
    assert judge(traces).ok
    assert [digest for _, digest in emitted(traces["Sha256"])] == [digest for _, digest in vectors]


def test_lengths_around_the_ends_of_chunks_and_blocks() -> None:
    messages = [bytes([length]) * length for length in BOUNDARIES]
    traces = traces_of(messages)
    report = judge(traces)
    assert report.ok, str(report)
    assert emitted(fill_sha256(streams_of(messages))) == _digests(messages)


@given(st.lists(st.binary(max_size=300), max_size=6))
@settings(max_examples=15, deadline=None)
def test_any_messages(messages: list[bytes]) -> None:
    traces = traces_of(messages)
    assert judge(traces).ok
    assert emitted(traces["Sha256"]) == _digests(messages)


def test_many_messages() -> None:
    messages = [bytes([number]) * number for number in range(182)]
    assert emitted(fill_sha256(streams_of(messages))) == _digests(messages)


def test_a_trace_as_high_as_its_rows() -> None:
    """The last row is the digest's: one message of fifteen blocks takes 1 + 17 * 15 rows."""
    traces = traces_of([bytes(64 * 15 - 9)])
    assert field(Sha256, traces["Sha256"], "done")[255:].tolist() == [1]
    assert judge(traces).ok


def test_nothing_to_hash() -> None:
    assert judge(traces_of([])).ok


def test_cost_of_a_compression() -> None:
    """At most 10,000 units: rows of compression and padding, and two rows of parts for its 64 bytes."""
    costs = cost(program())
    units = {each.table: each.units for each in costs}
    compression = 17 * units["Sha256"] + 4 * units["Sha256Padding"] + 2 * units["Parts"]
    print(cost_report(costs))
    print(f"a compression: {compression:,.0f} units, and {units['Sha256']:,.0f} a message")
    assert compression + units["Sha256"] <= 10_000


def test_the_only_multiplicity_that_needs_an_argument() -> None:
    found = [(table, source.text) for table, source in unproven_weights(program())]
    assert [table for table, _ in found] == ["Sha256"]
    assert "times=_total(self.rounds[:MESSAGE_ROWS])" in found[0][1]


def _proven_hash(message: bytes) -> Toy:
    """The verifier itself sends 32 bytes and one more, and receives their digest: all from the statement."""
    part = HashPart(1, 1, 0, public_bytes(0, PART), [1] * PART)
    single = HashByte(1, 1, PART, public_bytes(PART, 1)[0])
    compiled = compile_program(
        "tests.proven_hash",
        [Parts, Sha256Padding, Sha256],
        [
            verifier_sends(part),
            verifier_sends(single),
            verifier_receives(HashDigest(1, 1, public_bytes(PART + 1, 32))),
        ],
    )
    streams = [Stream(1, 1, message)]
    return Toy(
        compiled,
        {
            "Parts": fill_parts(sent_parts([PartRow(1, 1, 0, message[:PART], bytes([1]) * PART)])),
            "Sha256Padding": fill_padding(streams),
            "Sha256": fill_sha256(streams),
        },
        message + hashlib.sha256(message).digest(),
    )


def test_a_digest_is_proven_and_another_is_not() -> None:
    toy = _proven_hash(bytes(range(PART + 1)))
    make(toy).check()
    for changed in (0, PART, PART + 1, len(toy.statement) - 1):
        statement = bytearray(toy.statement)
        statement[changed] ^= 1
        with pytest.raises(Rejected):
            make(toy, statement=bytes(statement)).check()
