"""Poseidon2 over KoalaBear, width 16 (Grassi, Khovratovich, Schofnegger, eprint 2023/323): its parameters and layers.

The instance is that of Plonky3's `p3-koala-bear` 0.8: S-box x^3, 4 + 4 full and 20 partial rounds, the 4x4 matrix
circ(2, 3, 1, 1) in the outer layer. Round constants follow from these numbers by the Grain generator (appendix E of
the Poseidon paper, eprint 2019/458); the diagonal of the inner layer is Plonky3's, chosen for quick arithmetic.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from circuits.dsl import C, Cells
from verifier.field import P

WIDTH = 16
DIGEST = 8
FULL_ROUNDS = 4
"""Before the partial rounds, and as many behind them."""

PARTIAL_ROUNDS = 20
BLOCK = 4
FIELD_BITS = 31


def _grain() -> Iterator[int]:
    """Bits of the shrinking generator, seeded with field, S-box, bits, width and numbers of rounds."""
    seed = ((1, 2), (0, 4), (FIELD_BITS, 12), (WIDTH, 12), (2 * FULL_ROUNDS, 10), (PARTIAL_ROUNDS, 10))
    bits = [int(bit) for value, width in seed for bit in f"{value:0{width}b}"] + [1] * 30

    def clock() -> int:
        bits.append(bits[0] ^ bits[13] ^ bits[23] ^ bits[38] ^ bits[51] ^ bits[62])
        del bits[0]
        return bits[-1]

    for _ in range(160):
        clock()
    while True:
        taken, bit = clock(), clock()
        if taken:
            yield bit


def _constants() -> Iterator[int]:
    bits = _grain()
    while True:
        value = int("".join(map(str, islice(bits, FIELD_BITS))), 2)
        if value < P:
            yield value


_drawn = _constants()
FIRST_CONSTANTS = tuple(tuple(islice(_drawn, WIDTH)) for _ in range(FULL_ROUNDS))
PARTIAL_CONSTANTS = tuple(islice(_drawn, PARTIAL_ROUNDS))
LAST_CONSTANTS = tuple(tuple(islice(_drawn, WIDTH)) for _ in range(FULL_ROUNDS))


def _fraction(exponent: int) -> int:
    return pow(1 << exponent, -1, P)


DIAGONAL = tuple(
    value % P
    for value in (
        *(-2, 1, 2, _fraction(1), 3, 4, -_fraction(1), -3, -4),
        *(_fraction(8), _fraction(3), _fraction(24)),
        *(-_fraction(8), -_fraction(3), -_fraction(4), -_fraction(24)),
    )
)
"""What the inner layer adds to a matrix of ones."""


def _total(values: Sequence[C]) -> C:
    return sum(values[1:], values[0])


def outer_layer(state: Cells[C]) -> list[C]:
    """The linear layer of full rounds, also applied before the first: circ(2M, M, M, M), M = circ(2, 3, 1, 1)."""
    mixed: list[C] = []
    for at in range(0, WIDTH, BLOCK):
        block = state[at : at + BLOCK]
        total = _total(block)
        for index, value in enumerate(block):
            following = block[(index + 1) % BLOCK]
            mixed.append(total + value + following + following)
    sums = [_total(mixed[index::BLOCK]) for index in range(BLOCK)]
    return [value + sums[index % BLOCK] for index, value in enumerate(mixed)]


def inner_layer(state: Cells[C]) -> list[C]:
    """The linear layer of partial rounds."""
    total = _total(state)
    return [total + value * factor for value, factor in zip(state, DIAGONAL, strict=True)]


def cube(value: C) -> C:
    """The S-box."""
    return value * value * value


def compress(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...]:
    """The digest of two digests, in integers: the first half of P(x) + x (the paper's compression mode)."""
    inputs = [*left, *right]
    state = _reduced(outer_layer(inputs))
    for constants in FIRST_CONSTANTS:
        state = _full_round(state, constants)
    for constant in PARTIAL_CONSTANTS:
        state = _reduced(inner_layer([cube(state[0] + constant), *state[1:]]))
    for constants in LAST_CONSTANTS:
        state = _full_round(state, constants)
    return tuple((value + same) % P for value, same in zip(state[:DIGEST], left, strict=True))


def _full_round(state: Sequence[int], constants: Sequence[int]) -> list[int]:
    return _reduced(outer_layer([cube(a + b) for a, b in zip(state, constants, strict=True)]))


def _reduced(values: Sequence[int]) -> list[int]:
    return [value % P for value in values]
