"""The schedule of the table of Keccak permutations as the kernel takes it, from what the circuit says."""

from typing import NamedTuple

from circuits.tables.keccak import DIGIT_BASE, LIMB_BITS, WORTH
from circuits.tables.keccak_schedule import (
    PLANES,
    ROTATIONS,
    ROUND_CONSTANTS,
    SIDES,
    SIZE,
    Side,
    absorbed_lanes,
    accounted_lanes,
)

KINDS = tuple(Side)
"""What the kernel knows a side lane by is its place here."""


class KeccakSchedule(NamedTuple):
    """What the kernel would otherwise have to repeat; lane (x, y) is number x + 5 y."""

    rotations: tuple[int, ...]  # of each lane
    round_constants: tuple[int, ...]
    absorbed: tuple[tuple[int, ...], ...]  # the lanes of each absorbing row
    planes: tuple[int, ...]  # of each phase
    sides: tuple[tuple[tuple[int, int], ...], ...]  # of each phase the side lanes, each with its sheet
    accounted: tuple[tuple[int, ...], ...]  # the lanes that enter the account behind each phase's row
    worth: tuple[int, ...]  # of each kind of side lane
    limb_bits: tuple[int, ...]
    digit_base: int


SCHEDULE = KeccakSchedule(
    tuple(ROTATIONS[x][y] for y in range(SIZE) for x in range(SIZE)),
    ROUND_CONSTANTS,
    tuple(map(absorbed_lanes, range(SIZE))),
    PLANES,
    tuple(tuple((KINDS.index(kind), sheet) for kind, sheet in sides) for sides in SIDES),
    tuple(map(accounted_lanes, range(SIZE))),
    tuple(map(WORTH.__getitem__, KINDS)),
    LIMB_BITS,
    DIGIT_BASE,
)
