"""u R for the R of a signature and any u, one bit of two half-length scalars a row."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, periodic, ranged
from circuits.gadgets.modular import (
    CARRIES,
    CARRY_BITS,
    HALVES,
    LIMBS,
    PAIR_BITS,
    differences,
    paired,
    prime_multiple,
    product,
    relation,
    sums,
    vanish,
)
from circuits.tables.byte_pairs import are_bytes
from circuits.tables.secp256k1_buses import (
    MINUS_TWO_W,
    LadderDigits,
    LadderEnd,
    LadderStart,
    Multiple,
)

STEPS = 128
RELATIONS = 5
BYTE = 8


class Secp256k1Ladder(Table[C]):
    """A step of a ladder a row: from the point (x, y) to twice that plus the addend, 128 rows a signature.

    With w the endomorphism, the point of row j is (a + b w) R for integers a, b. The addend is (1 + first) R +
    second w R. So a and b double a row, and gain 1 or 2, and 0 or 1. They begin with (0, -2), or (-2, -2) if
    `start` is 1. The last row makes no step: its point and addend go to the table of additions.

    A step is (point + addend) + point, whose inner sum needs no y (SEC 1, section 2.2.1, twice):

        slope (addend_x - x) = addend_y - y            sum_x = slope^2 - x - addend_x
        slopes (x - sum_x) = 2 y                       x' = (slopes - slope)^2 - x - sum_x
        y' = (slopes - slope) (x - x') - y             where `slopes` is the sum of both slopes

    Why no addition is exceptional: that neither the point is infinity, nor that twice plus the addend, nor are point
    and addend equal, where the first relation would say nothing, or opposite, where no slope would solve it. R has
    the order n, so (a + b w) R is infinity only if n divides a^2 - a b + b^2; for (a, b) other than (0, 0) only if
    that is at least n. The second coordinate is below zero on every row, with the addend as well, and none is larger
    than 2^(j + 1) + 2 in size, so up to row 126 all these norms are below n: 3 (2^127 + 2)^2 < n. On row 127 they
    are below 4 n, which leaves the twelve pairs of norm n and 3 n; none is in reach (a test lists them).
    """

    max_log_height = 18
    begins: C = periodic([1] + [0] * (STEPS - 1))
    inside: C = periodic([1] * (STEPS - 1) + [0])
    byte_ends: C = periodic([0] * (BYTE - 1) + [1])
    place: C = periodic([row // BYTE for row in range(STEPS)])

    live: C = flag()
    number: C = cell()
    start: C = flag()
    first: C = flag()
    second: C = flag()
    first_byte: C = cell()
    second_byte: C = cell()
    # The start of label MINUS_TWO_W comes with a y below zero, which no range-checked cell can hold.
    flips: C = flag()
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = ranged(PAIR_BITS, HALVES)
    addend_x: Cells[C] = cells(LIMBS)
    addend_y: Cells[C] = cells(HALVES)
    slope: Cells[C] = cells(LIMBS)
    sum_x: Cells[C] = cells(LIMBS)
    slopes: Cells[C] = cells(LIMBS)
    quotients: Cells[C] = ranged(PAIR_BITS, RELATIONS * HALVES)
    negative: Cells[C] = flags(RELATIONS)
    carries: Cells[C] = ranged(CARRY_BITS, RELATIONS * CARRIES)

    def rules(self, air: Air[C], below: "Secp256k1Ladder[C]") -> None:
        for value in (self.x, self.slope, self.sum_x, self.slopes):
            are_bytes(air, value)
        sign = 1 - 2 * self.flips
        y = [sign * limb for limb in self.y]
        air.equal(self.flips, self.begins * (1 - self.start))
        self._digits(air, below)
        self._step(air, below, y)
        air.lookup(
            Multiple(self.number, 2 * self.first + self.second, self.addend_x, self.addend_y), when=self.live
        )
        # 0 or 1 times each: `begins` and the others are, and so is `live`.
        air.lookup(Multiple(self.number, self.start + MINUS_TWO_W, self.x, y), when=self.begins * self.live)
        air.send(LadderStart(self.number, self.start), when=self.begins * self.live)
        air.send(
            LadderDigits(self.number, self.place, self.first_byte, self.second_byte),
            when=self.byte_ends * self.live,
        )
        air.send(
            LadderEnd(self.number, self.x, self.y, self.addend_x, self.addend_y),
            when=(1 - self.inside) * self.live,
        )

    def _digits(self, air: Air[C], below: "Secp256k1Ladder[C]") -> None:
        """Digits in bytes, and what is the same on all rows of a signature."""
        air.zero((1 - self.begins) * self.start)
        for unused in (
            self.number,
            self.start,
            self.first,
            self.second,
            *self.x,
            *self.addend_x,
            *self.addend_y,
        ):
            air.zero((1 - self.live) * unused)
        # The last row makes no step, so two of its relations are not stated.
        for unused in self.negative[RELATIONS - 2 :]:
            air.zero((1 - self.inside) * unused)
        with air.first_row():
            air.equal(self.first_byte, self.first)
            air.equal(self.second_byte, self.second)
        with air.between_rows():
            kept = 2 - 2 * self.byte_ends
            air.equal(below.first_byte, below.first + kept * self.first_byte)
            air.equal(below.second_byte, below.second + kept * self.second_byte)
            air.zero(self.inside * (below.live - self.live))
            air.zero(self.inside * (below.number - self.number))

    def _step(self, air: Air[C], below: "Secp256k1Ladder[C]", y: list[C]) -> None:
        double_y = [limb + limb for limb in y]
        slope = differences(self.slopes, self.slope)
        first_sum = sums(paired(self.x), paired(self.sum_x), paired(self.addend_x))
        second_sum = sums(paired(self.x), paired(self.sum_x), paired(below.x))
        self._relation(
            air, 0, product(self.slope, differences(self.addend_x, self.x)), differences(y, self.addend_y)
        )
        self._relation(air, 1, product(self.slope, self.slope), [-pair for pair in first_sum])
        self._relation(
            air, 2, product(self.slopes, differences(self.x, self.sum_x)), [-limb for limb in double_y]
        )
        with air.between_rows():
            self._relation(air, 3, product(slope, slope), [-pair for pair in second_sum], self.inside)
            linear = [-limb for limb in sums(y, below.y)]
            self._relation(air, 4, product(slope, differences(self.x, below.x)), linear, self.inside)

    def _relation(
        self, air: Air[C], index: int, product_pairs: list[C], linear: list[C], gate: C | int = 1
    ) -> None:
        quotient = self.quotients[HALVES * index : HALVES * (index + 1)]
        carries = self.carries[CARRIES * index : CARRIES * (index + 1)]
        multiples = prime_multiple(quotient, self.negative[index])
        vanish(air, relation(product_pairs, linear, multiples), carries, gate)
