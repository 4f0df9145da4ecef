"""Recovery of an Ethereum signer from hash, parity of y, r and s: which case it is, and what comes of it."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag
from circuits.gadgets.modular import HALVES, LIMBS, PAIR_BITS, halves, limbs, paired
from circuits.gadgets.secp256k1 import HALF_ORDER, LAMBDA, ORDER, PRIME
from circuits.tables.byte_pairs import BytePair
from circuits.tables.hash_buses import HashPart
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.secp256k1_base import WINDOW_BITS, WINDOWS
from circuits.tables.secp256k1_buses import (
    ADDRESS,
    ONE,
    BaseDigit,
    LadderDigits,
    LadderStart,
    Multiple,
    NotAbove,
    Recover,
    Relation,
    Sum,
)
from circuits.tables.secp256k1_ladder import BYTE, STEPS
from circuits.tables.stream_sources import SECP256K1

DIGITS = STEPS // BYTE

LADDER_CONSTANT = (2**STEPS - 1 - 2 ** (STEPS + 1) * LAMBDA) % ORDER
"""What a ladder whose digits are zero and whose `start` is 0 multiplies by."""


class Secp256k1Signature(Table[C]):
    """A signature a row, named by its row. With R the point with x = r: the signer is s / r R - hash / r G.

    Cases, each proved where it is claimed: r or s is out of range (one of four reasons); `in_range`, and r is no x of a
    point, or it is (`on_curve`); then the sum is `infinite`, or the signer's key. No two can be proved of the same
    signature. A square and its negative are both c = r^3 + 7 and -c only if c is zero, as -1 is no square modulo
    the prime; and c is never zero, as -7 is no cube.
    """

    max_log_height = 12
    number: C = cell()
    request: C = cell()
    live: C = flag()
    hash: Cells[C] = cells(LIMBS)
    parity: C = cell()
    r: Cells[C] = cells(LIMBS)
    s: Cells[C] = cells(LIMBS)

    in_range: C = flag()
    r_is_zero: C = flag()
    r_is_large: C = flag()
    s_is_zero: C = flag()
    s_is_large: C = flag()
    r_inverse: C = cell()
    s_inverse: C = cell()

    on_curve: C = flag()
    square: Cells[C] = cells(LIMBS)
    cube: Cells[C] = cells(LIMBS)
    root: Cells[C] = cells(LIMBS)
    half: C = cell()
    asked: C = cell()

    start: C = flag()
    first: Cells[C] = cells(DIGITS)
    second: Cells[C] = cells(DIGITS)
    scalar: Cells[C] = cells(LIMBS)
    hash_is_zero: C = flag()
    hash_is_order: C = flag()
    base_scalar: Cells[C] = cells(LIMBS)
    base_digits: Cells[C] = cells(WINDOWS + 1)

    infinite: C = flag()
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(LIMBS)
    digest: Cells[C] = cells(LIMBS)

    def rules(self, air: Air[C], below: "Secp256k1Signature[C]") -> None:
        with air.first_row():
            air.zero(self.number)
        with air.between_rows():
            air.equal(below.number, self.number + 1)
        valid = self.on_curve - self.infinite
        # 0 or 1: `infinite` is 1 only if `on_curve` is.
        air.zero(self.infinite * (1 - self.on_curve))
        self._range(air)
        self._curve(air)
        self._scalars(air)
        self._sum(air, valid)
        self._unused(air, valid)
        address = self.digest[LIMBS - ADDRESS :]
        air.receive(
            Recover(self.request, self.hash[::-1], self.parity, self.r[::-1], self.s[::-1], valid, address),
            when=self.live,
        )

    def _range(self, air: Air[C]) -> None:
        """0 < r < n and 0 < s <= n / 2 (EIP-2), or why not."""
        reasons = self.r_is_zero + self.r_is_large + self.s_is_zero + self.s_is_large
        air.equal(self.live, self.in_range + reasons)
        for value, inverse, is_zero, is_large, most in (
            (self.r, self.r_inverse, self.r_is_zero, self.r_is_large, ORDER - 1),
            (self.s, self.s_inverse, self.s_is_zero, self.s_is_large, HALF_ORDER),
        ):
            # A sum of 32 bytes is zero only if each is.
            total = sum(value[1:], value[0])
            air.zero(self.in_range * (total * inverse - 1))
            air.zero(is_zero * total)
            low = [
                self.in_range * digit + is_large * least
                for digit, least in zip(value, limbs(most + 1), strict=True)
            ]
            high = [
                self.in_range * bound + is_large * digit
                for digit, bound in zip(value, limbs(most), strict=True)
            ]
            # 0 or 1: at most one of the two, because of the sum above.
            air.send(NotAbove(low, high), when=self.in_range + is_large)

    def _curve(self, air: Air[C]) -> None:
        """root^2 = r^3 + 7, or = -(r^3 + 7)."""
        air.zero(self.on_curve * (1 - self.in_range))
        cube = paired(self.cube)
        air.send(Relation(0, self.r, self.r, [-pair for pair in paired(self.square)]), when=self.in_range)
        air.send(Relation(0, self.square, self.r, [-pair for pair in cube]), when=self.in_range)
        sign = 1 - 2 * self.on_curve
        right_side = [sign * pair for pair in (cube[0] + 7, *cube[1:])]
        air.send(Relation(0, self.root, self.root, right_side), when=self.in_range)
        # Soundness: only one of a point's two roots below the prime has the parity, so that must be where it is. Of the
        # others, as of the scalars below, all that matters is that limbs are bytes.
        for value in (self.square, self.cube, self.root):
            air.send(NotAbove(value, limbs(PRIME - 1)), when=self.in_range)
        air.zero(self.on_curve * (self.root[0] - 2 * self.half - self.parity))
        air.lookup(BytePair(self.half, 2 * self.half))
        air.zero((1 - self.on_curve) * self.asked)
        air.provide(Multiple(self.number, ONE, self.r, paired(self.root)), times=self.asked)

    def _scalars(self, air: Air[C]) -> None:
        """scalar = s / r, which the ladder multiplies by, and base_scalar = -hash / r, the generator's."""
        zeros = [0] * (LIMBS - DIGITS)
        linear: list[C] = [
            constant - pair
            for constant, pair in zip(halves(LADDER_CONSTANT), paired(self.scalar), strict=True)
        ]
        for k, pair in enumerate(paired(self.first)):
            linear[k] = linear[k] + pair
        # `start` begins the first coordinate with -2 instead of 0, 2^128 of which are left at the end.
        linear[HALVES // 2] = linear[HALVES // 2] - 2 * self.start
        air.send(Relation(1, [*self.second, *zeros], limbs(LAMBDA), linear), when=self.on_curve)
        air.send(Relation(1, self.r, self.scalar, [-pair for pair in paired(self.s)]), when=self.on_curve)
        air.send(NotAbove(self.scalar, limbs(ORDER - 1)), when=self.on_curve)
        air.receive(LadderStart(self.number, self.start), when=self.on_curve)
        for place in range(DIGITS):
            at = DIGITS - 1 - place
            air.receive(LadderDigits(self.number, place, self.first[at], self.second[at]), when=self.on_curve)

        air.zero(self.hash_is_zero * (1 - self.on_curve))
        for digit, order in zip(self.hash, limbs(ORDER), strict=True):
            air.zero(self.hash_is_zero * (digit - self.hash_is_order * order))
        has_base = self.on_curve - self.hash_is_zero
        linear = [self.on_curve * 0] * HALVES
        for window, digit in enumerate(self.base_digits):
            place, shift = divmod(WINDOW_BITS * window, PAIR_BITS)
            linear[place] = linear[place] - digit * (1 << shift)
            # 0 or 1: the hash is zero only where r is on the curve.
            air.receive(BaseDigit(self.number, window, digit), when=has_base)
        one = [1] + [0] * (LIMBS - 1)
        air.send(NotAbove(self.base_scalar, limbs(ORDER - 1)), when=has_base)
        air.send(Relation(1, self.base_scalar, one, linear), when=has_base)
        air.send(Relation(1, self.r, self.base_scalar, paired(self.hash)), when=has_base)

    def _sum(self, air: Air[C], valid: C) -> None:
        has_base = self.on_curve - self.hash_is_zero
        air.receive(Sum(self.number, has_base, self.infinite, self.x, paired(self.y)), when=self.on_curve)
        # Soundness: the bytes that are hashed are the coordinates below the prime, not these and the prime again.
        for value, base in ((self.x, 0), (self.y, LIMBS)):
            air.send(NotAbove(value, limbs(PRIME - 1)), when=valid)
            air.send(HashPart(SECP256K1, self.number, base, value[::-1], (1,) * LIMBS), when=valid)
        air.receive(KeccakDigest(SECP256K1, self.number, self.digest), when=valid)

    def _unused(self, air: Air[C], valid: C) -> None:
        """What a case does not come to is zero; so is an address that is none."""
        for case, values in (
            (self.live, (self.request, self.parity, *self.hash, *self.r, *self.s)),
            (self.in_range, (self.r_inverse, self.s_inverse, *self.square, *self.cube, *self.root)),
            (self.on_curve, (self.half, self.start, *self.first, *self.second, *self.scalar)),
            (self.hash_is_zero, (self.hash_is_order,)),
            (self.on_curve - self.hash_is_zero, (*self.base_scalar, *self.base_digits)),
            (valid, (*self.x, *self.y, *self.digest)),
        ):
            for value in values:
                air.zero((1 - case) * value)
