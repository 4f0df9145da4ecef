"""Signatures for the tests of recovery: crafted ones, and vectors as requests."""

import json
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from circuits.gadgets.secp256k1 import (
    GENERATOR,
    HALF_ORDER,
    LAMBDA,
    ORDER,
    PRIME,
    add,
    lift,
    multiply,
    negate,
)
from circuits.tables.secp256k1_base import WINDOW_BITS, WINDOWS
from prover.witness.secp256k1_recovery import Request

VECTORS = Path(__file__).parents[1] / "vectors" / "ethereum"
TOP = 2**256 - 1
NOT_AN_X = 5
SPAN = 1 << (WINDOW_BITS * WINDOWS)


@cache
def vectors(name: str) -> list[dict[str, Any]]:
    """The signatures of a file, with numbers for `r`, `s` and `digest`, bytes for `address` and `signature`."""
    rows: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))["signatures"]
    for row in rows:
        row |= {field: int(row[field], 16) for field in ("digest", "r", "s") if field in row}
        row |= {field: bytes.fromhex(row[field]) for field in ("address", "signature") if field in row}
    return rows


def digest(text: str) -> int:
    """A hash to be signed."""
    return int.from_bytes(sha256(text.encode()).digest(), "big")


def signed(key: int, hash_: int, nonce: int) -> Request:
    """A valid signature with a low s."""
    point = multiply(nonce, GENERATOR)
    assert point is not None
    r, y = point
    s = pow(nonce, -1, ORDER) * (hash_ + r * key) % ORDER
    parity = y % 2
    if s > HALF_ORDER:
        s, parity = ORDER - s, 1 - parity
    return Request(0, hash_, parity, r, s)


def with_scalars(nonce: int, base: int, own: int) -> Request:
    """A signature on R = `nonce` G whose key is `base` G + `own` R; for half of the nonces s would be too large."""
    for k in range(nonce, nonce + 99):
        point = multiply(k, GENERATOR)
        assert point is not None
        r, y = point
        if 0 < own * r % ORDER <= HALF_ORDER:
            return Request(0, -base * r % ORDER, y % 2, r, own * r % ORDER)
    raise AssertionError("s is small for every second nonce")


def on_known_nonce(nonce: int, s: int, sign: int) -> Request:
    """s R = -sign hash G for R = `nonce` G: with sign -1 the key is infinity, with 1 both summands are equal."""
    point = multiply(nonce, GENERATOR)
    assert point is not None
    return Request(0, -sign * s * nonce % ORDER, point[1] % 2, point[0], s)


def with_key(key: tuple[int, int], base: int = 11, own: int = 13) -> Request:
    """A signature that recovers this point, whose logarithm nobody needs to know."""
    for scalar in range(base, base + 99):
        rest = add(key, negate(multiply(scalar, GENERATOR)))
        point = multiply(pow(own, -1, ORDER), rest)
        assert point is not None
        r, y = point
        if own * r % ORDER <= HALF_ORDER and r < ORDER:
            return Request(0, -scalar * r % ORDER, y % 2, r, own * r % ORDER)
    raise AssertionError("s is small for every second point")


def small_x() -> tuple[int, int]:
    """A point whose x may also be written x + PRIME in 256 bits."""
    return next(point for x in range(1, 99) if (point := lift(x, 0)) is not None)


def small_y() -> tuple[int, int]:
    """A point whose y may also be written y + PRIME; its x is below the order."""
    for y in range(1, 99):
        cube = (y * y - 7) % PRIME
        # PRIME is 7 modulo 9, so this power is a cube root of every cube.
        root = pow(cube, (PRIME + 2) // 9, PRIME)
        if pow(root, 3, PRIME) == cube and root < ORDER:
            return root, y
    raise AssertionError("every third number is a cube")


def edges() -> dict[str, Request]:
    """Signatures at the borders of every case."""
    found: dict[str, Request] = {}
    plain = signed(7, digest("plain"), 1234)
    borders = {
        "0": 0,
        "1": 1,
        "n/2": HALF_ORDER,
        "n/2+1": HALF_ORDER + 1,
        "n-1": ORDER - 1,
        "n": ORDER,
        "n+1": ORDER + 1,
        "p": PRIME,
        "top": TOP,
    }
    for (r_name, r), (s_name, s) in product(borders.items(), repeat=2):
        found[f"r {r_name}, s {s_name}"] = Request(0, plain.hash, 0, r, s)
    for name, border in borders.items():
        found[f"r {name}"] = Request(0, plain.hash, 1, border, plain.s)
        found[f"s {name}"] = Request(0, plain.hash, 1, plain.r, border)
        found[f"hash {name}"] = Request(0, border, plain.parity, plain.r, plain.s)
    found["plain"] = plain
    found["other parity"] = Request(0, plain.hash, 1 - plain.parity, plain.r, plain.s)
    found["high s"] = Request(0, plain.hash, 1 - plain.parity, plain.r, ORDER - plain.s)
    found["no point"] = Request(0, plain.hash, 0, NOT_AN_X, plain.s)
    for parity in (0, 1):
        found[f"R = G or -G, parity {parity}"] = Request(0, plain.hash, parity, GENERATOR[0], plain.s)
        found[f"u1 = 0, R = G or -G, parity {parity}"] = Request(0, 0, parity, GENERATOR[0], plain.s)
    for nonce, s in (
        (1, 1),
        (1, HALF_ORDER),
        (987654321, 12345),
        (ORDER - 1, 77),
        (2**200 + 1, digest("s") >> 1),
    ):
        found[f"infinity, nonce {nonce}, s {s}"] = on_known_nonce(nonce, s, -1)
        found[f"equal summands, nonce {nonce}, s {s}"] = on_known_nonce(nonce, s, 1)
    for base in (1, 126 * SPAN - ORDER, ORDER - 126 * SPAN, 63 * SPAN, ORDER - 1, 3 * SPAN):
        found[f"generator {base}"] = with_scalars(55, base % ORDER, 99)
    for a, b in product(range(-2, 3), repeat=2):
        if (a, b) != (0, 0):
            found[f"ladder {a} + {b} w"] = with_scalars(77, 123456789, (a + b * LAMBDA) % ORDER)
    found["key with small x"] = with_key(small_x())
    found["R with small y"] = Request(0, plain.hash, small_y()[1] % 2, small_y()[0], plain.s)
    return found
