"""Every constraint on the ladder is needed: a lie tells of each what no other rule of the table would notice.

Most of them change one cell and settle the relations that read it: these hold again modulo the field's characteristic,
by values that their quotients and carries may not have. Only the ranges then find the lie, which are interactions.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from circuits.gadgets.modular import (
    CARRIES,
    CARRY_OFFSET,
    HALVES,
    LIMBS,
    PAIR_BASE,
    PAIRS,
    differences,
    paired,
    prime_multiple,
    product,
    relation,
    sums,
)
from circuits.gadgets.secp256k1 import PRIME
from circuits.tables.secp256k1_ladder import BYTE, RELATIONS, STEPS, Secp256k1Ladder
from tests.adversarial.needed import RegisteredLie, unneeded
from tests.adversarial.reviewed import Implied
from tests.adversarial.sweep import sweep
from tests.recovery import program
from tests.secp256k1.test_nothing_floats import witness
from verifier.field import P

MOST_ROWS = 48
DOWN = pow(PAIR_BASE, -1, P)
UNUSED = ("number", "start", "first", "second", "x", "addend_x", "addend_y")
"""What is zero on idle rows, in the order of the rules."""

BYTES = ("x", "slope", "sum_x", "slopes")
"""What is bytes, in the order of the lookups."""


def pairs_of(trace: Any, row: int, index: int) -> list[int]:
    """What has to vanish up to carries in one relation of a row."""
    here = {name: getattr(trace, name)[row].tolist() for name in (*BYTES, "y", "addend_x", "addend_y")}
    below = {name: getattr(trace, name)[row + 1].tolist() for name in ("x", "y")}
    sign = 1 - 2 * int(trace.flips[row])
    x, y = here["x"], [sign * limb for limb in here["y"]]
    below_sign = 1 - 2 * int(trace.flips[row + 1])
    assert below_sign == 1 or row % STEPS == STEPS - 1, "only a first row flips"
    second_slope = differences(here["slopes"], here["slope"])
    x_sums = sums(paired(x), paired(here["sum_x"]))
    factors, linear = (
        ((here["slope"], differences(here["addend_x"], x)), differences(y, here["addend_y"])),
        ((here["slope"], here["slope"]), [-pair for pair in sums(x_sums, paired(here["addend_x"]))]),
        ((here["slopes"], differences(x, here["sum_x"])), [-2 * limb for limb in y]),
        ((second_slope, second_slope), [-pair for pair in sums(x_sums, paired(below["x"]))]),
        ((second_slope, differences(x, below["x"])), [-limb for limb in sums(y, below["y"])]),
    )[index]
    quotient = trace.quotients[row, HALVES * index : HALVES * (index + 1)].tolist()
    return relation(product(*factors), linear, prime_multiple(quotient, int(trace.negative[row, index])))


def settle(trace: Any, row: int, indices: Sequence[int] = range(RELATIONS)) -> None:
    """Make relations of a row hold in the field, with a first limb of the quotient and carries in no range."""
    for index in indices:
        total = sum(pair * pow(PAIR_BASE, k, P) for k, pair in enumerate(pairs_of(trace, row, index)))
        first = HALVES * index
        # A quotient larger by 1 takes the prime from the total.
        trace.quotients[row, first] = (int(trace.quotients[row, first]) + total * pow(PRIME, -1, P)) % P
        carry_up(trace, row, index, CARRIES)


def carry_up(trace: Any, row: int, index: int, until: int) -> None:
    """Carries as the pairs below `until` make them from the first on, and those from there on from the last back."""
    pairs = pairs_of(trace, row, index)
    carries = [0] * CARRIES
    for k in range(until):
        carries[k] = (pairs[k] + (carries[k - 1] if k else 0)) * DOWN
    for k in reversed(range(until, CARRIES)):
        carries[k] = (carries[k + 1] if k + 1 < CARRIES else 0) * PAIR_BASE - pairs[k + 1]
    found = [(carry + CARRY_OFFSET) % P for carry in carries]
    trace.carries[row, CARRIES * index : CARRIES * (index + 1)] = found


def idle_block(trace: Any) -> int:
    """The first row of a block without a ladder."""
    return int(np.flatnonzero(trace.live[::STEPS] == 0)[0]) * STEPS


def increase(cells: Any, at: Any) -> None:
    """Add 1."""
    cells[at] = (int(cells[at]) + 1) % P


def one_pair_is_left(trace: Any, number: int) -> None:
    """A relation is not zero, and carries from both sides leave that to the pair of this number."""
    index, pair = divmod(number, PAIRS)
    increase(trace.quotients, (0, HALVES * index))
    carry_up(trace, 0, index, pair)


def unused_is_used(trace: Any, number: int) -> None:
    """A cell of an idle row is 1; a digit where its byte ends, and what a block has in common on all of its rows."""
    begins = idle_block(trace)
    for name in UNUSED:
        cells = getattr(trace, name).reshape(len(trace.matrix), -1)
        if number < cells.shape[1]:
            break
        number -= cells.shape[1]
    if name == "number":
        trace.number[begins : begins + STEPS] = 1
    elif name in ("first", "second"):
        row = begins + BYTE - 1
        trace.matrix[row, Secp256k1Ladder.layout()[name][0]] = 1
        trace.matrix[row, Secp256k1Ladder.layout()[f"{name}_byte"][0]] = 1
    else:
        # The last relations of the row above are not stated: it ends its block.
        cells[begins, number] = 1
        trace.flips[begins] = 1 - trace.start[begins]
        settle(trace, begins)


def live_twice(trace: Any, number: int) -> None:
    """A block counts twice."""
    begins = idle_block(trace)
    trace.live[begins : begins + STEPS] = 2


def digit_is_two(name: str) -> Callable[[Any, int], None]:
    """A digit is 2, where its byte ends."""

    def change(trace: Any, number: int) -> None:
        byte = getattr(trace, f"{name}_byte")
        byte[BYTE - 1] = int(byte[BYTE - 1]) + 2 - int(getattr(trace, name)[BYTE - 1])
        getattr(trace, name)[BYTE - 1] = 2

    return change


def negative_is_two(trace: Any, number: int) -> None:
    """A quotient is less twice 2^256."""
    trace.negative[0, number] = 2
    settle(trace, 0, [number])


def another_quotient(trace: Any, index: int, limb: int) -> None:
    """A limb of a quotient is larger by 1, and the first makes up for it."""
    increase(trace.quotients, (0, HALVES * index + limb))
    settle(trace, 0, [index])


def another_limb_of_a_quotient(trace: Any, number: int) -> None:
    """Changes this one, which if it is the first another one must answer for."""
    index, limb = divmod(number, HALVES)
    another_quotient(trace, index, max(limb, 1))


def another_carry(trace: Any, number: int) -> None:
    """Between the first limb of a quotient and its last, carries take all of the difference up."""
    another_quotient(trace, number // CARRIES, HALVES - 1)


def another_y(trace: Any, number: int) -> None:
    """The point of a first row, to which no row above leads."""
    increase(trace.y, (0, number))
    settle(trace, 0)


def another_byte(trace: Any, number: int) -> None:
    """One of a pair, on a first row."""
    value, pair = divmod(number, LIMBS // 2)
    increase(getattr(trace, BYTES[value]), (0, 2 * pair))
    settle(trace, 0)


def another_signature(trace: Any, number: int) -> None:
    """All that a block says it says of another signature."""
    trace.number[:STEPS] = int(trace.number[0]) + 1


def lie(text: str, change: Callable[[Any, int], None]) -> RegisteredLie:
    """A lie about ladders."""
    return RegisteredLie(Secp256k1Ladder, text, change)


LIES = [
    lie("air.zero((pair + carried - carry * PAIR_BASE) * gate)", one_pair_is_left),
    lie("air.zero((1 - self.live) * unused)", unused_is_used),
    lie("live: C = flag()", live_twice),
    lie("first: C = flag()", digit_is_two("first")),
    lie("second: C = flag()", digit_is_two("second")),
    lie("negative: Cells[C] = flags(RELATIONS)", negative_is_two),
    lie("quotients: Cells[C] = ranged(PAIR_BITS, RELATIONS * HALVES)", another_limb_of_a_quotient),
    lie("carries: Cells[C] = ranged(CARRY_BITS, RELATIONS * CARRIES)", another_carry),
    lie("y: Cells[C] = ranged(PAIR_BITS, HALVES)", another_y),
    lie("air.lookup(BytePair(first, second))", another_byte),
    *(
        lie(text, another_signature)
        for text in (
            "air.lookup( Multiple(self.number, 2 * self.first + self.second, self.addend_x, self.addend_y), "
            "when=self.live )",
            "air.lookup(Multiple(self.number, self.start + MINUS_TWO_W, self.x, y), when=self.begins * self.live)",
            "air.send(LadderStart(self.number, self.start), when=self.begins * self.live)",
            "air.send( LadderDigits(self.number, self.place, self.first_byte, self.second_byte), "
            "when=self.byte_ends * self.live, )",
            "air.send( LadderEnd(self.number, self.x, self.y, self.addend_x, self.addend_y), "
            "when=(1 - self.inside) * self.live, )",
        )
    ),
]
EACH_OTHER = (
    "on a first row `flips` is 1 - `start`, on the others both are 0: each is a flag because the other is"
)
IMPLIED = [
    Implied(Secp256k1Ladder, "start: C = flag()", EACH_OTHER),
    Implied(Secp256k1Ladder, "flips: C = flag()", EACH_OTHER),
]


def test_every_constraint_is_needed() -> None:
    (attacked,) = (each for each in witness().present() if each.form.name == Secp256k1Ladder.name)
    generator = np.random.default_rng(1)
    found = [sweep(attacked, MOST_ROWS, generator)]
    complaints = unneeded(program(), found, IMPLIED, LIES, generator)
    assert not complaints, "\n".join(complaints)
