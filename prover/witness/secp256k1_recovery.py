"""Public-key recovery over plain integers, step by step as the tables of secp256k1 do it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from circuits.gadgets.secp256k1 import BETA, HALF_ORDER, ORDER, PRIME, SHORT, lift
from circuits.tables.secp256k1_base import LAST_COEFFICIENTS, WINDOW_BITS, WINDOWS, place, window_points
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
from circuits.tables.secp256k1_unit import BETA_SQUARED
from circuits.tables.secp256k1_unit import STEPS as UNITS

SIDE = 1 << STEPS
BASE_SPAN = 1 << (WINDOW_BITS * WINDOWS)


@dataclass(frozen=True)
class Request:
    """A question about a signature; hash, r and s are below 2^256, parity is 0 or 1."""

    request: int
    hash: int
    parity: int
    r: int
    s: int


class Signed(NamedTuple):
    """A point whose y is `sign` times `y`, both below the prime."""

    x: int
    y: int
    sign: int = 1

    @property
    def point(self) -> tuple[int, int]:
        """As two integers below the prime."""
        return self.x, self.sign * self.y % PRIME

    def negated(self) -> "Signed":
        """The opposite point, with the same limbs."""
        return Signed(self.x, self.y, -self.sign)


class Addition(NamedTuple):
    """A row of the table of additions."""

    slope: int = 0
    one: Signed = Signed(0, 0)
    two: Signed = Signed(0, 0)
    three: Signed = Signed(0, 0)


class Step(NamedTuple):
    """A row of the ladder."""

    first: int
    second: int
    point: Signed
    addend: Signed
    slope: int
    sum_x: int
    slopes: int


@dataclass(frozen=True)
class Ladder:
    """128 steps; `first` and `second` are the digits as integers."""

    start: int
    first: int
    second: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Curve:
    """What is computed of a signature whose r is the x-coordinate of a point."""

    scalar: int
    base_scalar: int
    multiples: dict[int, Signed]
    ladder: Ladder
    additions: tuple[Addition, ...]
    base_digits: tuple[int, ...]
    """Signed coefficients, window by window; none if the hash is zero modulo the order."""

    doubles: bool
    key: tuple[int, int] | None


@dataclass(frozen=True)
class Recovery:
    """A request with all that decides it; `root` and `curve` are None where it does not come to them."""

    request: Request
    root: int | None
    curve: Curve | None

    @property
    def key(self) -> tuple[int, int] | None:
        """The public key, or None if the signature is invalid."""
        return None if self.curve is None else self.curve.key


def recover(request: Request) -> Recovery:
    """Decide a signature. Every case of the tables is provable, so this answers for all integers."""
    r, s = request.r, request.s
    if not (0 < r < ORDER and 0 < s <= HALF_ORDER):
        return Recovery(request, None, None)
    point = lift(r, request.parity)
    if point is None:
        return Recovery(request, pow(-(r**3 + 7) % PRIME, (PRIME + 1) // 4, PRIME), None)
    return recover_on_curve(request, point[1])


def recover_on_curve(request: Request, root: int) -> Recovery:
    """Recover with R = (r, root), whose coordinates need not be below the prime."""
    inverse = pow(request.r, -1, ORDER)
    scalar, base_scalar = request.s * inverse % ORDER, -request.hash * inverse % ORDER
    multiples, setup = multiples_of(Signed(request.r, root))
    ladder = ladder_steps(scalar, multiples)
    last = ladder.steps[-1]
    inner = added(last.point, last.addend)
    end = added(inner.three, last.point)
    digits, base = _base(base_scalar)
    closing = _closing(end.three, base[-2].three if digits else None)
    additions = (*setup, *base, inner, end, *closing.rows)
    return Recovery(
        request,
        root,
        Curve(scalar, base_scalar, multiples, ladder, additions, digits, closing.doubles, closing.key),
    )


def scalar_pairs(scalar: int) -> Iterator[tuple[int, int, int]]:
    """Ways to run the ladder so that it multiplies by `scalar`: start, and its digits as two integers.

    The coordinates (a, b) that it ends with satisfy a + b LAMBDA = scalar modulo the order.
    """
    (a1, b1), (a2, b2) = SHORT
    for start in (0, 1):
        low_a, low_b = (1 - 2 * start) * SIDE - 1, -2 * SIDE
        centre_a, centre_b = low_a + SIDE // 2, low_b + SIDE // 2
        # (scalar, 0) - centre in the basis SHORT, whose determinant is the order.
        offset = scalar - centre_a
        k1, k2 = (offset * b2 + centre_b * a2) // ORDER, (-centre_b * a1 - offset * b1) // ORDER
        for i in range(k1 - 1, k1 + 3):
            for j in range(k2 - 1, k2 + 3):
                a, b = scalar - i * a1 - j * a2 - low_a, -i * b1 - j * b2 - low_b
                if 0 <= a < SIDE and 0 <= b < SIDE:
                    yield start, a, b


def added(one: Signed, two: Signed) -> Addition:
    """One addition; raises ValueError if the points have one x-coordinate."""
    (x1, y1), (x2, y2) = one.point, two.point
    slope = (y2 - y1) * pow(x2 - x1, -1, PRIME) % PRIME
    x = (slope * slope - x1 - x2) % PRIME
    return Addition(slope, one, two, Signed(x, (slope * (x1 - x) - y1) % PRIME))


def checking(addition: Addition) -> Addition:
    """The row that shows an addition's x-coordinates to differ."""
    one, two = addition.one.x, addition.two.x
    return Addition(pow(two - one, -1, PRIME), Signed(one, 0), Signed(two, 0))


def multiples_of(point: Signed) -> tuple[dict[int, Signed], tuple[Addition, Addition]]:
    found = {ONE: point}

    def apply(label: int) -> None:
        origin, _, squared, sign = next(step for step in UNITS if step[1] == label)
        x, y, before = found[origin]
        found[label] = Signed((BETA_SQUARED if squared else BETA) * x % PRIME, y, sign * before)

    apply(ONE_AND_W)
    apply(MINUS_W)
    first = added(point, found[ONE_AND_W])
    second = added(first.three, found[MINUS_W])
    found[TWO_AND_W], found[TWO] = first.three, second.three
    apply(MINUS_TWO_W)
    apply(TWO_W_SQUARED)
    return found, (first, second)


def ladder_steps(scalar: int, multiples: dict[int, Signed]) -> Ladder:
    """The ladder that multiplies by a scalar, not zero modulo the order."""
    start, first, second = next(scalar_pairs(scalar))
    return Ladder(start, first, second, _steps(start, first, second, multiples))


def _steps(start: int, first: int, second: int, multiples: dict[int, Signed]) -> tuple[Step, ...]:
    found = []
    point = multiples[MINUS_TWO_W + start]
    for bit in reversed(range(STEPS)):
        one, two = first >> bit & 1, second >> bit & 1
        addend = multiples[2 * one + two]
        (x, y), (other_x, other_y) = point.point, addend.point
        slope = (other_y - y) * pow(other_x - x, -1, PRIME) % PRIME
        sum_x = (slope * slope - x - other_x) % PRIME
        slopes = 2 * y * pow(x - sum_x, -1, PRIME) % PRIME
        found.append(Step(one, two, point, addend, slope, sum_x, slopes))
        rest = slopes - slope
        new_x = (rest * rest - x - sum_x) % PRIME
        point = Signed(new_x, (rest * (x - new_x) - y) % PRIME)
    return tuple(found)


def base_digits(scalar: int) -> Iterator[tuple[int, ...]]:
    """Ways to write a scalar, not zero, modulo the order as signed coefficients of the windows."""
    odd = scalar if scalar % 2 else scalar - ORDER
    for last in (odd // BASE_SPAN, odd // BASE_SPAN + 1):
        if 0 < abs(last) <= LAST_COEFFICIENTS:
            # The lower windows' coefficients are 2 e - 1023, and those that are all 1023 sum up to the span less 1.
            digits = (odd - last * BASE_SPAN + BASE_SPAN - 1) // 2
            most = (1 << WINDOW_BITS) - 1
            lower = [2 * (digits >> WINDOW_BITS * k & most) - most for k in range(WINDOWS)]
            yield *lower, last


def _base(scalar: int) -> tuple[tuple[int, ...], tuple[Addition, ...]]:
    """The coefficients and the 26 rows of the generator's multiple; idle rows if it is zero."""
    for digits in base_digits(scalar) if scalar else ():
        points = [base_point(window, digit) for window, digit in enumerate(digits)]
        rows: list[Addition] = []
        try:
            for addend in points[1:]:
                rows.append(added(rows[-1].three if rows else points[0], addend))
            return digits, (*rows, checking(rows[-1]))
        except ValueError:
            continue
    assert not scalar, "every scalar has coefficients without an exceptional addition"
    return (), (Addition(),) * (WINDOWS + 1)


def base_point(window: int, digit: int) -> Signed:
    """A window's point with a signed coefficient."""
    found = window_points()[place(window, abs(digit))]
    return Signed(found.x, found.y, 1 if digit > 0 else -1)


class _Closing(NamedTuple):
    rows: tuple[Addition, Addition]
    doubles: bool
    key: tuple[int, int] | None


def _closing(end: Signed, base: Signed | None) -> _Closing:
    """The last two rows: the ladder's point plus the generator's multiple."""
    if base is None:
        return _Closing((Addition(one=end), Addition(one=Signed(end.x, 0))), False, end.point)
    if end.x != base.x:
        row = added(end, base)
        return _Closing((row, checking(row)), False, row.three.point)
    if end.y != base.y:
        row = Addition(1, end, base)
        return _Closing((row, Addition(one=Signed(end.x, 0), two=Signed(base.x, 0))), False, None)
    return _doubling(end, base)


def _doubling(one: Signed, two: Signed) -> _Closing:
    x, y = one.point
    slope = 3 * x * x * pow(2 * y, -1, PRIME) % PRIME
    new_x = (slope * slope - 2 * x) % PRIME
    row = Addition(slope, one, two, Signed(new_x, (slope * (x - new_x) - y) % PRIME))
    half_square = x * x * pow(2, -1, PRIME) % PRIME
    tangent = Addition(slope, Signed(x, 0), Signed(x, 0), Signed(y, half_square))
    return _Closing((row, tangent), True, row.three.point)
