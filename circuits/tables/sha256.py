"""SHA-256 compression (FIPS 180-4, sections 4.1.2, 4.2.2 and 6.2.2), four rounds a row.

Words are bits, lowest first; sums are taken in two limbs of sixteen bits with small carries.
"""

from collections.abc import Callable, Sequence
from math import isqrt

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags
from circuits.tables.hash_buses import HashChunk, HashDigest

WORD = 32
LIMB = 16
LIMB_MASK = (1 << LIMB) - 1
ROUNDS = 4
ROUND_ROWS = 16
MESSAGE_ROWS = 4
STATE = 8


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root_floor(value: int) -> int:
    low, high = 0, 1 << (value.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= value else (low, middle - 1)
    return low


CONSTANTS = tuple(_cube_root_floor(prime << 96) & 0xFFFFFFFF for prime in _primes(64))
"""K of section 4.2.2: the first 32 bits of the fractions of the cube roots of the first 64 primes."""

INITIAL = tuple(isqrt(prime << 64) & 0xFFFFFFFF for prime in _primes(STATE))
"""H(0) of section 5.3.3: the first 32 bits of the fractions of the square roots of the first 8 primes."""

Bits = Sequence[C]


def _word(cells_of_row: Sequence[C], index: int) -> Bits[C]:
    return cells_of_row[WORD * index : WORD * (index + 1)]


def _total(values: Sequence[C]) -> C:
    return sum(values[1:], values[0])


def _weighted(bits: Sequence[C]) -> C:
    return _total([bit * (1 << index) for index, bit in enumerate(bits)])


def _limb(bits: Sequence[C], limb: int) -> C:
    return _weighted(bits[LIMB * limb : LIMB * (limb + 1)])


def _xor(a: C, b: C) -> C:
    return a + b - 2 * a * b


def _sigma(word: Bits[C], first: int, second: int, third: int) -> list[C]:
    """Rotations to the right by `first` and `second`, and by `third`, or a shift if `third` is negative."""
    found = []
    for index in range(WORD):
        value = _xor(word[(index + first) % WORD], word[(index + second) % WORD])
        if third >= 0:
            value = _xor(value, word[(index + third) % WORD])
        elif index - third < WORD:
            value = _xor(value, word[index - third])
        found.append(value)
    return found


def _choose(e: C, f: C, g: C) -> C:
    return e * (f - g) + g


def _majority(a: C, b: C, c: C) -> C:
    return a * b + c * _xor(a, b)


def _bitwise(function: Callable[[C, C, C], C], a: Bits[C], b: Bits[C], c: Bits[C]) -> list[C]:
    return [function(*bits) for bits in zip(a, b, c, strict=True)]


def _bytes(word: Bits[C]) -> list[C]:
    """Big-endian bytes of a word."""
    return [_weighted(word[at : at + 8]) for at in (24, 16, 8, 0)]


class Sha256(Table[C]):
    """Four rounds of one compression a row, between rows that hold a chaining value.

    A message is a `fresh` row (the initial value), then for each block sixteen round rows and a row that
    holds the chaining value after the block: `more` if a block follows, `done` if it is the digest. Idle rows
    are `fresh`. `a` and `e` hold the words A and E after each of the row's four rounds; on the other rows the
    chaining value, so that it reads as the four rounds before (d, c, b, a and h, g, f, e).

    The sums of rounds and schedule have degree three, which leaves no room for a flag: they are stated
    between all rows, and where nothing must be computed a carry is free to make them hold.

    Why a digest is the stream's: a message begun here is finished, so it gives one digest and consumes chunks 0
    to 4 n - 1 of its name once each, only the last with `ends`. Where one digest is received under a name, one
    message here bears it; what the padding sends under it is then one message too, whole, and the bytes which
    that receives are all that were sent.
    """

    max_log_height = 21
    fresh: C = flag()
    more: C = flag()
    done: C = flag()
    rounds: Cells[C] = flags(ROUND_ROWS)
    a: Cells[C] = flags(ROUNDS * WORD)
    e: Cells[C] = flags(ROUNDS * WORD)
    w: Cells[C] = flags(ROUNDS * WORD)
    # W[t-16] + s0(W[t-15]) on its way down three rows, W[t-7] joining on the last step; two limbs a word.
    first_sum: Cells[C] = cells(2 * ROUNDS)
    second_sum: Cells[C] = cells(2 * ROUNDS)
    third_sum: Cells[C] = cells(2 * ROUNDS)
    # The limbs of the chaining value before the block.
    chaining: Cells[C] = cells(2 * STATE)
    a_carry: Cells[C] = cells(2 * 2 * ROUNDS)
    e_carry: Cells[C] = cells(3 * 2 * ROUNDS)
    w_carry: Cells[C] = cells(2 * 2 * ROUNDS)
    source: C = cell()
    message: C = cell()
    chunk: C = cell()
    ends: C = cell()

    def rules(self, air: Air[C], below: "Sha256[C]") -> None:
        self._sequence(air, below)
        self._carries(air)
        with air.between_rows():
            self._round(air, below)
            self._schedule(air, below)
        self._chaining(air, below)
        self._names(air, below)
        value = [byte for index in range(ROUNDS) for byte in _bytes(_word(self.w, index))]
        # At most once: the flags of a row add up to one, by the first rule of `_sequence`.
        air.receive(
            HashChunk(self.source, self.message, self.chunk, self.ends, value),
            times=_total(self.rounds[:MESSAGE_ROWS]),
            at_most=1,
        )
        digest = [byte for word in self._state() for byte in _bytes(word)]
        air.send(HashDigest(self.source, self.message, digest), when=self.done)

    def _state(self) -> list[Bits[C]]:
        """The words a to h as this row leaves them."""
        latest_first = range(ROUNDS - 1, -1, -1)
        return [_word(words, index) for words in (self.a, self.e) for index in latest_first]

    def _chaining_carries(self) -> list[C]:
        """Carries of the additions after a block, in cells of E's carries that no round needs there."""
        return [self.e_carry[3 * at + bit] for at in range(2 * ROUNDS) for bit in (1, 2)]

    def _sequence(self, air: Air[C], below: "Sha256[C]") -> None:
        air.equal(self.fresh + self.more + self.done + _total(self.rounds), 1)
        with air.first_row():
            air.equal(self.fresh, 1)
        with air.last_row():
            # Soundness: a message begun is finished, else its chunks would be consumed without a digest.
            air.equal(self.fresh + self.done, 1)
        with air.between_rows():
            for after, before in zip(below.rounds[1:], self.rounds, strict=False):
                air.equal(after, before)
            air.zero(below.rounds[0] * (1 - self.fresh - self.more))
            air.zero(self.more * (1 - below.rounds[0]))
            air.equal(below.more + below.done, self.rounds[-1])
            air.zero(self.rounds[-1] * (below.done - self.ends))

    def _carries(self, air: Air[C]) -> None:
        in_round = _total(self.rounds)
        for carry in (*self.a_carry, *self.e_carry):
            air.zero(in_round * carry * (carry - 1))
        for carry in self.w_carry:
            air.zero(_total(self.rounds[MESSAGE_ROWS:]) * carry * (carry - 1))
        for carry in self._chaining_carries():
            air.zero((self.more + self.done) * carry * (carry - 1))
        with air.first_row():
            for carry in (*self.a_carry, *self.e_carry, *self.w_carry):
                air.zero(carry)

    def _round(self, air: Air[C], below: "Sha256[C]") -> None:
        a = [_word(row.a, index) for row in (self, below) for index in range(ROUNDS)]
        e = [_word(row.e, index) for row in (self, below) for index in range(ROUNDS)]
        for index in range(ROUNDS):
            one = _sigma(e[index + 3], 6, 11, 25)
            choice = _bitwise(_choose, e[index + 3], e[index + 2], e[index + 1])
            zero = _sigma(a[index + 3], 2, 13, 22)
            majority = _bitwise(_majority, a[index + 3], a[index + 2], a[index + 1])
            a_in: C | int = 0
            e_in: C | int = 0
            for limb in (0, 1):
                at = 2 * index + limb
                constants = [value >> LIMB * limb & LIMB_MASK for value in CONSTANTS[index::ROUNDS]]
                constant = _total([flag * value for flag, value in zip(below.rounds, constants, strict=True)])
                e_out = _weighted(below.e_carry[3 * at : 3 * at + 3])
                d, e_new = _limb(a[index], limb), _limb(e[index + 4], limb)
                total = d + _limb(e[index], limb) + _limb(one, limb) + _limb(choice, limb)
                total = total + constant + _limb(_word(below.w, index), limb)
                air.equal(total + e_in, e_new + e_out * (1 << LIMB))
                # From -1 to 2, since d is taken away from what was just computed with it.
                a_out = _weighted(below.a_carry[2 * at : 2 * at + 2]) - 1
                total = e_new - d + _limb(zero, limb) + _limb(majority, limb)
                air.equal(total + a_in, _limb(a[index + 4], limb) + a_out * (1 << LIMB))
                a_in, e_in = a_out, e_out

    def _schedule(self, air: Air[C], below: "Sha256[C]") -> None:
        w = [_word(row.w, index) for row in (self, below) for index in range(ROUNDS)]
        for index in range(ROUNDS):
            zero = _sigma(w[index + 1], 7, 18, -3)
            one = _sigma(w[index + 2], 17, 19, -10)
            carried: C | int = 0
            for limb in (0, 1):
                at = 2 * index + limb
                air.equal(below.first_sum[at], _limb(w[index], limb) + _limb(zero, limb))
                air.equal(below.second_sum[at], self.first_sum[at])
                air.equal(below.third_sum[at], self.second_sum[at] + _limb(w[index + 1], limb))
                out = _weighted(below.w_carry[2 * at : 2 * at + 2])
                total = self.third_sum[at] + _limb(one, limb) + carried
                air.equal(total, _limb(w[index + 4], limb) + out * (1 << LIMB))
                carried = out

    def _chaining(self, air: Air[C], below: "Sha256[C]") -> None:
        holds = self.fresh + self.more + self.done
        limbs = [_limb(word, limb) for word in self._state() for limb in (0, 1)]
        initial = [value >> LIMB * limb & LIMB_MASK for value in INITIAL for limb in (0, 1)]
        for limb, constant, kept in zip(limbs, initial, self.chaining, strict=True):
            air.zero(self.fresh * (limb - constant))
            air.zero(holds * (kept - limb))
        with air.between_rows():
            after_block = below.more + below.done
            carries = below._chaining_carries()
            for index, kept in enumerate(self.chaining):
                air.zero(_total(below.rounds) * (below.chaining[index] - kept))
                # Two limbs a word: the lower one's carry goes into the upper one, whose own carry is lost.
                carried = carries[index - 1] if index % 2 else 0
                total = kept + limbs[index] + carried
                air.zero(after_block * (total - below.chaining[index] - carries[index] * (1 << LIMB)))

    def _names(self, air: Air[C], below: "Sha256[C]") -> None:
        for unused in (self.source, self.message, self.chunk):
            air.zero(self.fresh * unused)
        air.zero((self.fresh + self.more + self.done) * self.ends)
        with air.between_rows():
            # Between two fresh rows this is -1, where both names are zero.
            same = 1 - self.fresh - below.fresh
            air.zero(same * (below.source - self.source))
            air.zero(same * (below.message - self.message))
            counted = _total(self.rounds[:MESSAGE_ROWS])
            air.zero((1 - below.fresh) * (below.chunk - self.chunk - counted))
            # The chunk's own `ends`, received on the last message row, holds for the rest of the block.
            air.zero(_total(below.rounds[MESSAGE_ROWS:]) * (below.ends - self.ends))
