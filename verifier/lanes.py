"""Elements of K packed into one integer, so that a sum of K·F products is one pass of integer products.

Five lanes of 96 bits: a lane holds a sum of 2^34 products of two field elements without carrying over.
"""

from collections.abc import Iterable
from operator import mul

from verifier.field import Extension, P

_LANE = 96
_MASK = (1 << _LANE) - 1


def pack(value: Extension) -> int:
    """One element with its coefficients in lanes, constant term lowest."""
    a, b, c, d, e = value
    return a | b << _LANE | c << 2 * _LANE | d << 3 * _LANE | e << 4 * _LANE


def unpack(packed: int) -> Extension:
    """The element whose unreduced coefficients the lanes hold."""
    return (
        (packed & _MASK) % P,
        (packed >> _LANE & _MASK) % P,
        (packed >> 2 * _LANE & _MASK) % P,
        (packed >> 3 * _LANE & _MASK) % P,
        (packed >> 4 * _LANE) % P,
    )


def dot(packed: Iterable[int], values: Iterable[int]) -> int:
    """The packed sum of packed elements times base field elements."""
    return sum(map(mul, packed, values))
