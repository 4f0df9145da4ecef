"""Tables and coincurve recover the same signer, or both none, and every case of the tables can be proved."""

from hashlib import sha256

import numpy as np

from circuits.dsl import check, compile_program
from circuits.gadgets.secp256k1 import GENERATOR, HALF_ORDER, ORDER, add, multiply
from circuits.tables.byte_pairs import BytePairs, fill_byte_pairs
from circuits.tables.hash_buses import HashPart
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.parts import Parts
from circuits.tables.range import fill_ranges, range_tables
from prover.witness.hashing import sent
from prover.witness.keccak import fill_keccak
from prover.witness.keccak_padding import fill_keccak_padding
from prover.witness.parts import fill_parts
from prover.witness.secp256k1 import address, fill_secp256k1
from prover.witness.secp256k1_recovery import Request
from prover.witness.streams import gather
from tests.recovery import TABLES, Asks, fill_asks, judge_requests, key_address, oracle, recover
from tests.secp256k1.scenes import digest, edges, on_known_nonce, signed, small_x, vectors, with_key

EDGES = edges()
BATCH = 128


def assert_proved(requests: list[Request]) -> None:
    for request in requests:
        assert address(recover(request)) == oracle(request), request
    for at in range(0, len(requests), BATCH):
        report = judge_requests(requests[at : at + BATCH])
        assert report.ok, str(report)[:3000]


def test_edges() -> None:
    """Among them all combinations of border values of r and s, infinity, doublings, and small scalars."""
    assert_proved(list(EDGES.values()))


def test_edges_are_what_they_are_called() -> None:
    for name, request in EDGES.items():
        curve = recover(request).curve
        if name.startswith("infinity"):
            assert curve is not None
            assert curve.key is None
        if name.startswith("equal summands"):
            assert curve is not None
            assert curve.doubles
        if name.startswith("u1 = 0"):
            assert curve is not None
            assert not curve.base_digits
    assert recover(EDGES["high s"]).root is None
    assert recover(EDGES["no point"]).root is not None
    assert recover(EDGES["no point"]).curve is None
    assert recover(EDGES["key with small x"]).key == small_x()
    for name in ("hash 0", "hash n"):
        curve = recover(EDGES[name]).curve
        assert curve is not None
        assert not curve.base_digits
        assert curve.key is not None


def test_invalid_borders_are_invalid() -> None:
    for r in (0, ORDER, ORDER + 1):
        assert address(recover(Request(0, 1, 0, r, 1))) is None
    for s in (0, HALF_ORDER + 1, ORDER - 1, ORDER):
        assert address(recover(Request(0, 1, 0, GENERATOR[0], s))) is None
    assert address(recover(Request(0, 1, 0, GENERATOR[0], HALF_ORDER))) is not None


def test_mainnet_block() -> None:
    """Every signature of block 12964999; the senders are the chain's."""
    rows = vectors("mainnet_block_12964999_signatures.json")
    requests = [Request(0, row["digest"], row["parity"], row["r"], row["s"]) for row in rows]
    assert len(requests) == 145
    assert [address(recover(request)) for request in requests] == [row["address"] for row in rows]
    assert_proved(requests)


def test_precompile() -> None:
    """go-ethereum's core/vm/testdata/precompiles/ecRecover.json; calls with a v of more than 8 bits have no parity."""
    valid = Request(
        0,
        0x18C547E4F7B0F325AD1E56F57E26C745B09A3E503D86E00E5255FF7F715D3D1C,
        1,
        0x73B1693892219D736CABA55BDB67216E485557EA6B6AF75F37096C9AA6A5A75F,
        0xEEB940B1D03B21E36B0E47E79769F095FE2AB855BD91E3A38756B7D75A9C4549,
    )
    # The precompile takes a high s; a transaction may not have one, and its twin recovers the same signer.
    twin = Request(0, valid.hash, 0, valid.r, ORDER - valid.s)
    assert address(recover(valid)) is None
    assert address(recover(twin)) == bytes.fromhex("a94f5374fce5edbc8e2a8697c15331677e6ebf0b")
    unrecoverable = Request(
        0,
        0xA8B53BDF3306A35A7103AB5504A0C9B492295564B6202B1942A84EF300107281,
        0,
        0x3078356531653033663533636531386237373263636230303933666637316633,
        0x6635336635633735623734646233316138356161386238383932346538623131,
    )
    assert address(recover(unrecoverable)) is None
    assert_proved([valid, twin, unrecoverable])


def test_random_signatures() -> None:
    requests = []
    for k in range(40):
        hash_ = int.from_bytes(sha256(bytes([k])).digest(), "big")
        request = signed(1 + k * k, hash_, 99 + 7**k)
        key = multiply(1 + k * k, GENERATOR)
        assert key is not None
        encoded = b"\4" + b"".join(value.to_bytes(32, "big") for value in key)
        assert address(recover(request)) == key_address(encoded)
        requests.append(request)
    assert_proved(requests)


def test_the_key_of_equal_summands_is_their_double() -> None:
    request = on_known_nonce(5, 1234, 1)
    half = multiply(-request.hash * pow(request.r, -1, ORDER), GENERATOR)
    assert recover(request).key == add(half, half)


def test_any_point_can_be_recovered() -> None:
    assert recover(with_key(small_x())).key == small_x()


def test_tables_without_a_signature() -> None:
    assert judge_requests([]).ok
    assert judge_requests([EDGES["r 0, s 0"]]).ok


def test_the_tables_of_keccak_answer() -> None:
    """The same with the real tables of the hash in place of the stand-in."""
    requests = [signed(7, digest("plain"), 1234), on_known_nonce(5, 1234, 1), on_known_nonce(5, 1234, -1)]
    recoveries = [recover(request) for request in requests]
    compiled = compile_program(
        "tests.recovery.keccak",
        [Asks, *TABLES, Parts, KeccakPadding, Keccak, BytePairs, *range_tables(*TABLES)],
    )
    traces = fill_secp256k1(compiled, recoveries)
    traces["Asks"] = fill_asks(requests, [oracle(request) for request in requests])
    parts = sent(compiled, traces, HashPart)
    streams = gather(parts, np.zeros((0, 4), dtype=np.int64))
    traces["Parts"] = fill_parts(parts)
    traces["KeccakPadding"], traces["Keccak"] = fill_keccak_padding(streams), fill_keccak(streams)
    report = check(compiled, fill_byte_pairs(compiled, fill_ranges(compiled, traces)), b"")
    assert report.ok, str(report)[:3000]
