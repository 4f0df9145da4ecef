"""The curve secp256k1 (SEC 2, section 2.4.1) over plain integers, with its endomorphism.

A point is a pair of integers below `PRIME`, infinity is None.
"""

Point = tuple[int, int] | None

PRIME = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
HALF_ORDER = ORDER // 2

BETA = 0x7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE
"""A cube root of unity modulo `PRIME`: (x, y) -> (BETA x, y) multiplies points by LAMBDA."""

LAMBDA = 0x5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72
"""The cube root of unity modulo `ORDER` that belongs to BETA."""

SHORT = (
    (0x3086D221A7D46BCDE86C90E49284EB15, -0xE4437ED6010E88286F547FA90ABFE4C3),
    (0x114CA50F7A8E2F3F657C1108D9D44CFD8, 0x3086D221A7D46BCDE86C90E49284EB15),
)
"""A basis of the pairs (a, b) with a + b LAMBDA = 0 modulo ORDER (Gallant, Lambert, Vanstone 2001, section 4)."""


def add(one: Point, two: Point) -> Point:
    """The sum of two points, whatever they are."""
    if one is None:
        return two
    if two is None:
        return one
    if one[0] == two[0]:
        if (one[1] + two[1]) % PRIME == 0:
            return None
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, PRIME) % PRIME
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, PRIME) % PRIME
    x = (slope * slope - one[0] - two[0]) % PRIME
    return x, (slope * (one[0] - x) - one[1]) % PRIME


def negate(point: Point) -> Point:
    """The inverse of a point."""
    return None if point is None else (point[0], -point[1] % PRIME)


def multiply(scalar: int, point: Point) -> Point:
    """A point taken `scalar` times, which may be negative or zero."""
    if scalar < 0:
        scalar, point = -scalar, negate(point)
    found: Point = None
    for bit in bin(scalar)[2:]:
        found = add(found, found)
        if bit == "1":
            found = add(found, point)
    return found


def lift(x: int, parity: int) -> Point:
    """The point with this x, below PRIME, whose y has this parity; None if there is none."""
    square = (x**3 + 7) % PRIME
    root = pow(square, (PRIME + 1) // 4, PRIME)
    if root * root % PRIME != square:
        return None
    return x, root if root % 2 == parity else PRIME - root
