"""Public-key recovery over plain integers, step by step as the tables of secp256k1 do it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from coincurve import PublicKey
from numpy.typing import NDArray

from circuits.gadgets.modular import LIMBS
from circuits.gadgets.secp256k1 import BETA, HALF_ORDER, ORDER, PRIME, SHORT
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
from prover.native import native_engine
from prover.witness.modular import byte_rows

ADDENDS = (ONE, ONE_AND_W, TWO, TWO_AND_W)
"""By label, from 0 on: twice the first digit and the second one."""

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


@dataclass(frozen=True, eq=False)
class Ladder:
    """128 steps from a start; `first` and `second` are the digits as integers, `labels` (128,) the addends' labels.

    `walk` (128, 5, 32) holds x, y, slope, sum_x and slopes of every step in bytes, see `Engine.walk_ladders`.
    """

    start: int
    first: int
    second: int
    labels: NDArray[np.uint8]
    walk: NDArray[np.uint8]

    @property
    def last(self) -> Signed:
        """The point before the last step."""
        x, y = (int.from_bytes(each.tobytes(), "little") for each in self.walk[-1, :2])
        return Signed(x, y)


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


Base = tuple[tuple[int, ...], tuple[Addition, ...]]
"""The coefficients and the rows of a multiple of the generator."""

NO_BASE: Base = ((), (Addition(),) * (WINDOWS + 1))


def recover(requests: Sequence[Request]) -> list[Recovery]:
    """Decide signatures. Every case of the tables is provable, so this answers for all integers."""
    found = [Recovery(request, _root(request), None) for request in requests]
    on_curve = {
        at: (each.request, each.root)
        for at, each in enumerate(found)
        if each.root is not None and _is_point(each.request.r, each.root)
    }
    for at, recovery in zip(on_curve, recover_on_curve(list(on_curve.values())), strict=True):
        found[at] = recovery
    return found


def _root(request: Request) -> int | None:
    """A square root of r^3 + 7, or of its negative if it has none; None if r or s is out of range."""
    r, s = request.r, request.s
    if not (0 < r < ORDER and 0 < s <= HALF_ORDER):
        return None
    try:
        return PublicKey(bytes([2 + request.parity]) + r.to_bytes(LIMBS, "big")).point()[1]
    except ValueError:
        return pow(-(r**3 + 7) % PRIME, (PRIME + 1) // 4, PRIME)


def _is_point(x: int, y: int) -> bool:
    return (y * y - x**3 - 7) % PRIME == 0


def recover_on_curve(requests: Sequence[tuple[Request, int]]) -> list[Recovery]:
    """Recover with R = (r, root), whose coordinates need not be below the prime."""
    inverses = [pow(request.r, -1, ORDER) for request, _ in requests]
    scalars = [request.s * inverse % ORDER for (request, _), inverse in zip(requests, inverses, strict=True)]
    base_scalars = [
        -request.hash * inverse % ORDER for (request, _), inverse in zip(requests, inverses, strict=True)
    ]
    sets = multiples_of([Signed(request.r, root) for request, root in requests])
    ladders = walk_ladders(scalars, [multiples for multiples, _ in sets])
    ends = _last_steps(ladders, [multiples for multiples, _ in sets])
    parts = zip(scalars, base_scalars, sets, ladders, ends, _bases(base_scalars), strict=True)
    return [
        Recovery(request, root, _curve(*each)) for (request, root), each in zip(requests, parts, strict=True)
    ]


def _curve(
    scalar: int,
    base_scalar: int,
    of_point: tuple[dict[int, Signed], tuple[Addition, Addition]],
    ladder: Ladder,
    last_step: tuple[Addition, Addition],
    of_generator: Base,
) -> Curve:
    (multiples, setup), (digits, base) = of_point, of_generator
    closing = _closing(last_step[1].three, base[-2].three if digits else None)
    additions = (*setup, *base, *last_step, *closing.rows)
    return Curve(scalar, base_scalar, multiples, ladder, additions, digits, closing.doubles, closing.key)


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
    return added_each([(one, two)])[0]


def added_each(pairs: Sequence[tuple[Signed, Signed]]) -> list[Addition]:
    """Additions that share one inversion; raises ValueError if two points have one x-coordinate."""
    found = []
    for (one, two), inverse in zip(pairs, _inverses([two.x - one.x for one, two in pairs]), strict=True):
        (x1, y1), (x2, y2) = one.point, two.point
        slope = (y2 - y1) * inverse % PRIME
        x = (slope * slope - x1 - x2) % PRIME
        found.append(Addition(slope, one, two, Signed(x, (slope * (x1 - x) - y1) % PRIME)))
    return found


def _inverses(values: Sequence[int]) -> list[int]:
    """Inverses modulo the prime by Montgomery's trick; raises ValueError if one has none."""
    products = [1]
    for value in values:
        products.append(products[-1] * value % PRIME)
    inverse = pow(products.pop(), -1, PRIME)
    found = []
    for value in reversed(values):
        found.append(products.pop() * inverse % PRIME)
        inverse = inverse * value % PRIME
    return found[::-1]


def checking(addition: Addition) -> Addition:
    """The row that shows an addition's x-coordinates to differ."""
    one, two = addition.one.x, addition.two.x
    return Addition(pow(two - one, -1, PRIME), Signed(one, 0), Signed(two, 0))


def multiples_of(points: Sequence[Signed]) -> list[tuple[dict[int, Signed], tuple[Addition, Addition]]]:
    """Multiples of each point by label, and the two additions that make some of them; inversions are shared."""
    sets = [{ONE: point} for point in points]

    def apply(label: int) -> None:
        origin, _, squared, sign = next(step for step in UNITS if step[1] == label)
        factor = BETA_SQUARED if squared else BETA
        for found in sets:
            x, y, before = found[origin]
            found[label] = Signed(factor * x % PRIME, y, sign * before)

    apply(ONE_AND_W)
    apply(MINUS_W)
    first = added_each([(found[ONE], found[ONE_AND_W]) for found in sets])
    second = added_each([(row.three, found[MINUS_W]) for row, found in zip(first, sets, strict=True)])
    additions = list(zip(first, second, strict=True))
    for found, rows in zip(sets, additions, strict=True):
        found[TWO_AND_W], found[TWO] = (row.three for row in rows)
    apply(MINUS_TWO_W)
    apply(TWO_W_SQUARED)
    return list(zip(sets, additions, strict=True))


def walk_ladders(scalars: Sequence[int], multiples: Sequence[dict[int, Signed]]) -> list[Ladder]:
    """The ladders that multiply by scalars, not zero modulo the order."""
    chosen = [next(scalar_pairs(scalar)) for scalar in scalars]
    starts = [
        found[MINUS_TWO_W + start].point for found, (start, _, _) in zip(multiples, chosen, strict=True)
    ]
    addends = [found[label].point for found in multiples for label in ADDENDS]
    digits = [byte_rows([each[k] for each in chosen])[:, : STEPS // 8] for k in (1, 2)]
    first, second = (np.unpackbits(each[:, ::-1], axis=1) for each in digits)
    labels = 2 * first + second
    walks = native_engine().walk_ladders(
        byte_rows([value for point in starts for value in point]).reshape(-1, 2, LIMBS),
        byte_rows([value for point in addends for value in point]).reshape(-1, len(ADDENDS), 2, LIMBS),
        labels,
    )
    return [Ladder(*found) for found in zip(*zip(*chosen, strict=True), labels, walks, strict=True)]


def _last_steps(
    ladders: Sequence[Ladder], multiples: Sequence[dict[int, Signed]]
) -> list[tuple[Addition, Addition]]:
    """The two additions of each ladder's last step."""
    points = [ladder.last for ladder in ladders]
    addends = [found[int(each.labels[-1])] for each, found in zip(ladders, multiples, strict=True)]
    inner = added_each(list(zip(points, addends, strict=True)))
    outer = added_each([(row.three, point) for row, point in zip(inner, points, strict=True)])
    return list(zip(inner, outer, strict=True))


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


def _bases(scalars: Sequence[int]) -> list[Base]:
    """The generator's multiples, all of them window by window, so that they share the inversions."""
    digits = [next(base_digits(scalar)) for scalar in scalars if scalar]
    points = [[base_point(window, digit) for window, digit in enumerate(each)] for each in digits]
    sums, rows = [each[0] for each in points], []
    try:
        for window in range(1, WINDOWS + 1):
            rows.append(added_each([(one, each[window]) for one, each in zip(sums, points, strict=True)]))
            sums = [row.three for row in rows[-1]]
    except ValueError:
        # Whoever signs can bring this about, so then each is on its own.
        return [_base(scalar) for scalar in scalars]
    found = iter(zip(digits, zip(*rows, strict=True), strict=True))
    return [_with_check(*next(found)) if scalar else NO_BASE for scalar in scalars]


def _base(scalar: int) -> Base:
    """The coefficients and the 26 rows of the generator's multiple; idle rows if it is zero."""
    for digits in base_digits(scalar) if scalar else ():
        points = [base_point(window, digit) for window, digit in enumerate(digits)]
        rows: list[Addition] = []
        try:
            for addend in points[1:]:
                rows.append(added(rows[-1].three if rows else points[0], addend))
            return _with_check(digits, rows)
        except ValueError:
            continue
    assert not scalar, "every scalar has coefficients without an exceptional addition"
    return NO_BASE


def _with_check(digits: tuple[int, ...], rows: Sequence[Addition]) -> Base:
    return digits, (*rows, checking(rows[-1]))


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
