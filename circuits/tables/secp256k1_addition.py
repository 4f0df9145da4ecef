"""Additions of points of secp256k1 that the ladder does not make: 32 rows a signature, each with its place."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, periodic, ranged
from circuits.gadgets.modular import HALVES, LIMBS, PAIR_BITS, differences, paired, sums
from circuits.tables.byte_pairs import are_bytes
from circuits.tables.secp256k1_base import WINDOWS
from circuits.tables.secp256k1_buses import (
    MINUS_W,
    ONE,
    ONE_AND_W,
    TWO,
    TWO_AND_W,
    BaseDigit,
    BaseEnd,
    BasePoint,
    LadderEnd,
    Multiple,
    Relation,
    Sum,
)

ROWS = 32
FIRST_BASE = 2
LAST_BASE = FIRST_BASE + WINDOWS - 1
BASE_CHECK = LAST_BASE + 1
LADDER_ADDS = BASE_CHECK + 1
LADDER_ENDS = LADDER_ADDS + 1
FINAL = LADDER_ENDS + 1
FINAL_CHECK = FINAL + 1
CHECKS = (BASE_CHECK, FINAL_CHECK)


def _rows(*which: int) -> list[int]:
    return [int(row in which) for row in range(ROWS)]


class Secp256k1Addition(Table[C]):
    """(x1, y1) + (x2, y2) = (x3, y3) a row, where x1 and x2 differ; limbs of y1 and y2 have either sign.

    With the names of `secp256k1_buses`, R being the signature's point:

        row 0         (2 + w) R = R + (1 + w) R
        row 1         2 R = (2 + w) R - w R
        rows 2 .. 26  the generator's multiple A: a window's point is added to the sum of those before
        row 27        the last of these had x1 != x2
        rows 28, 29   the ladder's last step: B = (point + addend) + point
        row 30        A + B
        row 31        that had x1 != x2, or the slope of a doubling

    Rows 27 and 31 have the x-coordinates of the row above, and a slope with slope (x2 - x1) = 1.

    Why x1 and x2 differ on the others. Rows 0, 1: both points are short multiples of R, see `Secp256k1Ladder`, as
    are those of row 28; on row 29 the points differ by the addend. Rows 2 .. 25: the windows below that of weight
    2^k sum up to c G with c odd and |c| < 2^k, what is added is d G with 2^k <= |d| < 2^250, and |c| + |d| is below
    the order.

    Row 30 has one of four forms. The sum is B, where the hash is zero (no `base`). B + A, in this order. If they are
    opposite, it is `infinite`: with slope 1, x2 - x1 = 0 and y1 + y2 = 0. If they are the same it `doubles`, and row 31
    instead of its check has the slope of row 30, the bytes of y1 as x3 and half of x1^2 as y3: slope y1 = 3 (x1^2 / 2).
    """

    max_log_height = 16
    sets_up: C = periodic(_rows(0, 1))
    first_row_of: C = periodic(_rows(0))
    addend_label: C = periodic([ONE_AND_W, MINUS_W] + [0] * (ROWS - 2))
    sum_label: C = periodic([TWO_AND_W, TWO] + [0] * (ROWS - 2))
    in_base: C = periodic(_rows(*range(FIRST_BASE, LAST_BASE + 1)))
    begins_base: C = periodic(_rows(FIRST_BASE))
    ends_base: C = periodic(_rows(LAST_BASE))
    checks_base: C = periodic(_rows(BASE_CHECK))
    window: C = periodic([max(row - FIRST_BASE + 1, 0) if row <= LAST_BASE else 0 for row in range(ROWS)])
    adds_ladder: C = periodic(_rows(LADDER_ADDS))
    ends_ladder: C = periodic(_rows(LADDER_ENDS))
    final: C = periodic(_rows(FINAL))
    checks_final: C = periodic(_rows(FINAL_CHECK))
    # Whose sum is the first point of the next row.
    chains: C = periodic(_rows(0, *range(FIRST_BASE, LAST_BASE), LADDER_ADDS, LADDER_ENDS))

    live: C = flag()
    number: C = cell()
    base: C = flag()
    doubles: C = flag()
    infinite: C = flag()
    # `infinite` on row 30, `doubles` on row 31.
    closes: C = cell()
    doubled: C = cell()
    first_coefficient: C = cell()
    first_minus: C = flag()
    coefficient: C = cell()
    minus: C = flag()
    asked: C = cell()
    slope: Cells[C] = cells(LIMBS)
    x1: Cells[C] = cells(LIMBS)
    y1: Cells[C] = cells(HALVES)
    x2: Cells[C] = cells(LIMBS)
    y2: Cells[C] = cells(HALVES)
    x3: Cells[C] = cells(LIMBS)
    y3: Cells[C] = ranged(PAIR_BITS, HALVES)

    def rules(self, air: Air[C], below: "Secp256k1Addition[C]") -> None:
        are_bytes(air, self.slope)
        are_bytes(air, self.x3)
        self._flags(air, below)
        self._links(air, below)
        self._relations(air)
        self._setup(air)
        self._base(air)
        # All of these multiplicities are 0 or 1: periodic columns are, at most one of a row's, and so are flags.
        air.receive(
            LadderEnd(self.number, self.x1, self.y1, self.x2, self.y2), when=self.adds_ladder * self.live
        )
        self._sum(air)
        self._unused(air)

    def _flags(self, air: Air[C], below: "Secp256k1Addition[C]") -> None:
        air.zero(self.base * (1 - self.live))
        air.zero(self.doubles * (1 - self.base))
        air.zero(self.infinite * (1 - self.base + self.doubles))
        air.equal(self.closes, self.final * self.infinite)
        air.equal(self.doubled, self.checks_final * self.doubles)
        with air.between_rows():
            inside = 1 - self.checks_final
            for name in ("live", "number", "base", "doubles", "infinite"):
                air.zero(inside * (getattr(below, name) - getattr(self, name)))

    def _links(self, air: Air[C], below: "Secp256k1Addition[C]") -> None:
        """How a row's points follow from those of the row above."""
        repeats = self.ends_base + self.final
        with air.between_rows():
            for limb, same in zip((*below.x1, *below.y1), (*self.x3, *self.y3), strict=True):
                air.zero(self.chains * (limb - same))
            for limb, same in zip((*below.x2, *below.y2), (*self.x1, *self.y1), strict=True):
                air.zero(self.adds_ladder * (limb - same))
            for limb, same in zip((*below.x1, *below.x2), (*self.x1, *self.x2), strict=True):
                air.zero(repeats * (limb - same))
            tangent = self.final * self.doubles
            for limb, same in zip((*below.slope, *paired(below.x3)), (*self.slope, *self.y1), strict=True):
                air.zero(tangent * (limb - same))
        for one, two in zip((*self.x1, *self.y1), (*self.x2, *self.y2), strict=True):
            air.zero(self.final * self.doubles * (one - two))

    def _relations(self, air: Air[C]) -> None:
        checks = self.checks_base + self.checks_final
        plain = self.sets_up + self.adds_ladder + self.ends_ladder
        adds = plain * self.live + (self.in_base + self.final) * self.base
        # Soundness: without the checks a slope could be anything where both points are the same.
        checked = self.checks_base * self.base + self.checks_final * (self.base - self.infinite)
        x1, x2, x3 = paired(self.x1), paired(self.x2), paired(self.x3)
        summed = 1 - checks - self.closes
        single = 1 - self.doubled
        rise = [
            summed * limb - 3 * self.doubled * half
            for limb, half in zip(differences(self.y1, self.y2), self.y3, strict=True)
        ]
        rise[0] = rise[0] - checks + self.doubled
        run = [
            single * limb + self.doubled * byte
            for limb, byte in zip(differences(self.x2, self.x1), self.x3, strict=True)
        ]
        air.send(Relation(0, self.slope, run, rise), when=adds + checked)
        opposite = sums(self.y1, self.y2)
        opposite[0] = opposite[0] - 1
        third = [
            self.closes * (limb + x_sum) - single * x_sum - 2 * self.doubled * half
            for limb, x_sum, half in zip(opposite, sums(x1, x2, x3), self.y3, strict=True)
        ]
        factor = [
            single * slope + self.doubled * byte for slope, byte in zip(self.slope, self.x1, strict=True)
        ]
        air.send(Relation(0, factor, factor, third), when=adds + self.doubled)
        air.zero(self.closes * (self.slope[0] - 1))
        for limb in self.slope[1:]:
            air.zero(self.closes * limb)
        down = [-limb for limb in sums(self.y1, self.y3)]
        air.send(Relation(0, self.slope, differences(self.x1, self.x3), down), when=adds - self.closes)

    def _setup(self, air: Air[C]) -> None:
        air.lookup(Multiple(self.number, ONE, self.x1, self.y1), when=self.first_row_of * self.live)
        air.lookup(Multiple(self.number, self.addend_label, self.x2, self.y2), when=self.sets_up * self.live)
        # Soundness: nothing else is provided, and only what a live signature's points make.
        air.zero((1 - self.sets_up * self.live) * self.asked)
        air.provide(Multiple(self.number, self.sum_label, self.x3, self.y3), times=self.asked)

    def _base(self, air: Air[C]) -> None:
        runs, starts = self.in_base * self.base, self.begins_base * self.base
        sign, first_sign = 1 - 2 * self.minus, 1 - 2 * self.first_minus
        y1, y2 = [first_sign * limb for limb in self.y1], [sign * limb for limb in self.y2]
        air.lookup(BasePoint(0, self.first_coefficient, self.x1, y1), when=starts)
        air.lookup(BasePoint(self.window, self.coefficient, self.x2, y2), when=runs)
        air.send(BaseDigit(self.number, 0, first_sign * self.first_coefficient), when=starts)
        air.send(BaseDigit(self.number, self.window, sign * self.coefficient), when=runs)
        air.send(BaseEnd(self.number, self.x3, self.y3), when=self.ends_base * self.base)

    def _sum(self, air: Air[C]) -> None:
        air.receive(BaseEnd(self.number, self.x2, self.y2), when=self.final * self.base)
        third, first = self.base - self.infinite, 1 - self.base
        x, y = (
            [third * one + first * two for one, two in zip(*points, strict=True)]
            for points in ((self.x3, self.x1), (self.y3, self.y1))
        )
        air.send(Sum(self.number, self.base, self.infinite, x, y), when=self.final * self.live)

    def _unused(self, air: Air[C]) -> None:
        """What a row does not come to is zero."""
        points = (*self.x1, *self.y1, *self.x2, *self.y2)
        for unused in (self.number, *points):
            air.zero((1 - self.live) * unused)
        for unused in (self.first_coefficient, self.first_minus):
            air.zero((1 - self.begins_base * self.base) * unused)
        for unused in (self.coefficient, self.minus):
            air.zero((1 - self.in_base * self.base) * unused)
        checks, base_rows = self.checks_base + self.checks_final, self.in_base + self.checks_base
        for unused in (*self.y1, *self.y2):
            air.zero(checks * unused)
        for unused in (*self.x2, *self.y2):
            air.zero((base_rows + self.final + self.checks_final) * (1 - self.base) * unused)
        for unused in (*self.x1, *self.y1):
            air.zero(base_rows * (1 - self.base) * unused)
