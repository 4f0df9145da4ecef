"""Nothing that a modular relation adds up reaches the field's characteristic, from the declared ranges."""

from collections.abc import Mapping
from typing import Any

import pytest

from circuits.dsl import Bus, Table
from circuits.gadgets.modular import CARRY_BITS, CARRY_OFFSET, PAIR_BASE, PAIRS
from circuits.tables.byte_pairs import BYTE
from circuits.tables.secp256k1_addition import Secp256k1Addition
from circuits.tables.secp256k1_base import COEFFICIENTS, Secp256k1Base
from circuits.tables.secp256k1_buses import (
    LINEAR_BOUND,
    BaseEnd,
    BasePoint,
    LadderEnd,
    Multiple,
    NotAbove,
    Relation,
)
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import RELATIONS, Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from tests.secp256k1.intervals import Interval, read, rule_sources
from verifier.field import P

Ranges = Mapping[str, tuple[int, int]]

LIMB = (0, BYTE - 1)
DIFFERENCE = (-255, 255)
HALF = (-(PAIR_BASE - 1), PAIR_BASE - 1)
LINEAR = (-LINEAR_BOUND, LINEAR_BOUND)

OWED: Mapping[type[Table[Any]], Ranges] = {
    # Received as a relation, a point or a request, whose senders owe these ranges.
    Secp256k1Relation: {"left": DIFFERENCE, "right": DIFFERENCE, "linear": LINEAR},
    Secp256k1Ladder: {"addend_x": LIMB, "addend_y": HALF},
    Secp256k1Unit: {"x": LIMB, "y": HALF},
    Secp256k1Addition: {
        "x1": LIMB,
        "x2": LIMB,
        "y1": HALF,
        "y2": HALF,
        # Products of a flag and a periodic column.
        "closes": (0, 1),
        "doubled": (0, 1),
        "coefficient": (0, 2 * COEFFICIENTS),
        "first_coefficient": (0, 2 * COEFFICIENTS),
    },
    Secp256k1Signature: {
        "hash": LIMB,
        "r": LIMB,
        "s": LIMB,
        # Sent to be compared, which shows them to be bytes.
        **dict.fromkeys(("root", "square", "cube", "scalar", "base_scalar", "x", "y"), LIMB),
        "first": LIMB,
        "second": LIMB,
        "base_digits": (-2 * COEFFICIENTS, 2 * COEFFICIENTS),
        "asked": (0, 0),
    },
    Secp256k1Comparison: {"high": (0, 510)},
    Secp256k1Base: {},
}
"""What each table may take for granted of cells that it received."""


def stated(table: type[Table[Any]], file: str) -> list[Interval]:
    """What must vanish by the rules that a file states."""
    rules = zip(rule_sources(table), read(table, OWED[table]).rules, strict=True)
    return [value for source, value in rules if source.file == file]


POINT = {"x": LIMB, "y": HALF}
PROMISED: Mapping[type[Bus[Any]], Ranges] = {
    Relation: {"left": DIFFERENCE, "right": DIFFERENCE, "linear": LINEAR},
    # Two bytes of which one is zero, as the flags before them exclude each other.
    NotAbove: {"high": (0, 510)},
    Multiple: POINT,
    BasePoint: POINT,
    LadderEnd: {**POINT, "addend_x": LIMB, "addend_y": HALF},
    BaseEnd: POINT,
}
"""The same as owed by whoever sends; a receiver copies it into cells."""


@pytest.mark.parametrize("doubled", [0, 1])
@pytest.mark.parametrize("table", OWED, ids=lambda table: table.name)
def test_what_is_sent_lies_within_what_is_owed(table: type[Table[Any]], doubled: int) -> None:
    """In both cases of the flag that exchanges the factors of a relation for others."""
    provides = {Secp256k1Signature: (Multiple,), Secp256k1Unit: (Multiple,), Secp256k1Addition: (Multiple,)}
    checked = 0
    for sign, message in read(table, {**OWED[table], "doubled": (doubled, doubled)}).messages:
        promised = PROMISED.get(type(message))
        given = sign == 1 and not isinstance(message, (Multiple, BasePoint))
        if promised is None or not (
            given or (sign == -1 and type(message) in provides.get(table, (BasePoint,)))
        ):
            continue
        for name, (low, high) in promised.items():
            for cell in getattr(message, name):
                least, most = (cell.low, cell.high) if isinstance(cell, Interval) else (cell, cell)
                assert low <= least, (type(message).__name__, name)
                assert most <= high, (type(message).__name__, name)
        checked += 1
    assert checked or table in (Secp256k1Relation, Secp256k1Comparison)


@pytest.mark.parametrize(
    ("table", "relations"), [(Secp256k1Ladder, RELATIONS), (Secp256k1Relation, 1)], ids=["ladder", "relation"]
)
def test_no_pair_of_a_relation_wraps_around_the_field(table: type[Table[Any]], relations: int) -> None:
    """|pair + carry in - 2^16 carry out| < P, so that it is zero as an integer; and honest carries fit."""
    rules = stated(table, "modular.py")
    assert len(rules) == PAIRS * relations
    for value in rules:
        assert value.largest < P
        # Without the carry out: what an honest carry must hold.
        most = value.largest - PAIR_BASE * CARRY_OFFSET
        assert most < PAIR_BASE * (CARRY_OFFSET - 1)
    assert CARRY_OFFSET == 1 << (CARRY_BITS - 1)


def test_no_pair_of_a_comparison_wraps_around_the_field() -> None:
    sums = stated(Secp256k1Comparison, "secp256k1_comparison.py")[-PAIRS // 2 :]
    assert max(value.largest for value in sums) < P


def test_sums_of_bytes_do_not_wrap_around_the_field() -> None:
    """What is zero only if each byte is: the sums of r and of s."""
    assert 32 * LIMB[1] < P
