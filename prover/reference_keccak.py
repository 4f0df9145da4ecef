"""The table of Keccak permutations, filled by the reference engine."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables.keccak import ABSORBED_LIMBS, DIGIT_BASE, DIGITS, LIMB_BITS, SHEET_CELLS, WORTH, Keccak
from circuits.tables.keccak_padding import RATE
from circuits.tables.keccak_schedule import (
    DIGEST_LANES,
    FIRST_ROUND,
    LANE,
    LANES,
    PERIOD,
    PLANES,
    RATE_LANES,
    ROTATIONS,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE_LANES,
    SIDES,
    SIZE,
    SQUEEZING,
    Side,
    absorbed_lanes,
    accounted_lanes,
)
from prover.engine import KernelError, Matrix
from prover.reference_blocks import check_blocks, numbers
from verifier.field import P

Words = NDArray[np.uint64]
"""Lanes of states, last axis 25: lane (x, y) stands at x + 5 y."""

Bits = NDArray[np.uint8]

SHIFTS = np.array([ROTATIONS[x][y] for y in range(SIZE) for x in range(SIZE)], dtype=np.uint64)
BACK_SHIFTS = (LANE - SHIFTS) % LANE
# Lane (x', y') after pi is lane (x' + 3 y', x') before it (FIPS 202, section 3.2.3).
MOVED = np.array([(x + 3 * y) % SIZE + SIZE * x for y in range(SIZE) for x in range(SIZE)])
ROUND_WORDS = np.array(ROUND_CONSTANTS, dtype=np.uint64)
ONE, TOP = np.uint64(1), np.uint64(LANE - 1)
ABSORBED = np.array([absorbed_lanes(row) for row in range(SIZE)])


def _effect(state: Words) -> Words:
    """D of theta (FIPS 202, section 3.2.1), last axis 5."""
    parity: Words = np.bitwise_xor.reduce(state.reshape(*state.shape[:-1], SIZE, SIZE), axis=-2)
    after = np.roll(parity, -1, axis=-1)
    return np.roll(parity, 1, axis=-1) ^ (after << ONE | after >> TOP)


def _planes(state: Words, effect: Words) -> Words:
    """The state after theta, rho and pi."""
    mixed = (state.reshape(*state.shape[:-1], SIZE, SIZE) ^ effect[..., None, :]).reshape(state.shape)
    return (mixed << SHIFTS | mixed >> BACK_SHIFTS)[..., MOVED]


def _chi(planes: Words) -> Words:
    """The state after chi; the last axis is of whole planes."""
    rows = planes.reshape(*planes.shape[:-1], planes.shape[-1] // SIZE, SIZE)
    return (rows ^ ~np.roll(rows, -1, axis=-1) & np.roll(rows, -2, axis=-1)).reshape(planes.shape)


def _round(state: Words, number: int) -> Words:
    state = _chi(_planes(state, _effect(state)))
    state[..., 0] ^= ROUND_WORDS[number]
    return state


def _permuted(state: Words) -> Words:
    for number in range(ROUNDS):
        state = _round(state, number)
    return state


class Blocks(NamedTuple):
    """Blocks in the order of their rows, idle ones behind; one element each."""

    before: Words  # (blocks, 25)
    added: Words  # (blocks, 25), zero beyond the rate
    after: Words  # (blocks, 25)


def _chained(blocks: NDArray[np.uint8], number: NDArray[np.int64], count: int) -> Blocks:
    """`count` blocks, those after the given ones all from the state of zeros."""
    live = len(blocks)
    before, added, after = np.zeros((3, count, LANES), dtype=np.uint64)
    added[:live, :RATE_LANES] = np.ascontiguousarray(blocks).view("<u8")
    for block in range(live):
        if number[block]:
            before[block] = after[block - 1]
        after[block] = _permuted(before[block] ^ added[block])
    after[live:] = _permuted(np.zeros(LANES, dtype=np.uint64))
    return Blocks(before, added, after)


def fill_keccak(trace: Trace, blocks: NDArray[np.uint8], named: Matrix) -> None:
    """See `prover.engine.Engine.fill_keccak`."""
    check_blocks(trace, Keccak, blocks, RATE, named, 2)
    live, count = len(blocks), len(trace.matrix) // PERIOD
    if len(trace.matrix) % PERIOD or count < live:
        raise KernelError("the trace has fewer rows than the permutations")
    trace.matrix[:] = 0
    number = numbers(named[:, 3] == 1)
    _fill_names(trace, named, number)
    _fill_blocks(trace, _chained(blocks, number, count))


def _fill_names(trace: Trace, named: Matrix, number: NDArray[np.int64]) -> None:
    source, message, sha3, last = named.T
    of_block = {
        "source": source,
        "message": message,
        "keccak": 1 - sha3,
        "sha3": sha3,
        "block": number,
        "starts": number == 0,
        "ends": last,
    }
    trace.starts, trace.ends = 1, 1
    for name, values in of_block.items():
        getattr(trace, name)[: PERIOD * len(named)] = np.repeat(values, PERIOD)
    trace.serial = np.arange(len(trace.matrix)) // PERIOD


def _field(trace: Trace, name: str) -> NDArray[np.uint32]:
    """A field's cells, as a view (blocks, 128, cells)."""
    rows: NDArray[np.uint32] = getattr(trace, name)
    view = rows.view()
    view.shape = (-1, PERIOD, rows.shape[1])
    return view


def _fill_blocks(trace: Trace, blocks: Blocks) -> None:
    count = len(blocks.before)
    states = np.empty((count, ROUNDS + 1, LANES), dtype=np.uint64)
    states[:, 0] = blocks.before ^ blocks.added
    for number in range(ROUNDS):
        states[:, number + 1] = _round(states[:, number], number)
    effects = _effect(states[:, :ROUNDS])
    # As other rows give them: without the constant that is still to be added.
    given = states[:, :ROUNDS].copy()
    given[:, 1:, 0] ^= ROUND_WORDS[:-1]
    last_given = blocks.after.copy()
    before_given = blocks.before.copy()
    last_given[:, 0] ^= ROUND_WORDS[-1]
    before_given[:, 0] ^= ROUND_WORDS[-1]

    planes, incoming = (np.zeros((count, PERIOD, SIZE), dtype=np.uint64) for _ in range(2))
    side = np.zeros((count, PERIOD, SIDE_LANES), dtype=np.uint64)
    permuted = _planes(states[:, :ROUNDS], effects).reshape(count, ROUNDS, SIZE, SIZE)
    in_rounds = slice(FIRST_ROUND, SQUEEZING)
    planes[:, in_rounds] = permuted[:, :, PLANES].reshape(count, -1, SIZE)
    taken = [(y + phase) % SIZE + SIZE * y for phase in range(SIZE) for y in range(SIZE)]
    incoming[:, in_rounds] = given[:, :, taken].reshape(count, -1, SIZE)
    planes[:, :SIZE], incoming[:, :SIZE] = blocks.before[:, ABSORBED], before_given[:, ABSORBED]
    side[:, :SIZE] = blocks.added[:, ABSORBED[:, :SIDE_LANES]]
    planes[:, SQUEEZING, :DIGEST_LANES] = blocks.after[:, :DIGEST_LANES]
    incoming[:, SQUEEZING, :DIGEST_LANES] = last_given[:, :DIGEST_LANES]

    _field(trace, "plane")[:] = _bits(planes)
    _field(trace, "incoming")[:] = _limbs(incoming)
    _field(trace, "outgoing")[:] = _limbs(_chi(planes))
    absorbed = _field(trace, "account")[:, :SIZE, :ABSORBED_LIMBS]
    absorbed[:] = _limbs(states[:, 0][:, ABSORBED])
    side_bits = _bits(side).reshape(count, PERIOD, SIDE_LANES, LANE)
    _fill_theta(trace, side_bits, states[:, :ROUNDS], effects)
    _field(trace, "side")[:] = side_bits.reshape(count, PERIOD, -1)


def _fill_theta(trace: Trace, side: Bits, states: Words, effects: Words) -> None:
    """The lanes beside the planes of rounds, and the account."""
    count = len(states)
    bits = _bits(states).reshape(count, ROUNDS, SIZE, SIZE, LANE)
    column = bits.sum(axis=2, dtype=np.uint8)
    effect = _bits(effects).reshape(count, ROUNDS, SIZE, LANE)
    half = (_seen_by_effects(column) - effect) >> 1
    lanes = {Side.EFFECT: effect, Side.LOW: half % 3, Side.HIGH: half // 3}
    in_rounds = side[:, FIRST_ROUND:SQUEEZING].reshape(count, ROUNDS, SIZE, SIDE_LANES, LANE)
    account = _field(trace, "account")[:, FIRST_ROUND:SQUEEZING]
    kept = np.zeros((count, ROUNDS, SIZE, LANE), dtype=np.int8)
    for phase, sides in enumerate(SIDES):
        if phase:
            account[:, phase::SIZE] = _packed(kept)
        column = np.zeros((count, ROUNDS, SIZE, LANE), dtype=np.uint8)
        for lane in accounted_lanes(phase):
            y, x = divmod(lane, SIZE)
            column[:, :, x] += bits[:, :, y, x]
        kept += 2 * _seen_by_effects(column).astype(np.int8)
        for place, (kind, sheet) in enumerate(sides):
            value = lanes[kind][:, :, sheet]
            in_rounds[:, :, phase, place] = value
            kept[:, :, sheet] -= (WORTH[kind] * value).astype(np.int8)


def _seen_by_effects(column: Bits) -> Bits:
    """Sums at (x - 1, z) and (x + 1, z - 1), from sums (..., x, z)."""
    return np.roll(column, 1, axis=-2) + np.roll(column, (-1, 1), axis=(-2, -1))


def _packed(digits: NDArray[np.int8]) -> NDArray[np.int64]:
    """The cells of an account, from its digits (blocks, rounds, x, z): (blocks, rounds, cells)."""
    places = np.zeros((*digits.shape[:-1], SHEET_CELLS * DIGITS))
    places[..., :LANE] = digits
    weights = DIGIT_BASE ** np.arange(DIGITS, dtype=np.float64)
    packed = places.reshape(*digits.shape[:2], -1, DIGITS) @ weights
    return packed.astype(np.int64) % P


def _bits(lanes: Words) -> Bits:
    """The bits of lanes (..., n), lowest first, as (..., 64 n)."""
    octets = np.ascontiguousarray(lanes.astype("<u8")).view(np.uint8)
    return np.unpackbits(octets, axis=-1, bitorder="little")


def _limbs(lanes: Words) -> NDArray[Any]:
    """The limbs of lanes (..., n), lowest first, as (..., 3 n)."""
    found, start = [], 0
    for size in LIMB_BITS:
        found.append(lanes >> np.uint64(start) & np.uint64((1 << size) - 1))
        start += size
    return np.stack(found, axis=-1).reshape(*lanes.shape[:-1], -1)
