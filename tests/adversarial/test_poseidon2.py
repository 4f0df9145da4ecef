"""Every constraint on Poseidon2 is needed: each fixes one cell, so a lie changes it and computes on from there."""

from functools import cache
from typing import Any

import numpy as np

from circuits.dsl import compile_program
from circuits.gadgets.poseidon2 import (
    DIGEST,
    FIRST_CONSTANTS,
    FULL_ROUNDS,
    LAST_CONSTANTS,
    PARTIAL_CONSTANTS,
    PARTIAL_ROUNDS,
    WIDTH,
    cube,
    inner_layer,
    outer_layer,
)
from circuits.tables.poseidon2 import Poseidon2
from prover.witness.poseidon2 import fill_compressions
from tests.adversarial.campaign import Campaign
from tests.adversarial.needed import RegisteredLie
from tests.adversarial.witness import Witness
from verifier.field import P

ROUND, PARTIAL, LAST = (
    "air.equal(result, value)",
    "air.equal(cubed, cube(state[0] + constant))",
    "air.equal(result, value + same)",
)
BEFORE_PARTIAL = FULL_ROUNDS * WIDTH
BEFORE_LAST = BEFORE_PARTIAL + PARTIAL_ROUNDS + (FULL_ROUNDS - 1) * WIDTH


class Wrong:
    """Computes the cells of one compression in the order of its rules, one of them too large by 1."""

    def __init__(self, wrong: int) -> None:
        self.wrong = wrong
        self.cells: list[int] = []

    def settle(self, values: list[int]) -> list[int]:
        """The cells with these values."""
        first = len(self.cells)
        self.cells += [(value + (first + at == self.wrong)) % P for at, value in enumerate(values)]
        return self.cells[first:]

    def tell(self, trace: Any) -> None:
        """Put the cells in the first row."""
        given = trace.matrix[0, :WIDTH].tolist()
        state = outer_layer(given)
        for constants in FIRST_CONSTANTS:
            state = self.settle(full_round(state, constants))
        for constant in PARTIAL_CONSTANTS:
            (cubed,) = self.settle([cube(state[0] + constant)])
            state = inner_layer([cubed, *state[1:]])
        *middle, last = LAST_CONSTANTS
        for constants in middle:
            state = self.settle(full_round(state, constants))
        mixed = full_round(state, last)
        self.settle([value + same for value, same in zip(mixed[:DIGEST], given[:DIGEST], strict=True)])
        trace.matrix[0, WIDTH : WIDTH + len(self.cells)] = self.cells


def full_round(state: list[int], constants: tuple[int, ...]) -> list[int]:
    """The state behind a full round."""
    return list(
        outer_layer([cube(value + constant) for value, constant in zip(state, constants, strict=True)])
    )


def round_lie(trace: Any, number: int) -> None:
    """A lie about a cell behind a full round."""
    Wrong(number if number < BEFORE_PARTIAL else number + PARTIAL_ROUNDS).tell(trace)


def partial_lie(trace: Any, number: int) -> None:
    """A lie about a cell of a partial round."""
    Wrong(BEFORE_PARTIAL + number).tell(trace)


def last_lie(trace: Any, number: int) -> None:
    """A lie about a cell of the digest."""
    Wrong(BEFORE_LAST + number).tell(trace)


LIES = [
    RegisteredLie(Poseidon2, ROUND, round_lie),
    RegisteredLie(Poseidon2, PARTIAL, partial_lie),
    RegisteredLie(Poseidon2, LAST, last_lie),
]


@cache
def campaign() -> Campaign:
    """Two compressions that nobody asks for."""
    inputs = np.arange(2 * WIDTH, dtype=np.uint32).reshape(2, WIDTH)
    trace = fill_compressions(inputs, np.zeros(2, dtype=np.int64))
    compiled = compile_program("tests.adversarial.poseidon2", [Poseidon2])
    return Campaign([Witness(compiled, {Poseidon2.name: trace}, b"")])


def test_every_constraint_is_needed() -> None:
    assert campaign().unneeded(Poseidon2, lies=LIES) == []
