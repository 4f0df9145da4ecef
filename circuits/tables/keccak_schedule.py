"""Which row of the permutation table does what: 128 rows a block, the same in every block.

Five rows absorb the block, five rows a round permute, one reads the digest, two are spare. A round's row holds one
plane of the state after rho and pi, which are five lanes of five sheets before; `PLANES` tells which plane.
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

SIZE = 5
LANE = 64
LANES = SIZE * SIZE
ROUNDS = 24
RATE_LANES = 17
DIGEST_LANES = 4

PERIOD = 128
ABSORBING = 0
FIRST_ROUND = SIZE
SQUEEZING = FIRST_ROUND + SIZE * ROUNDS

PLANES = tuple(2 * phase % SIZE for phase in range(SIZE))
"""The plane y' that the row of each phase holds: its lane x' comes from sheet x' + phase and plane x'."""

SIDE_LANES = 4
STATES = ROUNDS + 1
"""States that a block goes through: before it is absorbed, and before each round; the last one is the next block's."""


def _rotations() -> tuple[tuple[int, ...], ...]:
    offsets = [[0] * SIZE for _ in range(SIZE)]
    x, y = 1, 0
    for step in range(LANES - 1):
        offsets[x][y] = (step + 1) * (step + 2) // 2 % LANE
        x, y = y, (2 * x + 3 * y) % SIZE
    return tuple(map(tuple, offsets))


def _round_constants() -> tuple[int, ...]:
    register, constants = 1, []
    for _ in range(ROUNDS):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << (1 << power) - 1
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


ROTATIONS = _rotations()
"""FIPS 202, section 3.2.2: by how much rho rotates lane (x, y), as `ROTATIONS[x][y]`."""

ROUND_CONSTANTS = _round_constants()
"""FIPS 202, section 3.2.5: what iota adds to lane (0, 0) at the end of each round."""

CONSTANT_BITS = tuple((1 << power) - 1 for power in range(7))
"""The only places where a round constant can have a bit."""


class Side(Enum):
    """What the lanes beside a round's plane are.

    EFFECT is D of theta (FIPS 202, section 3.2.1); the ten bits whose parity it is add up to D + 2 (LOW + 3 HIGH).
    """

    EFFECT = "effect"
    LOW = "low"
    HIGH = "high"


SIDES: tuple[tuple[tuple[Side, int], ...], ...] = (
    ((Side.EFFECT, 4), (Side.LOW, 0), (Side.HIGH, 0), (Side.HIGH, 1)),
    ((Side.EFFECT, 0), (Side.EFFECT, 1), (Side.EFFECT, 2), (Side.EFFECT, 3)),
    ((Side.LOW, 1), (Side.LOW, 2), (Side.LOW, 3), (Side.LOW, 4)),
    ((Side.EFFECT, 1), (Side.EFFECT, 2), (Side.EFFECT, 3), (Side.EFFECT, 4)),
    ((Side.EFFECT, 0), (Side.HIGH, 2), (Side.HIGH, 3), (Side.HIGH, 4)),
)
"""What each phase's side lanes are, with their sheet.

Every effect stands twice, so that each phase finds it in its own row or in a neighbour's.
"""


def effect_place(phase: int, sheet: int) -> tuple[int, int]:
    """Where the lane of `sheet` in this phase's plane finds its effect: row (-1 above, 0, 1 below) and side lane."""
    wanted = (Side.EFFECT, sheet)
    return next(
        (offset, SIDES[phase + offset].index(wanted))
        for offset in (0, 1, -1)
        if 0 <= phase + offset < SIZE and wanted in SIDES[phase + offset]
    )


def lane_number(x: int, y: int) -> int:
    """The place of lane (x, y) in the order in which lanes are absorbed."""
    return x + SIZE * y


def round_row(number: int, phase: int) -> int:
    """The row of a round's phase."""
    return FIRST_ROUND + SIZE * number + phase


def absorbed_lanes(row: int) -> tuple[int, ...]:
    """The lanes on one of the five absorbing rows: up to four of the rate beside their bytes, then of the capacity."""
    of_rate = range(SIDE_LANES * row, min(SIDE_LANES * (row + 1), RATE_LANES))
    filled = RATE_LANES + row
    return (*of_rate, *range(filled, filled + SIZE - len(of_rate)))


def accounted_lanes(phase: int) -> tuple[int, ...]:
    """The lanes, before theta, that enter the account between a phase's row and the next one."""
    return tuple(
        lane_number((y + of_phase) % SIZE, y)
        for of_phase in (phase, phase + 1)
        for y in range(SIZE)
        if of_phase < SIZE and of_phase + min(effect_place(of_phase, (y + of_phase) % SIZE)[0], 0) == phase
    )


def column(*rows: int) -> NDArray[np.uint32]:
    """A periodic column that is 1 on these rows."""
    found = np.zeros(PERIOD, dtype=np.uint32)
    found[list(rows)] = 1
    return found


def phase_rows(phase: int) -> list[int]:
    """The rows of one phase of all rounds."""
    return [round_row(number, phase) for number in range(ROUNDS)]


def phases() -> NDArray[np.uint32]:
    """Which phase of a round each row is: (rows, 5)."""
    return np.stack([column(*phase_rows(phase)) for phase in range(SIZE)], axis=1)


def constant_bits() -> NDArray[np.uint32]:
    """The round constant that the state before each round has had added last, on phase 0: (rows, 7)."""
    found = np.zeros((PERIOD, len(CONSTANT_BITS)), dtype=np.uint32)
    for number in range(1, ROUNDS):
        found[round_row(number, 0)] = [ROUND_CONSTANTS[number - 1] >> bit & 1 for bit in CONSTANT_BITS]
    return found


def low_sides() -> NDArray[np.uint32]:
    """Where a side lane holds LOW, whose cells may be 2: (rows, 4)."""
    found = np.zeros((PERIOD, SIDE_LANES), dtype=np.uint32)
    for phase, sides in enumerate(SIDES):
        found[phase_rows(phase)] = [side is Side.LOW for side, _ in sides]
    return found


def incoming_lanes() -> NDArray[np.uint32]:
    """Which lane of which state each row receives, as state * 25 + lane: (rows, 5)."""
    found = np.zeros((PERIOD, SIZE), dtype=np.uint32)
    for row in range(SIZE):
        found[ABSORBING + row] = absorbed_lanes(row)
        for number in range(ROUNDS):
            lanes = [lane_number((y + row) % SIZE, y) for y in range(SIZE)]
            found[round_row(number, row)] = [LANES * (number + 1) + lane for lane in lanes]
    found[SQUEEZING] = [LANES * STATES + lane for lane in range(SIZE)]
    return found


def outgoing_lanes() -> NDArray[np.uint32]:
    """The same for what each row sends, which is of the state after the one that it receives."""
    found = np.zeros((PERIOD, SIZE), dtype=np.uint32)
    for row in range(SIZE):
        found[ABSORBING + row] = [LANES + lane for lane in absorbed_lanes(row)]
        for number in range(ROUNDS):
            lanes = [lane_number(x, PLANES[row]) for x in range(SIZE)]
            found[round_row(number, row)] = [LANES * (number + 2) + lane for lane in lanes]
    return found


def not_squeezed() -> NDArray[np.uint32]:
    """The lanes sent by the last round that are not of the digest: (rows, 5)."""
    found = np.zeros((PERIOD, SIZE), dtype=np.uint32)
    for phase in range(SIZE):
        found[round_row(ROUNDS - 1, phase)] = [
            lane_number(x, PLANES[phase]) >= DIGEST_LANES for x in range(SIZE)
        ]
    return found
