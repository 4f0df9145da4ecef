"""The tables of Keccak on true messages: published vectors, all lengths, the cost, and a whole proof."""

import hashlib
import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from Crypto.Hash import keccak
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
from circuits.dsl.columns import evaluate_nodes
from circuits.tables.hash_buses import PART, HashPart
from circuits.tables.keccak import DIGIT_BASE, DIGITS, WORTH, Keccak
from circuits.tables.keccak_buses import KeccakDigest, KeccakLane, Sha3Digest
from circuits.tables.keccak_padding import BLOCK_ROWS, RATE, KeccakPadding
from circuits.tables.keccak_schedule import (
    PERIOD,
    ROTATIONS,
    ROUND_CONSTANTS,
    SIDES,
    SIZE,
    Side,
    effect_place,
)
from circuits.tables.parts import Parts
from prover.witness.keccak import fill_keccak
from prover.witness.keccak_padding import fill_keccak_padding
from prover.witness.parts import fill_parts
from prover.witness.rows import TableTooTall
from prover.witness.streams import Stream
from tests.hashing import field, sent_parts
from tests.keccak import Traces, cut, emitted, judge, program, traces_of
from tests.toys import Toy
from tests.verifier.proofs import make
from verifier.errors import Rejected
from verifier.field import P

VECTORS = Path(__file__).parents[2] / "vectors" / "keccak"
LENGTHS = (0, 1, 7, 8, 31, 32, 33, 127, 128, 129, 134, 135, 136, 137, 271, 272, 273)


def _vectors(name: str) -> tuple[list[bytes], list[bytes]]:
    stored = json.loads((VECTORS / name).read_text())["vectors"]
    return tuple([bytes.fromhex(each[part]) for each in stored] for part in ("message", "digest"))  # type: ignore[return-value]


def _keccak(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def test_constants_are_the_standard_s() -> None:
    """FIPS 202, sections 3.2.2 and 3.2.5; the constants as the Keccak team prints them."""
    assert ROTATIONS[0] == (0, 36, 3, 41, 18)
    assert ROTATIONS[4] == (27, 20, 39, 8, 14)
    assert ROUND_CONSTANTS[:3] == (0x1, 0x8082, 0x800000000000808A)
    assert (len(ROUND_CONSTANTS), ROUND_CONSTANTS[-1]) == (24, 0x8000000080008008)


@pytest.mark.parametrize("name", ["keccak_256.json", "mainnet_block_12964999.json"])
def test_published_vectors_of_keccak(name: str) -> None:
    messages, digests = _vectors(name)
    traces = traces_of(messages)
    assert judge(traces).ok
    assert list(emitted(traces["Keccak"]).values()) == digests


def test_published_vectors_of_sha3() -> None:
    messages, digests = _vectors("sha3_256.json")
    traces = traces_of([], messages)
    assert judge(traces).ok
    assert list(emitted(traces["Keccak"], "sha3").values()) == digests


def test_lengths_around_the_ends_of_lanes_chunks_and_blocks() -> None:
    messages = [bytes([length % 256]) * length for length in LENGTHS]
    traces = traces_of(messages, messages)
    report = judge(traces)
    assert report.ok, str(report)
    assert list(emitted(traces["Keccak"]).values()) == list(map(_keccak, messages))
    sha3 = [hashlib.sha3_256(message).digest() for message in messages]
    assert list(emitted(traces["Keccak"], "sha3").values()) == sha3


@given(st.lists(st.binary(max_size=300), max_size=4), st.lists(st.binary(max_size=300), max_size=2))
@settings(max_examples=12, deadline=None)
def test_any_messages(messages: list[bytes], others: list[bytes]) -> None:
    traces = traces_of(messages, others)
    assert judge(traces).ok
    assert list(emitted(traces["Keccak"]).values()) == list(map(_keccak, messages))
    sha3 = [hashlib.sha3_256(message).digest() for message in others]
    assert list(emitted(traces["Keccak"], "sha3").values()) == sha3


def test_a_trace_as_high_as_its_rows() -> None:
    """The last of the rows is the last of the message's."""
    traces = traces_of([bytes(RATE * 3)])
    assert field(Keccak, traces["Keccak"], "keccak")[-1] == 1
    assert len(field(Keccak, traces["Keccak"], "keccak")) == 4 * PERIOD
    assert judge(traces).ok


def test_nothing_to_hash() -> None:
    assert judge(traces_of([])).ok


def test_more_blocks_than_the_table_has_rows() -> None:
    with pytest.raises(TableTooTall):
        fill_keccak([Stream(1, 1, bytes(RATE * (1 << Keccak.max_log_height) // PERIOD))])


def test_cost_of_a_permutation() -> None:
    """What decision 10 says: under 700 columns, 91,456 units, and with the padding under 92,500."""
    costs = cost(program())
    found = {each.table: each for each in costs}
    permutation = PERIOD * found["Keccak"].units
    with_padding = permutation + BLOCK_ROWS * found["KeccakPadding"].units
    print(cost_report(costs))
    print(f"a permutation: {permutation:,.0f} units, with its padding {with_padding:,.0f}")
    assert found["Keccak"].columns < 700
    assert permutation == 91_456
    assert with_padding < 92_500


def test_a_phase_sees_every_effect_from_its_row_or_a_neighbour_s() -> None:
    for phase, sheet in product(range(SIZE), repeat=2):
        offset, place = effect_place(phase, sheet)
        assert 0 <= phase + offset < SIZE
        assert SIDES[phase + offset][place] == (Side.EFFECT, sheet)


def test_every_side_lane_has_its_use() -> None:
    """Each effect twice, LOW and HIGH once."""
    found = [lane for sides in SIDES for lane in sides]
    for kind, times in ((Side.EFFECT, 2), (Side.LOW, 1), (Side.HIGH, 1)):
        assert all(found.count((kind, sheet)) == times for sheet in range(SIZE))
    assert len(found) == 4 * SIZE


def test_the_account_s_digits_cannot_overflow() -> None:
    """From twice ten bits down to both effects, LOW = 2 and HIGH = 1: what ends at zero is zero digit by digit."""
    least = -2 * WORTH[Side.EFFECT] - 2 * WORTH[Side.LOW] - WORTH[Side.HIGH]
    most = max(2 * 10, -least)
    assert most < DIGIT_BASE
    assert sum(most * DIGIT_BASE**digit for digit in range(DIGITS)) < P
    # Every number of bits is an effect and a half: 0 to 10 are reached.
    halves = {low + 3 * high for low, high in product(range(3), range(2))}
    assert halves == {bits // 2 for bits in range(12)}


def test_multiplicities_that_need_an_argument_are_at_most_one() -> None:
    """All of them depend on the row of the block and on flags alone, so all their values can be tried."""
    compiled = program()
    unproven = [source for table, source in unproven_weights(compiled)]
    assert {table for table, _ in unproven_weights(compiled)} == {"Keccak"}
    (table,) = (each for each in compiled.program.tables if each.name == "Keccak")
    flags = [kinds + ends for kinds in ((0, 0), (0, 1), (1, 0)) for ends in product((0, 1), repeat=2)]
    main = np.zeros((PERIOD * len(flags), table.width), dtype=np.uint32)
    for name, values in zip(("keccak", "sha3", "starts", "ends"), zip(*flags, strict=True), strict=True):
        field(Keccak, main, name)[:] = np.repeat(values, PERIOD)
    nodes = [each.multiplicity for each in table.interactions]
    found = evaluate_nodes(table, nodes, main)
    assert all(set(found[node].tolist()) <= {0, 1} for node in nodes)
    assert len(unproven) == len(nodes) == 13


def test_a_lane_s_name_is_sent_once_and_received_once() -> None:
    """Lanes of 2^13 blocks have names below the modulus, and within a block no two have the same."""
    traces = traces_of([bytes(300), b"two"])
    compiled = program()
    (table,) = (each for each in compiled.program.tables if each.name == "Keccak")
    bus = compiled.buses.index(KeccakLane) + 1
    matrix = traces["Keccak"]
    assert matrix is not None
    for sign in (1, -1):
        names: list[int] = []
        for each in (each for each in table.interactions if (each.bus, each.sign) == (bus, sign)):
            found = evaluate_nodes(table, [each.multiplicity, each.message[0]], matrix)
            names += found[each.message[0]][found[each.multiplicity] == 1].tolist()
        assert len(set(names)) == len(names)
    blocks = 1 << Keccak.max_log_height
    assert blocks // PERIOD * 26 * 25 < P


def _proven_hash(message: bytes, sha3: bool) -> Toy:
    """The verifier itself sends the bytes, and receives their digest: all from the statement."""
    bus = Sha3Digest if sha3 else KeccakDigest
    length = len(message)
    parts = [HashPart(1, 1, at, public_bytes(at, PART), [1] * PART) for at in range(0, length, PART)]
    compiled = compile_program(
        "tests.proven_keccak",
        [Parts, KeccakPadding, Keccak],
        [*map(verifier_sends, parts), verifier_receives(bus(1, 1, public_bytes(length, 32)))],
    )
    stream = [Stream(1, 1, message)]
    streams = ([], stream) if sha3 else (stream, [])
    digest = hashlib.sha3_256(message).digest() if sha3 else _keccak(message)
    traces: Traces = {
        "Parts": fill_parts(sent_parts(cut(stream))),
        "KeccakPadding": fill_keccak_padding(*streams),
        "Keccak": fill_keccak(*streams),
    }
    return Toy(compiled, traces, message + digest)


@pytest.mark.parametrize("sha3", [False, True], ids=["Keccak-256", "SHA3-256"])
def test_a_digest_is_proven_and_another_is_not(sha3: bool) -> None:
    """160 bytes: two blocks."""
    toy = _proven_hash(bytes(range(5 * PART)), sha3)
    make(toy).check()
    for changed in (0, RATE, len(toy.statement) - 1):
        statement = bytearray(toy.statement)
        statement[changed] ^= 1
        with pytest.raises(Rejected):
            make(toy, statement=bytes(statement)).check()
