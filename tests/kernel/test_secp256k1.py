"""Ladders and relations of the compiled engine are those of the reference engine, and bad input is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from circuits.gadgets.modular import CARRIES, HALVES, LIMBS, limbs
from circuits.gadgets.secp256k1 import GENERATOR, ORDER, PRIME, multiply
from prover.engine import Engine, KernelError, Relations
from prover.witness.modular import byte_rows, limb_rows
from prover.witness.secp256k1_recovery import Signed, multiples_of, scalar_pairs

pytestmark = pytest.mark.kernel

STEPS = 128
EDGES = [0, 1, 2, 255, 256, PRIME - 1, PRIME, ORDER - 1, ORDER, 2**256 - 1, 2**255]


def relations_of(generator: np.random.Generator, count: int, halves: bool) -> Relations:
    """Random relations with factors of either sign and of edge values, each with a quotient that fits."""
    drawn = [int.from_bytes(generator.bytes(LIMBS), "little") for _ in range(2 * count)]
    values = [*EDGES, *drawn][: 2 * count]
    generator.shuffle(values)
    one, two = limb_rows(values[:count]), limb_rows(values[count:])
    # Differences have limbs of either sign, and every third factor keeps its own.
    other = limb_rows([int.from_bytes(generator.bytes(LIMBS), "little") for _ in range(count)])
    left = np.where((np.arange(count) % 3 > 0)[:, None], one - other, one)
    linear = generator.integers(-(1 << 26), 1 << 26, (count, HALVES)).astype(np.int32)
    of_order = np.zeros(count) if halves else generator.integers(2, size=count)
    return Relations(left, two, linear, of_order.astype(np.uint8), halves)


@pytest.mark.parametrize("halves", [True, False])
@pytest.mark.parametrize("count", [0, 1, 40, 700])
def test_relations_are_solved_alike(native: Engine, reference: Engine, count: int, halves: bool) -> None:
    relations = relations_of(np.random.default_rng(count), count, halves)
    ours, theirs = native.solve_relations(relations), reference.solve_relations(relations)
    for name, one in ours._asdict().items():
        assert one.dtype == getattr(theirs, name).dtype
        assert np.array_equal(one, getattr(theirs, name))
    if count > 1:
        assert 0 < ours.negative.sum() < count


@pytest.mark.parametrize(("modulus", "halves"), [(PRIME, True), (PRIME, False), (ORDER, False)])
def test_a_quotient_and_its_carries_make_the_relation_vanish(
    engine: Engine, modulus: int, halves: bool
) -> None:
    left, right = modulus - 5, modulus // 3
    linear = -(left * right % modulus)
    given = np.array([[linear >> 16 * k & 0xFFFF for k in range(HALVES)]], dtype=np.int32)
    given[0, -1] -= 1 << 16
    order = np.array([modulus == ORDER], dtype=np.uint8)
    solved = engine.solve_relations(Relations(limb_rows([left]), limb_rows([right]), given, order, halves))
    quotient = int.from_bytes(solved.quotients.tobytes(), "little") - (int(solved.negative[0]) << 256)
    assert quotient == (left * right + linear) // modulus
    assert quotient * modulus == left * right + linear
    assert solved.carries.shape == (1, CARRIES)
    assert np.abs(solved.carries).max() < 1 << 14


def points(values: list[tuple[int, int]], *shape: int) -> Any:
    return (
        byte_rows([coordinate for point in values for coordinate in point]).reshape(*shape, 2, LIMBS).copy()
    )


def ladders_of(count: int, seed: int) -> tuple[Any, Any, Any]:
    """Ladders from random points, by random labels."""
    generator = np.random.default_rng(seed)
    starts, addends = [], []
    for _ in range(count):
        point = multiply(int.from_bytes(generator.bytes(31), "little") + 1, GENERATOR)
        assert point is not None
        [(multiples, _)] = multiples_of([Signed(*point)])
        start, _, _ = next(scalar_pairs(int.from_bytes(generator.bytes(31), "little") + 1))
        starts.append(multiples[4 + start].point)
        addends += [multiples[label].point for label in range(4)]
    labels = generator.integers(4, size=(count, STEPS), dtype=np.uint8)
    return points(starts, count), points(addends, count, 4), labels


@pytest.mark.parametrize("count", [1, 2, 16, 17])
def test_ladders_are_walked_alike(native: Engine, reference: Engine, count: int) -> None:
    ladders = ladders_of(count, count)
    ours, theirs = native.walk_ladders(*ladders), reference.walk_ladders(*ladders)
    assert ours.shape == (count, STEPS, 5, LIMBS)
    assert np.array_equal(ours, theirs)


def test_no_ladder_is_no_error(engine: Engine) -> None:
    none = engine.walk_ladders(points([], 0), points([], 0, 4), np.zeros((0, STEPS), dtype=np.uint8))
    assert none.shape == (0, STEPS, 5, LIMBS)


def test_an_exceptional_addition_is_refused(engine: Engine) -> None:
    starts, addends, labels = ladders_of(2, 1)
    addends[1, labels[1, 0]] = starts[1]
    with pytest.raises(KernelError, match="exceptional"):
        engine.walk_ladders(starts, addends, labels)


def test_coordinates_above_the_prime_are_taken_modulo_the_prime(engine: Engine) -> None:
    starts, addends, labels = ladders_of(1, 5)
    small = byte_rows([3]).reshape(LIMBS)
    starts[0, 0] = small
    lower = engine.walk_ladders(starts, addends, labels)
    starts[0, 0] = byte_rows([PRIME + 3]).reshape(LIMBS)
    assert np.array_equal(lower, engine.walk_ladders(starts, addends, labels))


def one_relation(**changes: Any) -> Relations:
    parts = {
        "left": limb_rows([5]),
        "right": limb_rows([7]),
        "linear": np.zeros((1, HALVES), dtype=np.int32),
        "of_order": np.zeros(1, dtype=np.uint8),
        "halves": False,
    }
    return Relations(**{**parts, **changes})


WIDE = np.array([limbs(2**256 - 1)], dtype=np.int32)
REFUSED: dict[str, Callable[[Engine], object]] = {
    "limbs": lambda e: e.solve_relations(one_relation(left=np.zeros((1, 31), dtype=np.int32))),
    "linear": lambda e: e.solve_relations(one_relation(linear=np.zeros((1, 32), dtype=np.int32))),
    "rows": lambda e: e.solve_relations(one_relation(right=limb_rows([7, 7]))),
    "moduli": lambda e: e.solve_relations(one_relation(of_order=np.zeros(2, dtype=np.uint8))),
    "large factor": lambda e: e.solve_relations(one_relation(left=limb_rows([5]) + (1 << 17))),
    "limbs of other size": lambda e: e.solve_relations(one_relation(left=limb_rows([5]).astype(np.int64))),
    "least integer": lambda e: e.solve_relations(
        one_relation(left=np.full((1, LIMBS), -(1 << 31), dtype=np.int32))
    ),
    "large quotient": lambda e: e.solve_relations(one_relation(left=200 * WIDE, right=200 * WIDE)),
    "ladders": lambda e: e.walk_ladders(
        points([(1, 2)], 1), points([], 0, 4), np.zeros((1, 1), dtype=np.uint8)
    ),
    "label": lambda e: e.walk_ladders(
        points([(1, 2)], 1), points([(3, 4)] * 4, 1, 4), np.full((1, 1), 4, dtype=np.uint8)
    ),
    "labels of other bytes": lambda e: e.walk_ladders(
        points([(1, 2)], 1), points([(3, 4)] * 4, 1, 4), np.zeros((1, 1), dtype=np.int64)
    ),
    "flat labels": lambda e: e.walk_ladders(
        points([(1, 2)], 1), points([(3, 4)] * 4, 1, 4), np.zeros(1, dtype=np.uint8)
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_computed_is_refused(engine: Engine, case: str) -> None:
    with pytest.raises(KernelError):
        REFUSED[case](engine)
