"""Poseidon2 in compression mode: two digests of eight elements in, one out."""

from circuits.dsl import Air, Bus, C, Cells, Table, cell, cells
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


class Compress(Bus[C]):
    """`digest` is the first half of P(x) + x for x = left | right; looked up by whoever needs it."""

    name = "poseidon2.compress"
    left: Cells[C] = cells(DIGEST)
    right: Cells[C] = cells(DIGEST)
    digest: Cells[C] = cells(DIGEST)


class Poseidon2(Table[C]):
    """One compression a row, each true by its rules, whatever it is asked for.

    `first` and `middle` are the states behind the full rounds, `cubes` what the S-box makes in the partial ones;
    everything between is linear in these. Of the last state only the half that is the digest is needed.
    """

    max_log_height = 20
    left: Cells[C] = cells(DIGEST)
    right: Cells[C] = cells(DIGEST)
    first: Cells[C] = cells(FULL_ROUNDS * WIDTH)
    cubes: Cells[C] = cells(PARTIAL_ROUNDS)
    middle: Cells[C] = cells((FULL_ROUNDS - 1) * WIDTH)
    digest: Cells[C] = cells(DIGEST)
    asked: C = cell()

    def rules(self, air: Air[C], below: "Poseidon2[C]") -> None:
        state = outer_layer([*self.left, *self.right])
        for number, constants in enumerate(FIRST_CONSTANTS):
            state = self._full_round(air, state, constants, self.first[WIDTH * number : WIDTH * (number + 1)])
        for cubed, constant in zip(self.cubes, PARTIAL_CONSTANTS, strict=True):
            air.equal(cubed, cube(state[0] + constant))
            state = inner_layer([cubed, *state[1:]])
        *middle, last = LAST_CONSTANTS
        for number, constants in enumerate(middle):
            state = self._full_round(
                air, state, constants, self.middle[WIDTH * number : WIDTH * (number + 1)]
            )
        mixed = outer_layer([cube(value + constant) for value, constant in zip(state, last, strict=True)])
        for value, same, result in zip(mixed[:DIGEST], self.left, self.digest, strict=True):
            air.equal(result, value + same)
        air.provide(Compress(self.left, self.right, self.digest), times=self.asked)

    def _full_round(
        self, air: Air[C], state: Cells[C], constants: tuple[int, ...], after: Cells[C]
    ) -> list[C]:
        cubes = [cube(value + constant) for value, constant in zip(state, constants, strict=True)]
        for value, result in zip(outer_layer(cubes), after, strict=True):
            air.equal(result, value)
        return list(after)
