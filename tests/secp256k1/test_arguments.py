"""The arithmetic on which the tables of secp256k1 rely, as their docstrings and decision 9 state it."""

from itertools import product

import pytest

from circuits.gadgets.secp256k1 import BETA, GENERATOR, LAMBDA, ORDER, PRIME, SHORT, multiply
from circuits.tables.secp256k1_base import (
    LAST_COEFFICIENTS,
    WINDOW_BITS,
    WINDOWS,
    Secp256k1Base,
    window_points,
)
from circuits.tables.secp256k1_buses import (
    MINUS_TWO_W,
    MINUS_W,
    ONE,
    ONE_AND_W,
    TWO,
    TWO_AND_W,
    TWO_W_SQUARED,
)
from circuits.tables.secp256k1_ladder import STEPS
from circuits.tables.secp256k1_signature import LADDER_CONSTANT
from prover.witness.secp256k1_recovery import (
    Signed,
    base_digits,
    base_point,
    multiples_of,
    scalar_pairs,
)
from tests.recovery import ladder_of
from verifier.program import Operation

(A1, B1), (A2, B2) = SHORT
STARTS = ((0, -2), (-2, -2))
SMALL = [(x, y) for x in range(-6, 7) for y in range(-6, 7) if (x, y) != (0, 0)]
SPAN = 1 << (WINDOW_BITS * WINDOWS)


def norm(a: int, b: int) -> int:
    return a * a - a * b + b * b


def test_the_endomorphism_multiplies_by_lambda() -> None:
    assert multiply(LAMBDA, GENERATOR) == (BETA * GENERATOR[0] % PRIME, GENERATOR[1])
    assert (LAMBDA**2 + LAMBDA + 1) % ORDER == 0
    assert multiply(ORDER, GENERATOR) is None


def test_pairs_that_mean_zero_have_a_norm_that_the_order_divides() -> None:
    assert all((a + b * LAMBDA) % ORDER == 0 and norm(a, b) == ORDER for a, b in SHORT)
    assert abs(A1 * B2 - A2 * B1) == ORDER


def test_minus_one_is_no_square_and_minus_seven_no_cube() -> None:
    """So r^3 + 7 is never zero, and never a square together with its negative."""
    assert PRIME % 4 == 3
    assert PRIME % 3 == 1
    assert pow(-7, (PRIME - 1) // 3, PRIME) != 1
    assert ORDER < PRIME


def test_no_addition_of_the_ladder_is_exceptional() -> None:
    """No pair means zero among the ladder's own, and these with the addend added or taken away.

    Row j holds coordinates of at most 2^(j + 1) in size, the addend has one of 1 or 2 and one of 0 or 1.
    """
    low = [list(start) for start in STARTS]
    high = [list(start) for start in STARTS]
    for row in range(STEPS - 1):
        assert max(abs(most) for pair in (*low, *high) for most in pair) <= 1 << (row + 1)
        # Never zero itself: the second coordinate is below.
        assert max(second for _, second in high) + 1 < 0
        low = [[2 * a + 1, 2 * b] for a, b in low]
        high = [[2 * a + 2, 2 * b + 1] for a, b in high]
    # Up to the row before the last, a norm is below n.
    assert 3 * (2 ** (STEPS - 1) + 2) ** 2 < ORDER
    # On the last row it is below 4 n, so n or 3 n: the norms of the ring begin with 1, 3, 4.
    assert max(abs(most) for pair in (*low, *high) for most in pair) <= 1 << STEPS
    assert 3 * (2**STEPS + 2) ** 2 < 4 * ORDER
    pairs = [(i * A1 + j * A2, i * B1 + j * B2) for i, j in product(range(-3, 4), repeat=2)]
    near = [pair for pair in pairs if norm(*pair) in (ORDER, 3 * ORDER)]
    assert len(near) == 12
    for least, most in zip(low, high, strict=True):
        assert not [
            (a, b) for a, b in near if least[0] - 2 <= a <= most[0] + 2 and least[1] - 1 <= b <= most[1] + 1
        ]


def test_every_scalar_has_a_ladder() -> None:
    """The ladder ends with b in a strip of height 2^128 and a in an upper or a lower box of width 2^128.

    In the strip, pairs that mean one scalar follow at distances of at most A1 + A2: where neither the pair (A1, B1)
    nor (A2, B2) may be added without leaving it, their sum may. Take the last one before the upper box. If the next
    is behind the box, going back by A2, by A1 + A2, or by A1 and then by one of these, leads into the lower one; A1
    twice would leave the strip.
    """
    side, gap = 2**STEPS, A1 + A2
    assert 0 < A1 < A2
    assert B1 < 0 < B2
    assert side - 1 >= -B1
    assert 2 * side >= B2 - B1
    assert side < -2 * B1
    upper, lower = (side - 1, 2 * side - 2), (-side - 1, -2)
    # The next may be behind the upper box only if the last is here:
    last = (upper[1] + 1 - gap, upper[0] - 1)
    for steps in ((A2,), (gap,), (A1, A2), (A1, gap)):
        assert lower[0] <= last[0] - sum(steps)
        assert last[1] - sum(steps) <= lower[1]
    for k in range(998):
        assert next(scalar_pairs(k * (ORDER // 997) + k), None) is not None


def test_scalars_that_mean_short_pairs_have_a_ladder() -> None:
    """Those on which a ladder of another shape would add equal or opposite points."""
    point = multiply(12345, GENERATOR)
    assert point is not None
    for a, b in SMALL:
        _assert_ladder((a + b * LAMBDA) % ORDER, Signed(*point))


def _assert_ladder(scalar: int, point: Signed) -> None:
    [(multiples, _)] = multiples_of([point])
    ladder = ladder_of(scalar, multiples)
    a = ladder.first + (1 - 2 * ladder.start) * 2**STEPS - 1
    b = ladder.second - 2 * 2**STEPS
    assert (a + b * LAMBDA - scalar) % ORDER == 0
    constant = LADDER_CONSTANT + ladder.first + LAMBDA * ladder.second - 2 * ladder.start * 2**STEPS
    assert (constant - scalar) % ORDER == 0
    inner = _sum(ladder.last.point, multiples[int(ladder.labels[-1])].point)
    assert _sum(inner, ladder.last.point) == multiply(scalar, point.point)


def _sum(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, PRIME)
    x = (slope * slope - one[0] - two[0]) % PRIME
    return x, (slope * (one[0] - x) - one[1]) % PRIME


def test_multiples_are_what_their_labels_say() -> None:
    point = multiply(98765, GENERATOR)
    assert point is not None
    [(multiples, _)] = multiples_of([Signed(*point)])
    expected = {
        ONE: 1,
        ONE_AND_W: 1 + LAMBDA,
        TWO: 2,
        TWO_AND_W: 2 + LAMBDA,
        MINUS_TWO_W: -2 * LAMBDA,
        TWO_W_SQUARED: 2 * LAMBDA**2,
        MINUS_W: -LAMBDA,
    }
    assert {label: found.point for label, found in multiples.items()} == {
        label: multiply(scalar % ORDER, point) for label, scalar in expected.items()
    }


@pytest.mark.parametrize(
    "scalar",
    [
        1,
        2,
        ORDER - 1,
        ORDER // 2,
        126 * SPAN - ORDER,
        ORDER - 126 * SPAN,
        SPAN,
        SPAN - 1,
        SPAN + 1,
        63 * SPAN,
    ],
    ids=["1", "2", "n-1", "n/2", "equal", "equal, negative", "span", "span-1", "span+1", "63 spans"],
)
def test_every_multiple_of_the_generator_has_coefficients(scalar: int) -> None:
    """Those named equal have a way in which the last addition doubles, and another."""
    scalar %= ORDER
    ways = list(base_digits(scalar))
    good = []
    for digits in ways:
        assert sum(digit << WINDOW_BITS * window for window, digit in enumerate(digits)) % ORDER == scalar
        assert all(digit % 2 and abs(digit) < 1 << WINDOW_BITS for digit in digits[:-1])
        assert 0 < abs(digits[-1]) <= LAST_COEFFICIENTS
        lower = sum(digit << WINDOW_BITS * window for window, digit in enumerate(digits[:-1]))
        last = digits[-1] * SPAN
        if (lower - last) % ORDER and (lower + last) % ORDER:
            good.append(digits)
    assert good


def test_windows_below_the_last_meet_no_exceptional_addition() -> None:
    """|sum of lower windows| < 2^k <= |added|, and both together stay below the order."""
    for window in range(1, WINDOWS):
        weight = 1 << (WINDOW_BITS * window)
        most = sum(((1 << WINDOW_BITS) - 1) << WINDOW_BITS * k for k in range(window))
        assert most < weight
        assert most + ((1 << WINDOW_BITS) - 1) * weight < ORDER


def test_base_points_are_multiples_of_the_generator() -> None:
    points = window_points()
    assert len(points) == WINDOWS * (1 << WINDOW_BITS - 1) + LAST_COEFFICIENTS
    for found in points[::101]:
        scalar = found.coefficient << WINDOW_BITS * found.window
        assert (found.x, found.y) == multiply(scalar, GENERATOR)
    assert base_point(3, -5).point == multiply(-5 << 30, GENERATOR)
    fixed = Secp256k1Base.fixed_values(Operation.PREPROCESSED)
    assert {(int(w), int(c)) for w, c in zip(fixed[0], fixed[1], strict=True)} == {
        (found.window, found.coefficient) for found in points
    }
