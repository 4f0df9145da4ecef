"""Fills the tables of secp256k1, from the signatures to be recovered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled, Trace
from circuits.gadgets.modular import (
    CARRIES,
    CARRY_OFFSET,
    HALVES,
    LIMBS,
    PAIR_BASE,
    PAIR_BITS,
)
from circuits.gadgets.secp256k1 import HALF_ORDER, ORDER, PRIME
from circuits.tables.secp256k1_addition import FINAL, FINAL_CHECK, FIRST_BASE, ROWS, Secp256k1Addition
from circuits.tables.secp256k1_base import LOG_HEIGHT, Secp256k1Base, place
from circuits.tables.secp256k1_buses import ADDRESS, MINUS_TWO_W, ONE, TWO, TWO_AND_W, NotAbove, Relation
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import BYTE, STEPS, Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import DIGITS, Secp256k1Signature
from circuits.tables.secp256k1_unit import STEPS as UNITS
from circuits.tables.secp256k1_unit import Secp256k1Unit
from prover.engine import Relations
from prover.execution.payments.keccak import keccak256
from prover.native import native_engine
from prover.witness.hashing import sent
from prover.witness.modular import Integers, centred, half_rows, in_field, limb_rows, pair_rows
from prover.witness.rows import zeroed
from prover.witness.secp256k1_recovery import ADDENDS, Addition, Curve, Recovery, Signed
from verifier.field import P

Matrix = NDArray[np.uint32]


def fill_secp256k1(compiled: Compiled, recoveries: Sequence[Recovery]) -> dict[str, Matrix]:
    """The traces of all tables of secp256k1 but those of ranges and byte pairs."""
    return fill_answers(compiled, fill_questions(recoveries))


def fill_questions(recoveries: Sequence[Recovery]) -> dict[str, Matrix]:
    """The tables that follow from the signatures, true or not."""
    curves = [(number, each.curve) for number, each in enumerate(recoveries) if each.curve is not None]
    return {
        Secp256k1Signature.name: fill_signatures(recoveries),
        Secp256k1Unit.name: fill_units(curves),
        Secp256k1Ladder.name: fill_ladders(curves),
        Secp256k1Addition.name: fill_additions(curves),
        Secp256k1Base.name: fill_base([curve for _, curve in curves]),
    }


def fill_answers(compiled: Compiled, traces: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """`traces` with those of comparisons and relations added, which answer whatever the others say."""
    return {
        **traces,
        Secp256k1Comparison.name: fill_comparisons(compiled, traces),
        Secp256k1Relation.name: fill_relations(compiled, traces),
    }


def address(recovery: Recovery) -> bytes | None:
    """The signer's address, 20 bytes, or None if the signature is invalid."""
    return None if recovery.key is None else _digest(recovery.key)[-ADDRESS:]


def public_key_bytes(key: tuple[int, int]) -> bytes:
    """The 64 bytes whose Keccak-256 ends with the address."""
    return b"".join(value.to_bytes(LIMBS, "big") for value in key)


def _digest(key: tuple[int, int]) -> bytes:
    return keccak256(public_key_bytes(key))


def fill_signatures(recoveries: Sequence[Recovery]) -> Matrix:
    """The trace of `Secp256k1Signature`: one row a recovery."""
    trace = zeroed(Secp256k1Signature, len(recoveries))
    trace.number = np.arange(len(trace.matrix))
    for row, recovery in enumerate(recoveries):
        _signature(trace, row, recovery)
    return trace.matrix


def _signature(trace: Trace, row: int, recovery: Recovery) -> None:
    request, r, s = recovery.request, recovery.request.r, recovery.request.s
    trace.live[row], trace.request[row], trace.parity[row] = 1, request.request, request.parity
    for name, value in (("hash", request.hash), ("r", r), ("s", s)):
        getattr(trace, name)[row] = _limbs(value)
    reason = next(
        (
            name
            for name, holds in (
                ("r_is_zero", r == 0),
                ("r_is_large", r >= ORDER),
                ("s_is_zero", s == 0),
                ("s_is_large", s > HALF_ORDER),
            )
            if holds
        ),
        "in_range",
    )
    getattr(trace, reason)[row] = 1
    if recovery.root is None:
        return
    trace.r_inverse[row], trace.s_inverse[row] = (pow(sum(_limbs(value)), -1, P) for value in (r, s))
    trace.square[row], trace.cube[row] = _limbs(r * r % PRIME), _limbs(pow(r, 3, PRIME))
    trace.root[row] = _limbs(recovery.root)
    curve = recovery.curve
    if curve is None:
        return
    trace.on_curve[row] = 1
    trace.half[row] = (recovery.root & 0xFF) >> 1
    trace.asked[row] = _asked(curve)[ONE]
    trace.start[row] = curve.ladder.start
    trace.first[row] = _limbs(curve.ladder.first)[:DIGITS]
    trace.second[row] = _limbs(curve.ladder.second)[:DIGITS]
    trace.scalar[row] = _limbs(curve.scalar)
    trace.base_scalar[row] = _limbs(curve.base_scalar)
    if curve.base_digits:
        trace.base_digits[row] = in_field(np.array(curve.base_digits))
    else:
        trace.hash_is_zero[row], trace.hash_is_order[row] = 1, int(request.hash != 0)
    if curve.key is None:
        trace.infinite[row] = 1
        return
    trace.x[row], trace.y[row] = (_limbs(value) for value in curve.key)
    trace.digest[row] = list(_digest(curve.key))


def _limbs(value: int) -> list[int]:
    return list(value.to_bytes(LIMBS, "little"))


def _asked(curve: Curve) -> Counter[int]:
    """How often each multiple is looked up."""
    asked = Counter(curve.ladder.labels.tolist())
    asked.update(origin for origin, *_ in UNITS)
    # By the ladder's first row, and by the two additions that make multiples: R + (1 + w) R and then - w R.
    asked.update([MINUS_TWO_W + curve.ladder.start, ONE, *(label for _, label, *_ in UNITS[:2])])
    return asked


def fill_units(curves: Sequence[tuple[int, Curve]]) -> Matrix:
    """The trace of `Secp256k1Unit`: four rows a signature, by number."""
    trace = zeroed(Secp256k1Unit, len(UNITS) * len(curves))
    rows = slice(len(UNITS) * len(curves))
    trace.live[rows] = 1
    trace.number[rows] = np.repeat([number for number, _ in curves], len(UNITS))
    origins = [curve.multiples[origin] for _, curve in curves for origin, *_ in UNITS]
    trace.x[rows], trace.y[rows] = _points(origins)
    images = [curve.multiples[label].x for _, curve in curves for _, label, *_ in UNITS]
    trace.image[rows] = limb_rows(images)
    trace.asked[rows] = [_asked(curve)[label] for _, curve in curves for _, label, *_ in UNITS]
    return trace.matrix


def fill_ladders(curves: Sequence[tuple[int, Curve]]) -> Matrix:
    """The trace of `Secp256k1Ladder`: 128 rows a signature, by number."""
    trace = zeroed(Secp256k1Ladder, STEPS * len(curves))
    trace.flips[::STEPS] = 1
    trace.carries = CARRY_OFFSET
    if not curves:
        return trace.matrix
    rows, starts = slice(STEPS * len(curves)), np.arange(len(curves)) * STEPS
    trace.live[rows] = 1
    trace.number[rows] = np.repeat([number for number, _ in curves], STEPS)
    trace.start[starts] = [curve.ladder.start for _, curve in curves]
    trace.flips[starts] = 1 - trace.start[starts]
    labels = np.concatenate([curve.ladder.labels for _, curve in curves])
    for name, digits in (("first", labels >> 1), ("second", labels & 1)):
        getattr(trace, name)[rows] = digits
        eights = digits.reshape(-1, BYTE).astype(np.int64)
        weights = np.tril(1 << np.maximum(np.subtract.outer(np.arange(BYTE), np.arange(BYTE)), 0))
        getattr(trace, f"{name}_byte")[rows] = (eights @ weights.T).ravel()
    steps = _steps([curve for _, curve in curves], labels, starts)
    for name, value in steps._asdict().items():
        getattr(trace, name)[rows] = value
    trace.y[starts] = half_rows([_first(curve).y for _, curve in curves])
    trace.addend_y[rows] = in_field(steps.addend_y)
    _ladder_relations(trace, steps)
    return trace.matrix


class _Steps(NamedTuple):
    """Limbs of every step, those of y signed."""

    x: Integers
    y: Integers
    addend_x: Integers
    addend_y: Integers
    slope: Integers
    sum_x: Integers
    slopes: Integers


def _steps(curves: Sequence[Curve], labels: NDArray[np.uint8], starts: NDArray[np.int64]) -> _Steps:
    walks = np.concatenate([curve.ladder.walk for curve in curves])
    x, y, slope, sum_x, slopes = walks.transpose(1, 0, 2).astype(np.int32, order="C")
    y = pair_rows(y)
    first = [_first(curve) for curve in curves]
    # The limbs of a point with a sign are those of its opposite, which are not those below the prime.
    y[starts] = half_rows([point.y for point in first]) * np.array([[point.sign] for point in first])
    multiples = [_points([curve.multiples[label] for curve in curves], signed=True) for label in ADDENDS]
    numbers = np.repeat(np.arange(len(curves)), STEPS)
    addend_x, addend_y = (np.stack(parts)[labels, numbers] for parts in zip(*multiples, strict=True))
    return _Steps(x, y, addend_x, addend_y, slope, sum_x, slopes)


def _first(curve: Curve) -> Signed:
    return curve.multiples[MINUS_TWO_W + curve.ladder.start]


def _ladder_relations(trace: Trace, steps: _Steps) -> None:
    """Quotients and carries of the five relations of each row that has a step."""
    x, y, addend_x, addend_y, slope, sum_x, slopes = steps
    below_x, below_y = np.roll(x, -1, axis=0), np.roll(y, -1, axis=0)
    rest, both = slopes - slope, pair_rows(x) + pair_rows(sum_x)
    every = slice(len(x))
    inside = np.flatnonzero(np.arange(len(x)) % STEPS != STEPS - 1)
    relations: tuple[tuple[Any, Integers, Integers, Integers], ...] = (
        (every, slope, addend_x - x, y - addend_y),
        (every, slope, slope, -both - pair_rows(addend_x)),
        (every, slopes, x - sum_x, -2 * y),
        (inside, rest, rest, -both - pair_rows(below_x)),
        (inside, rest, x - below_x, -y - below_y),
    )
    for index, (rows, left, right, linear) in enumerate(relations):
        of_prime = np.zeros(len(left[rows]), dtype=np.uint8)
        asked = Relations(left[rows], right[rows], linear[rows], of_prime, True)
        solved = native_engine().solve_relations(asked)
        trace.quotients[rows, HALVES * index : HALVES * (index + 1)] = solved.quotients.view("<u2")
        trace.negative[rows, index] = solved.negative
        trace.carries[rows, CARRIES * index : CARRIES * (index + 1)] = solved.carries + CARRY_OFFSET


def fill_additions(curves: Sequence[tuple[int, Curve]]) -> Matrix:
    """The trace of `Secp256k1Addition`: 32 rows a signature, by number."""
    trace = zeroed(Secp256k1Addition, ROWS * len(curves))
    rows: list[Addition] = [row for _, curve in curves for row in curve.additions]
    if not rows:
        return trace.matrix
    used = slice(len(rows))
    trace.live[used] = 1
    for name, values in (
        ("number", [number for number, _ in curves]),
        ("base", [int(bool(curve.base_digits)) for _, curve in curves]),
        ("doubles", [int(curve.doubles) for _, curve in curves]),
        ("infinite", [int(curve.key is None) for _, curve in curves]),
    ):
        getattr(trace, name)[used] = np.repeat(values, ROWS)
    starts = ROWS * np.arange(len(curves))
    trace.closes[starts + FINAL] = trace.infinite[starts]
    trace.doubled[starts + FINAL_CHECK] = trace.doubles[starts]
    for at, (_, curve) in zip(starts, curves, strict=True):
        asked = _asked(curve)
        trace.asked[at : at + 2] = asked[TWO_AND_W], asked[TWO]
        if curve.base_digits:
            first, *digits = curve.base_digits
            trace.first_coefficient[at + FIRST_BASE], trace.first_minus[at + FIRST_BASE] = (
                abs(first),
                first < 0,
            )
            where = slice(at + FIRST_BASE, at + FIRST_BASE + len(digits))
            trace.coefficient[where] = np.abs(digits)
            trace.minus[where] = np.array(digits) < 0
    trace.slope[used] = limb_rows([row.slope for row in rows])
    for name, points in (
        ("1", [row.one for row in rows]),
        ("2", [row.two for row in rows]),
        ("3", [row.three for row in rows]),
    ):
        x, y = _points(points, signed=True)
        getattr(trace, f"x{name}")[used], getattr(trace, f"y{name}")[used] = x, in_field(y)
    return trace.matrix


def fill_base(curves: Sequence[Curve]) -> Matrix:
    """The trace of `Secp256k1Base`: how often each point is asked for."""
    trace = Trace(Secp256k1Base, LOG_HEIGHT)
    for curve in curves:
        for window, digit in enumerate(curve.base_digits):
            trace.asked[place(window, abs(digit))] += 1
    return trace.matrix


def fill_comparisons(compiled: Compiled, traces: Mapping[str, Matrix]) -> Matrix:
    """The trace of `Secp256k1Comparison`: what the others send, in any order."""
    messages = sent(compiled, traces, NotAbove)
    trace = zeroed(Secp256k1Comparison, len(messages))
    low, high = messages[:, :LIMBS], messages[:, LIMBS:]
    used = slice(len(messages))
    trace.live[used] = 1
    trace.low[used], trace.high[used] = low, high
    least, most = pair_rows(low), pair_rows(high)
    distance = np.zeros((len(messages), HALVES), dtype="<u2")
    borrowed = carried = np.zeros(len(messages), dtype=np.int64)
    for k in range(HALVES):
        difference = most[:, k] - least[:, k] + borrowed
        distance[:, k], borrowed = difference & (PAIR_BASE - 1), difference >> PAIR_BITS
        carried = (least[:, k] + distance[:, k] + carried) >> PAIR_BITS
        if k < HALVES - 1:
            trace.carries[used, k] = carried
    trace.distance[used] = distance.view(np.uint8)
    return trace.matrix


def fill_relations(compiled: Compiled, traces: Mapping[str, Matrix]) -> Matrix:
    """The trace of `Secp256k1Relation`: what the others send, in any order."""
    messages = centred(sent(compiled, traces, Relation))
    trace = zeroed(Secp256k1Relation, len(messages))
    trace.carries = CARRY_OFFSET
    used = slice(len(messages))
    of_order, left = messages[:, 0], messages[:, 1 : 1 + LIMBS]
    right, linear = messages[:, 1 + LIMBS : 1 + 2 * LIMBS], messages[:, 1 + 2 * LIMBS :]
    trace.live[used], trace.of_order[used] = 1, of_order
    for name, value in (("left", left), ("right", right), ("linear", linear)):
        getattr(trace, name)[used] = in_field(value)
    solved = native_engine().solve_relations(Relations(left, right, linear, of_order.astype(np.uint8), False))
    trace.quotient[used], trace.negative[used] = solved.quotients, solved.negative
    trace.carries[used] = solved.carries + CARRY_OFFSET
    return trace.matrix


def _points(points: Sequence[Signed], signed: bool = False) -> tuple[Integers, NDArray[Any]]:
    """The limbs of points; those of y have a sign, or are field elements."""
    x = limb_rows([point.x for point in points])
    signs = np.array([point.sign for point in points], dtype=np.int32)
    y = half_rows([point.y for point in points]) * signs[:, None]
    return x, y if signed else in_field(y)
