"""Recovery against signatures of mainnet and Wycheproof, and against py_ecc, which shares no code with it."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from py_ecc.secp256k1.secp256k1 import N, ecdsa_raw_recover

from prover.execution.payments.keccak import keccak256
from prover.execution.payments.signature import ORDER, recover_address

VECTORS = Path(__file__).parents[3] / "vectors" / "ethereum"
HALF = N // 2

GENERATOR_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
GENERATOR_PARITY = 0
SMALLEST_X, SMALLEST_NOT_X = 1, 5
"""The smallest number that is the x-coordinate of a point, and the smallest above it that is not."""

BEYOND_PARITY = {350, 471}
"""Valid signatures whose point has the x-coordinate r + n: Ethereum has no parity for them."""


@cache
def vectors(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))["signatures"]
    for row in rows:
        row |= {field: bytes.fromhex(row[field]) for field in ("digest", "address")}
        row |= {field: int(row[field], 16) for field in ("r", "s")}
    return rows


def by_py_ecc(digest: bytes, parity: int, r: int, s: int) -> bytes | None:
    """The same by py_ecc, which leaves the ranges to its caller and calls the point at infinity (0, 0)."""
    if not (0 < r < N and 0 < s <= HALF):
        return None
    try:
        x, y = ecdsa_raw_recover(digest, (27 + parity, r, s))
    except ValueError:
        return None
    return keccak256(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:] if x or y else None


def agreed(digest: bytes, parity: int, r: int, s: int) -> bytes | None:
    """The address, after both have said the same."""
    found = recover_address(digest, parity, r, s)
    assert found == by_py_ecc(digest, parity, r, s), (digest.hex(), parity, r, s)
    return found


def test_every_sender_of_a_mainnet_block_is_recovered() -> None:
    rows = vectors("mainnet_block_12964999_signatures.json")
    assert len(rows) == 145
    for row in rows:
        assert agreed(row["digest"], row["parity"], row["r"], row["s"]) == row["address"]


def test_wycheproof_signatures_recover_to_their_key_if_they_are_valid() -> None:
    """With s as it is and as n - s, one of which is low."""
    unreachable = set()
    for row in vectors("wycheproof_secp256k1.json"):
        forms = {row["s"], N - row["s"]} if row["s"] < N else {row["s"]}
        found = {agreed(row["digest"], parity, row["r"], s) for s in forms for parity in (0, 1)}
        if row["valid"] and row["address"] not in found:
            unreachable.add(row["test"])
        if not row["valid"]:
            assert row["address"] not in found, row["test"]
    assert unreachable == BEYOND_PARITY


def test_random_signatures_agree() -> None:
    random = Random(4)
    found = [
        agreed(
            random.randbytes(32), random.randrange(2), random.randrange(1, N), random.randrange(1, HALF + 1)
        )
        for _ in range(200)
    ]
    assert 60 < found.count(None) < 140


@pytest.mark.parametrize("parity", [0, 1])
def test_boundaries(parity: int) -> None:
    digest = keccak256(b"boundaries")
    assert ORDER == N
    values = [0, 1, SMALLEST_NOT_X, HALF - 1, HALF, HALF + 1, N - 1, N, N + 1, 2**256 - 1]
    for r in [*values, GENERATOR_X]:
        for s in values:
            agreed(digest, parity, r, s)
    assert recover_address(digest, parity, SMALLEST_X, 1) is not None
    assert recover_address(digest, parity, SMALLEST_NOT_X, 1) is None
    assert recover_address(digest, parity, GENERATOR_X, HALF) is not None
    assert recover_address(digest, parity, GENERATOR_X, HALF + 1) is None


@pytest.mark.parametrize(
    "digest", [bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N + 1).to_bytes(32, "big")]
)
def test_digests_at_and_above_the_order(digest: bytes) -> None:
    for parity in (0, 1):
        assert agreed(digest, parity, GENERATOR_X, 1) is not None or digest == (N + 1).to_bytes(32, "big")


@pytest.mark.parametrize("s", [1, 2, 12345, HALF])
def test_a_key_at_infinity_is_none(s: int) -> None:
    """With the generator as the point, s R = z G if z is s; with its opposite, if z is n - s."""
    assert agreed(s.to_bytes(32, "big"), GENERATOR_PARITY, GENERATOR_X, s) is None
    assert agreed((N - s).to_bytes(32, "big"), 1 - GENERATOR_PARITY, GENERATOR_X, s) is None
    assert agreed(s.to_bytes(32, "big"), 1 - GENERATOR_PARITY, GENERATOR_X, s) is not None
