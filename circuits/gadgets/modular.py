"""Relations a b + l = q m among integers of 256 bits, m being secp256k1's prime or order.

An integer stands in 32 limbs of eight bits, the least significant first, or in 16 pairs of limbs. A relation is an
identity of polynomials in X = 2^8, whose coefficients are taken two at a time: `pairs[k]` belongs to 2^(16 k).
That all pairs vanish up to carries in the field means that they do among the integers, because nothing that a rule
adds up reaches the field's characteristic; a test computes these sums from the declared ranges.
"""

from collections.abc import Sequence

from circuits.dsl import Air, C
from circuits.gadgets.secp256k1 import ORDER, PRIME

LIMBS = 32
LIMB_BASE = 1 << 8
HALVES = LIMBS // 2
PAIR_BITS = 16
PAIR_BASE = 1 << PAIR_BITS
PAIRS = LIMBS
CARRIES = PAIRS - 1
CARRY_BITS = 15
CARRY_OFFSET = 1 << (CARRY_BITS - 1)
"""Carries are signed; a cell holds one with this much added."""


def limbs(value: int, count: int = LIMBS) -> list[int]:
    """The bytes of an integer, least significant first."""
    return list(value.to_bytes(count, "little"))


def halves(value: int) -> list[int]:
    """An integer of 256 bits in 16 limbs of sixteen bits, least significant first."""
    return [value >> PAIR_BITS * k & PAIR_BASE - 1 for k in range(HALVES)]


PRIME_DEFECT = limbs(2**256 - PRIME)[:5]
ORDER_DEFECT = limbs(2**256 - ORDER)[:17]


def paired(digits: Sequence[C]) -> list[C]:
    """Limbs two at a time."""
    return [low + high * LIMB_BASE for low, high in zip(digits[::2], digits[1::2], strict=True)]


def differences(left: Sequence[C], right: Sequence[C]) -> list[C]:
    """Left less right, limb by limb."""
    return [one - two for one, two in zip(left, right, strict=True)]


def sums(*terms: Sequence[C]) -> list[C]:
    """The sum of equally many cells, one by one."""
    return [sum(each[1:], each[0]) for each in zip(*terms, strict=True)]


def product(left: Sequence[C], right: Sequence[C]) -> list[C]:
    """The pairs of coefficients of a product of two integers in 32 limbs."""
    coefficients: list[C | None] = [None] * (2 * LIMBS)
    for i, one in enumerate(left):
        for j, two in enumerate(right):
            before = coefficients[i + j]
            term = one * two
            coefficients[i + j] = term if before is None else before + term
    known = [each for each in coefficients if each is not None]
    return [*paired(known[:-1]), known[-1]]


def prime_multiple(quotient: Sequence[C], negative: C) -> list[C]:
    """The pairs of q PRIME, where q is 16 limbs of sixteen bits, less 2^256 if `negative` is 1."""
    digits = [*quotient[:-1], quotient[-1] - negative * PAIR_BASE]
    # 2^256 - 2^32 - 977: shifts by sixteen and by two pairs.
    found = [digit * -977 for digit in digits] + list(digits)
    for k, digit in enumerate(digits):
        found[k + 2] = found[k + 2] - digit
    return found


def multiple(quotient: Sequence[C], negative: C, of_order: C) -> list[C]:
    """The pairs of q m, where q is 32 limbs, less 2^256 if `negative` is 1, and m the order or the prime."""
    digits = [*quotient[:-1], quotient[-1] - negative * LIMB_BASE]
    prime = [*PRIME_DEFECT, *[0] * (len(ORDER_DEFECT) - len(PRIME_DEFECT))]
    defect = [of_order * (order - small) + small for order, small in zip(ORDER_DEFECT, prime, strict=True)]
    found: list[C] = [of_order * 0] * LIMBS + list(digits)
    for i, digit in enumerate(digits):
        for j, other in enumerate(defect):
            found[i + j] = found[i + j] - digit * other
    return paired(found)


def vanish(air: Air[C], pairs: Sequence[C], carries: Sequence[C], gate: C | int = 1) -> None:
    """The integer that these 32 pairs stand for is zero, where `gate` is 1; `carries` are 31 ranged cells."""
    carried: C | int = 0
    for k, pair in enumerate(pairs):
        # Soundness: without a carry behind it the last pair, and so the integer, is zero and not only small.
        carry = carries[k] - CARRY_OFFSET if k < CARRIES else 0
        air.zero((pair + carried - carry * PAIR_BASE) * gate)
        carried = carry


def relation(product_pairs: Sequence[C], linear: Sequence[C], multiples: Sequence[C]) -> list[C]:
    """The pairs of a b + l - q m, where l has 16 pairs."""
    low = [one + two for one, two in zip(product_pairs[:HALVES], linear, strict=True)]
    return differences([*low, *product_pairs[HALVES:]], multiples)
