"""Every constraint on secp256k1 but the ladder's is needed, or implied by others with its reason."""

from typing import Any

import numpy as np
import pytest

from circuits.dsl.compile import AnyTable
from circuits.gadgets.modular import CARRIES, CARRY_OFFSET, PAIR_BASE, multiple, product, relation
from circuits.tables.secp256k1_addition import Secp256k1Addition
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from tests.adversarial.needed import RegisteredLie, unneeded
from tests.adversarial.reviewed import Implied
from tests.adversarial.sweep import sweep
from tests.recovery import program
from tests.secp256k1.test_nothing_floats import witness
from verifier.field import P

MOST_ROWS = 48
DOWN = pow(PAIR_BASE, -1, P)
UNUSED = ("of_order", "left", "right", "linear")
"""What is zero on idle rows of relations, in the order of its rules."""


def pairs_of(trace: Any, row: int) -> list[int]:
    """What has to vanish up to carries."""
    left, right, linear, quotient = (
        getattr(trace, name)[row].tolist() for name in ("left", "right", "linear", "quotient")
    )
    multiples = multiple(quotient, int(trace.negative[row]), int(trace.of_order[row]))
    return relation(product(left, right), linear, multiples)


def settle(trace: Any, row: int) -> None:
    """Make the relation hold in the field, with a first limb of the quotient and carries in no range."""
    sums = []
    for limb in (0, 1):
        trace.quotient[row, 0] = limb
        sums.append(sum(pair * pow(PAIR_BASE, k, P) for k, pair in enumerate(pairs_of(trace, row))) % P)
    trace.quotient[row, 0] = sums[0] * pow(sums[0] - sums[1], -1, P) % P
    carried = 0
    for k, pair in enumerate(pairs_of(trace, row)[:CARRIES]):
        carried = (pair + carried) * DOWN % P
        trace.carries[row, k] = (carried + CARRY_OFFSET) % P


def idle_row(trace: Any) -> int:
    """A row without a relation."""
    return int(np.flatnonzero(trace.live == 0)[0])


def unused_is_used(trace: Any, number: int) -> None:
    """A cell of an idle row is 1, and the relation holds."""
    row = idle_row(trace)
    for name in UNUSED:
        cells = getattr(trace, name).reshape(len(trace.matrix), -1)
        if number < cells.shape[1]:
            cells[row, number] = 1
            break
        number -= cells.shape[1]
    settle(trace, row)


def one_pair_is_left(trace: Any, number: int) -> None:
    """The first pair is 1 too large, which carries hand on to the pair of this number."""
    trace.linear[0, 0] = (int(trace.linear[0, 0]) + 1) % P
    for k in range(number):
        trace.carries[0, k] = (int(trace.carries[0, k]) + pow(DOWN, k + 1, P)) % P


def is_two(name: str, *, idle: bool = False) -> Any:
    """A flag is 2, and the relation holds."""

    def change(trace: Any, number: int) -> None:
        row = idle_row(trace) if idle else 0
        getattr(trace, name)[row] = 2
        settle(trace, row)

    return change


def live_twice(trace: Any, number: int) -> None:
    """An idle row gives two reasons why its signature is out of range."""
    row = idle_row(trace)
    trace.live[row], trace.r_is_zero[row], trace.s_is_zero[row] = 2, 1, 1


LIES = [
    RegisteredLie(Secp256k1Signature, "live: C = flag()", live_twice),
    RegisteredLie(Secp256k1Relation, "air.zero((1 - self.live) * unused)", unused_is_used),
    RegisteredLie(
        Secp256k1Relation, "air.zero((pair + carried - carry * PAIR_BASE) * gate)", one_pair_is_left
    ),
    RegisteredLie(Secp256k1Relation, "negative: C = flag()", is_two("negative")),
    RegisteredLie(Secp256k1Relation, "of_order: C = flag()", is_two("of_order")),
    RegisteredLie(Secp256k1Relation, "live: C = flag()", is_two("live", idle=True)),
]
IMPLIED = [
    Implied(
        Secp256k1Signature,
        "in_range: C = flag()",
        "unless it is 1, the inverse of r is zero; then it is zero itself, as r times that is 1 or it is zero",
    ),
]


TABLES = (Secp256k1Signature, Secp256k1Addition, Secp256k1Relation, Secp256k1Unit, Secp256k1Comparison)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_is_needed(table: AnyTable) -> None:
    (attacked,) = (each for each in witness().present() if each.form.name == table.name)
    generator = np.random.default_rng(1)
    found = [sweep(attacked, MOST_ROWS, generator)]
    complaints = unneeded(program(), found, IMPLIED, LIES, generator)
    assert not complaints, "\n".join(complaints)
