"""The tables of SHA-256: every cell changed is caught, every rule deleted is missed."""

import random

import numpy as np
import pytest

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.tables.hash_buses import HashChunk
from circuits.tables.parts import Parts
from circuits.tables.sha256 import LIMB, LIMB_MASK, ROUNDS, WORD, Sha256
from circuits.tables.sha256_padding import Sha256Padding
from tests.adversarial.campaign import Campaign
from tests.adversarial.needed import RegisteredLie
from tests.adversarial.reviewed import Implied, Unasked
from tests.adversarial.witness import Witness
from tests.hashing import program, traces_of
from verifier.field import P

TABLES = (Parts, Sha256Padding, Sha256)
LENGTHS = (0, 1, 55, 56, 64, 70, 119)
"""Messages that end in every way: empty, just fitting, just not, at a block's end, behind it."""

FRACTION = 2**15 - 2**8
"""-1 / 2^16 modulo P."""

COUNTED = "one of the flags that add up to a flag, and each of the others follows from the row above"
NO_CHUNK = "a row that is not live has chunk 0, and the chunk above it would have to be -1"
IMPLIED = [
    Implied(Sha256, "fresh: C = flag()", COUNTED),
    Implied(Sha256Padding, "part: Cells[C] = flags(BLOCK_ROWS)", COUNTED),
    Implied(Sha256Padding, "air.boolean(live)", f"parts are flags; where two are 1, {NO_CHUNK}"),
    Implied(Sha256Padding, "air.zero((self.part[-1] - self.ends) * (1 - below.part[0]))", NO_CHUNK),
]


UNASKED = [Unasked(Sha256Padding, HashChunk, "an empty message; somebody must want its digest")]


def carry_is_a_fraction(trace: Trace, limb: int) -> None:
    """Change a limb of a digest's word by one, as if its addition carried a fraction: 1 / 2^16 more or less.

    Modulo P, -1 / 2^16 is the integer 32512. So if it is the lower limb, the upper one differs by that much, and all
    its bits are bits.
    """
    row = int(np.flatnonzero(trace.done)[-1])
    word, upper = divmod(limb, 2)
    limbs = trace.chaining[row, 2 * word : 2 * word + 2]
    carries = trace.e_carry[row, 3 * word + 1 : 3 * word + 3]
    low, high = limbs.tolist()
    low_carry, high_carry = carries.tolist()
    if upper:
        high ^= 1
    else:
        # Whether the upper limbs' sum overflowed decides which way leaves room for a carry of 0 or 1.
        step = -1 if high_carry else 1
        low, high = low + step, (high + step * FRACTION) & LIMB_MASK
    carried = (int(limbs[0]) - low) * pow(1 << LIMB, -1, P)
    carries[:] = [
        (low_carry + carried) % P,
        (high_carry + (carried + int(limbs[1]) - high) * pow(1 << LIMB, -1, P)) % P,
    ]
    limbs[:] = low, high
    words = (trace.a, trace.e)[word // ROUNDS][row].reshape(ROUNDS, WORD)
    words[ROUNDS - 1 - word % ROUNDS] = [(high << LIMB | low) >> index & 1 for index in range(WORD)]


CARRIES = "air.zero((self.more + self.done) * carry * (carry - 1))"
LIES = [RegisteredLie(Sha256, CARRIES, carry_is_a_fraction)]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    generator = random.Random(3)
    messages = [generator.randbytes(length) for length in LENGTHS]
    return Campaign([Witness(program(), traces_of(messages), b"")], TABLES)


def test_no_cell_floats(campaign: Campaign) -> None:
    complaints = campaign.floating()
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_is_needed(campaign: Campaign, table: AnyTable) -> None:
    complaints = campaign.unneeded(table, IMPLIED, LIES)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_nothing_is_said_unasked(campaign: Campaign, table: AnyTable) -> None:
    complaints = campaign.unasked(table, UNASKED)
    assert not complaints, "\n".join(complaints)
