"""The multiples of R that the endomorphism makes of others."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, periodic
from circuits.gadgets.modular import HALVES, LIMBS, limbs, paired
from circuits.gadgets.secp256k1 import BETA, PRIME
from circuits.tables.byte_pairs import are_bytes
from circuits.tables.secp256k1_buses import (
    MINUS_TWO_W,
    MINUS_W,
    ONE,
    ONE_AND_W,
    TWO,
    TWO_W_SQUARED,
    Multiple,
    Relation,
)

BETA_SQUARED = BETA * BETA % PRIME

# From which label to which, whether by the square of the endomorphism, and with which sign.
STEPS = (
    (ONE, ONE_AND_W, 1, -1),
    (ONE, MINUS_W, 0, -1),
    (TWO, MINUS_TWO_W, 0, -1),
    (TWO, TWO_W_SQUARED, 1, 1),
)


class Secp256k1Unit(Table[C]):
    """A point (x, y) and image = BETA x or BETA^2 x a row, four rows a signature."""

    max_log_height = 16
    origin: C = periodic([step[0] for step in STEPS])
    label: C = periodic([step[1] for step in STEPS])
    squared: C = periodic([step[2] for step in STEPS])
    flips: C = periodic([int(step[3] < 0) for step in STEPS])

    live: C = flag()
    number: C = cell()
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)
    image: Cells[C] = cells(LIMBS)
    asked: C = cell()

    def rules(self, air: Air[C], below: "Secp256k1Unit[C]") -> None:
        are_bytes(air, self.image)
        air.lookup(Multiple(self.number, self.origin, self.x, self.y), when=self.live)
        factor = [
            self.squared * (two - one) + one
            for one, two in zip(limbs(BETA), limbs(BETA_SQUARED), strict=True)
        ]
        linear = [-pair for pair in paired(self.image)]
        air.send(Relation(0, factor, self.x, linear), when=self.live)
        # Soundness: what a row provides is true only if it looked up what it is made of.
        for unused in (self.asked, self.number, *self.x, *self.y, *self.image):
            air.zero((1 - self.live) * unused)
        sign = 1 - 2 * self.flips
        y = [sign * limb for limb in self.y]
        air.provide(Multiple(self.number, self.label, self.image, y), times=self.asked)
