"""Keccak-f[1600] (FIPS 202, sections 3.2 and 3.3) and the sponge of Keccak-256 and SHA3-256 around it.

A plane of five lanes a row, as bits; between rows, lanes travel as three limbs over a bus of the table's own.
`keccak_schedule` says which row of the 128 of a block does what, docs/decisions/0010 why.
"""

from collections.abc import Sequence
from itertools import product

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, periodic
from circuits.tables.keccak_buses import CHUNK, LIMBS, KeccakChunk, KeccakDigest, KeccakLane, Sha3Digest
from circuits.tables.keccak_padding import RATE
from circuits.tables.keccak_schedule import (
    ABSORBING,
    CONSTANT_BITS,
    DIGEST_LANES,
    LANE,
    LANES,
    PERIOD,
    ROTATIONS,
    ROUND_CONSTANTS,
    ROUNDS,
    SIDE_LANES,
    SIDES,
    SIZE,
    SQUEEZING,
    STATES,
    Side,
    column,
    constant_bits,
    effect_place,
    incoming_lanes,
    low_sides,
    not_squeezed,
    outgoing_lanes,
    phases,
    round_row,
)

LIMB_BITS = (24, 24, 16)
DIGIT_BASE = 23
DIGITS = 6
SHEET_CELLS = -(-LANE // DIGITS)
ABSORBED_LIMBS = LIMBS * SIZE

WORTH = {Side.EFFECT: 1, Side.LOW: 4, Side.HIGH: 12}
"""What a bit of a side lane takes off the account, which holds every bit of the state twice."""

Bits = Sequence[C]


def _total(values: Sequence[C]) -> C:
    return sum(values[1:], values[0])


def _weighted(values: Sequence[C], base: int = 2) -> C:
    return _total([value * _power(base, index) for index, value in enumerate(values)])


def _power(base: int, exponent: int) -> int:
    found: int = base**exponent
    return found


def _lane(cells_of_row: Sequence[C], index: int) -> Bits[C]:
    return cells_of_row[LANE * index : LANE * (index + 1)]


def _limbs(bits: Bits[C]) -> list[C]:
    found, start = [], 0
    for size in LIMB_BITS:
        found.append(_weighted(bits[start : start + size]))
        start += size
    return found


def _bytes(lanes: Sequence[Bits[C]]) -> list[C]:
    """Lanes are little-endian."""
    return [_weighted(lane[at : at + 8]) for lane in lanes for at in range(0, LANE, 8)]


def _xor(a: C, b: C) -> C:
    # In this form 1 - 2 b is one node for all that b is added to.
    return b + a * (1 - 2 * b)


def _digits(bits: Bits[C]) -> list[C]:
    return [_weighted(bits[at : at + DIGITS], DIGIT_BASE) for at in range(0, LANE, DIGITS)]


def _next_digits(digits: Sequence[C], bits: Bits[C]) -> list[C]:
    """The digits of the lane rotated by one, from those of the lane itself."""
    found = []
    for number, digit in enumerate(digits):
        last = min(DIGITS * (number + 1), LANE) - 1
        kept = digit - bits[last] * _power(DIGIT_BASE, last % DIGITS)
        found.append(kept * DIGIT_BASE + bits[DIGITS * number - 1])
    return found


def _flipped(bits: Bits[C], constants: Sequence[tuple[int, C]]) -> list[tuple[int, C]]:
    """What the limbs of a lane gain where it has yet to be added to `constants`, from its bits after that."""
    found = []
    start = 0
    for limb, size in enumerate(LIMB_BITS):
        gains = [
            constant * (1 - 2 * bits[at]) * (1 << at - start)
            for at, constant in constants
            if start <= at < start + size
        ]
        if gains:
            found.append((limb, _total(gains)))
        start += size
    return found


class Keccak(Table[C]):
    """A block of a message in 128 rows: absorbed, permuted, and after the last one the digest read.

    A round's row holds in `plane` the bits of one plane after rho and pi. `incoming` are the same lanes before theta,
    as limbs, and `outgoing` what chi makes of the plane; iota is left to whoever receives. `side` holds the effects D
    of theta, each twice, since a row sees no further than its neighbour. `account` adds up over a round, for every
    place (x, z), twice the ten bits whose parity D is, less both copies of D and 4 (LOW + 3 HIGH): six places a cell,
    as digits to the base 23. These lie between -22 and 22, so a cell that ends at zero has only zeros, and where a
    digit is zero both copies are that parity.

    An absorbing row holds in `plane` five lanes of the state before the block, in `side` the block's bits for four of
    them, in `account` the limbs of the sum. The squeezing row holds the first lanes of the state after the block.

    Names and flags are the same on all 128 rows. `starts` marks a message's first block and `ends` its last one; blocks
    that are neither `keccak` nor `sha3` are idle and permute what they like. `serial` counts all blocks, and gives each
    lane of each state a name of its own: it is sent by one row and received by one.

    Why a digest is the stream's: a message begun here is finished, so it gives one digest and consumes the chunks of
    its name, once each and from 0 on without a gap, only the last with `ends`. Where one digest is received under a
    name, one message here bears it; what the padding sends under it is then one message too, whole, and the bytes
    which that receives are all that were sent.
    """

    max_log_height = 20
    plane: Cells[C] = flags(SIZE * LANE)
    side: Cells[C] = cells(SIDE_LANES * LANE)
    incoming: Cells[C] = cells(SIZE * LIMBS)
    outgoing: Cells[C] = cells(SIZE * LIMBS)
    account: Cells[C] = cells(SIZE * SHEET_CELLS)
    source: C = cell()
    message: C = cell()
    keccak: C = flag()
    sha3: C = flag()
    block: C = cell()
    starts: C = cell()
    ends: C = flag()
    serial: C = cell()

    absorbing: C = periodic(column(*range(ABSORBING, ABSORBING + SIZE)))
    chunk_base: C = periodic([CHUNK * row if row < SIZE else 0 for row in range(PERIOD)])
    last_chunk: C = periodic(column(ABSORBING + SIZE - 1))
    phase: Cells[C] = periodic(phases())
    constant: Cells[C] = periodic(constant_bits())
    last_constant: C = periodic(column(ABSORBING, SQUEEZING))
    low: Cells[C] = periodic(low_sides())
    squeezing: C = periodic(column(SQUEEZING))
    turn: C = periodic(column(PERIOD - 1))
    incoming_lane: Cells[C] = periodic(incoming_lanes())
    outgoing_lane: Cells[C] = periodic(outgoing_lanes())
    sending: C = periodic(column(*range(ABSORBING, round_row(ROUNDS, 0))))
    not_squeezed: Cells[C] = periodic(not_squeezed())

    def rules(self, air: Air[C], below: "Keccak[C]") -> None:
        self._names(air, below)
        self._side(air)
        with air.between_rows():
            self._theta(air, below)
        self._chi(air)
        self._absorb(air)
        self._travel(air)
        live = self.keccak + self.sha3
        side = [_lane(self.side, index) for index in range(SIDE_LANES)]
        air.receive(
            KeccakChunk(
                self.source,
                self.message,
                self.sha3,
                RATE * self.block + self.chunk_base,
                self.last_chunk * self.ends,
                _bytes(side),
            ),
            times=self.absorbing * live,
            at_most=1,
        )
        digest = _bytes([_lane(self.plane, index) for index in range(DIGEST_LANES)])
        read = self.squeezing * self.ends
        air.send(KeccakDigest(self.source, self.message, digest), when=read * self.keccak)
        air.send(Sha3Digest(self.source, self.message, digest), when=read * self.sha3)

    def _names(self, air: Air[C], below: "Keccak[C]") -> None:
        live = self.keccak + self.sha3
        air.boolean(live)
        air.zero(self.starts * self.block)
        with air.first_row():
            air.equal(self.starts, 1)
            air.zero(self.serial)
        with air.last_row():
            # Soundness: a message begun is finished, else its chunks would be consumed without a digest.
            air.equal(self.ends, 1)
        with air.between_rows():
            air.equal(below.serial, self.serial + self.turn)
            for here, there in ((self.starts, below.starts), (self.ends, below.ends)):
                air.zero((1 - self.turn) * (there - here))
            # Soundness: and so `starts` is 0 or 1.
            air.zero(self.turn * (below.starts - self.ends))
            same = 1 - self.turn * below.starts
            air.zero(same * (below.source - self.source))
            air.zero(same * (below.message - self.message))
            air.zero(same * (below.keccak - self.keccak))
            air.zero(same * (below.sha3 - self.sha3))
            air.zero(same * (below.block - self.block - self.turn))

    def _side(self, air: Air[C]) -> None:
        for index in range(SIDE_LANES):
            for value in _lane(self.side, index):
                # 0 or 1, and 2 where LOW stands.
                air.zero(value * (value - 1) * (value - 2 * self.low[index]))
        spare = 1 - self.absorbing - _total(self.phase)
        air.zero(spare * _total(self.side))

    def _theta(self, air: Air[C], below: "Keccak[C]") -> None:
        """Lanes in this row or the one below, whose effects stand in one of the two, this row's phase deciding."""
        wrong: dict[tuple[bool, int], list[C]] = {}
        spent: dict[int, list[C]] = {}
        for phase, slot in product(range(SIZE), repeat=2):
            sheet = (slot + phase) % SIZE
            offset, place = effect_place(phase, sheet)
            row, effects = (below, self) if offset < 0 else (self, below) if offset else (self, self)
            upper = phase + min(offset, 0)
            lane, effect = _lane(row.plane, slot), _lane(effects.side, place)
            rotation = ROTATIONS[sheet][slot]
            bits = [_xor(lane[(z + rotation) % LANE], bit) for z, bit in enumerate(effect)]
            for limb, value in enumerate(_limbs(bits)):
                at = LIMBS * slot + limb
                gap = self.phase[upper] * (row.incoming[at] - value)
                wrong.setdefault((offset < 0, at), []).append(gap)
            if (phase, slot) == (0, 0):
                for limb, value in _flipped(bits, list(zip(CONSTANT_BITS, self.constant, strict=True))):
                    wrong[False, limb].append(-value)
            # Of effect (x, z) the bits are those of (x - 1, z) and of (x + 1, z - 1).
            digits = _digits(bits)
            for reader, values in ((sheet + 1, digits), (sheet - 1, _next_digits(digits, bits))):
                for number, value in enumerate(values):
                    at = SHEET_CELLS * (reader % SIZE) + number
                    spent.setdefault(at, []).append(2 * self.phase[upper] * value)
        for terms in wrong.values():
            air.zero(_total(terms))
        for phase, sides in enumerate(SIDES):
            for place, (kind, sheet) in enumerate(sides):
                for number, value in enumerate(_digits(_lane(self.side, place))):
                    at = SHEET_CELLS * sheet + number
                    spent[at].append(-WORTH[kind] * self.phase[phase] * value)
        goes_on, gone_on = _total(self.phase[:-1]), _total(self.phase[1:])
        for at, terms in spent.items():
            air.zero(gone_on * self.account[at] + _total(terms) - goes_on * below.account[at])

    def _chi(self, air: Air[C]) -> None:
        lanes = [_lane(self.plane, x) for x in range(SIZE)]
        for x in range(SIZE):
            three = (lanes[x], lanes[(x + 1) % SIZE], lanes[(x + 2) % SIZE])
            bits = [_xor((1 - b) * c, a) for a, b, c in zip(*three, strict=True)]
            for limb, value in enumerate(_limbs(bits)):
                air.equal(self.outgoing[LIMBS * x + limb], value)

    def _absorb(self, air: Air[C]) -> None:
        """What the rows that are not of a round hold, and what `account` holds where nothing is added up."""
        still = 1 - _total(self.phase)
        last = [(bit, self.last_constant) for bit in CONSTANT_BITS if ROUND_CONSTANTS[-1] >> bit & 1]
        flipped = dict(_flipped(_lane(self.plane, 0), last))
        for slot in range(SIZE):
            lane = _lane(self.plane, slot)
            added = lane
            if slot < SIDE_LANES:
                added = [_xor(*bits) for bits in zip(lane, _lane(self.side, slot), strict=True)]
            for limb, (value, sent) in enumerate(zip(_limbs(lane), _limbs(added), strict=True)):
                at = LIMBS * slot + limb
                gap = still * (self.incoming[at] - value)
                air.zero(gap - flipped[at] if at in flipped else gap)
                air.zero(self.absorbing * (self.account[at] - sent))
        # Soundness: a message begins with the state of zeros, whatever permutation was before.
        air.zero(self.absorbing * self.starts * _total(self.plane))
        adding = _total(self.phase[1:])
        for at, kept in enumerate(self.account):
            unused = 1 - adding - self.absorbing if at < ABSORBED_LIMBS else 1 - adding
            air.zero(unused * kept)

    def _travel(self, air: Air[C]) -> None:
        """Every row takes lanes of one state and gives those of the next one.

        Rows of rounds and absorbing rows give all they have, except that of a message's last state only the digest is
        wanted. A block's first rows take what the block before gave, and if it is the message's first one, nothing.
        """
        for slot in range(SIZE):
            limbs = slice(LIMBS * slot, LIMBS * (slot + 1))
            taking = _total(self.phase) + self.absorbing * (1 - self.starts)
            if slot < DIGEST_LANES:
                taking = taking + self.squeezing * self.ends
            lane = LANES * STATES * self.serial + self.incoming_lane[slot]
            # At most once: no two of phases, `absorbing` and `squeezing` are 1 on a row.
            air.receive(KeccakLane(lane, self.incoming[limbs]), times=taking, at_most=1)
        for slot in range(SIZE):
            limbs = slice(LIMBS * slot, LIMBS * (slot + 1))
            lane = LANES * STATES * self.serial + self.outgoing_lane[slot]
            given = [
                permuted + self.absorbing * (absorbed - permuted)
                for permuted, absorbed in zip(self.outgoing[limbs], self.account[limbs], strict=True)
            ]
            giving = self.sending - self.not_squeezed[slot] * self.ends
            air.send(KeccakLane(lane, given), times=giving, at_most=1)
