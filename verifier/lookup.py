"""The lookup constraints at the opened point, and the balance of all buses (docs/protocol.md, Lookups).

(2) d(v) = alpha - (id + sum_k beta^k v_k)      (3) f·d1·d2 = ±m1·d2 ± m2·d1
(4) s = 0 first;  s' = s + sum f between;  s + sum f = S last      (5) sum_t S_t + boundary ±1/d = 0
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifier.errors import Rejected
from verifier.field import ONE, ZERO, Extension, add, embed, inverse, multiply, scale, subtract
from verifier.program import Program, Selector
from verifier.table import Interaction, Table, lookup_columns


@dataclass(frozen=True)
class Challenges:
    """alpha and the powers beta^1, beta^2, ... up to the longest message."""

    alpha: Extension
    beta_powers: tuple[Extension, ...]

    @staticmethod
    def of(program: Program, alpha: Extension, beta: Extension) -> "Challenges":
        """Challenges with as many powers as the program's longest bus needs."""
        powers = [beta]
        for _ in range(max((bus.length for bus in program.buses), default=0)):
            powers.append(multiply(powers[-1], beta))
        return Challenges(alpha, tuple(powers))

    def denominator(self, bus: int, message: Sequence[Extension]) -> Extension:
        """d(v) of a message on a bus."""
        total = embed(bus)
        for value, weight in zip(message, self.beta_powers, strict=False):
            total = add(total, multiply(value, weight))
        return subtract(self.alpha, total)

    def public_denominator(self, bus: int, message: Sequence[int]) -> Extension:
        """d(v) of a message of base field elements."""
        total = embed(bus)
        for value, weight in zip(message, self.beta_powers, strict=False):
            total = add(total, scale(weight, value))
        return subtract(self.alpha, total)


def check_balance(
    program: Program,
    statement: bytes,
    seed: bytes | None,
    challenges: Challenges,
    sums: Sequence[Extension],
) -> None:
    """Raise `Rejected` unless everything sent is received, the verifier's own messages included."""
    total = ZERO
    for value in sums:
        total = add(total, value)
    for boundary in program.boundaries:
        denominator = challenges.public_denominator(boundary.bus, boundary.message(statement, seed))
        if denominator == ZERO:
            raise Rejected("a boundary message meets the lookup challenge")
        term = inverse(denominator)
        total = add(total, term) if boundary.sign == 1 else subtract(total, term)
    # Soundness: the public inputs enter here and nowhere else.
    if total != ZERO:
        raise Rejected("the buses do not balance: something sent is not received, or the statement differs")


def constraints(
    table: Table,
    values: Sequence[Extension],
    columns: Sequence[Extension],
    below: Extension,
    total: Extension,
    challenges: Challenges,
) -> list[tuple[Selector, Extension]]:
    """The lookup constraints of one table at the opened point, in the order in which gamma folds them.

    `values` are the table's nodes, `columns` the fractions and then the running sum, `below` the running sum
    at the next row, `total` the table's sum.
    """

    def parts(interaction: Interaction) -> tuple[Extension, Extension]:
        message = [values[node] for node in interaction.message]
        times = values[interaction.multiplicity]
        signed = times if interaction.sign == 1 else subtract(ZERO, times)
        return signed, challenges.denominator(interaction.bus, message)

    found: list[tuple[Selector, Extension]] = []
    increase = ZERO
    *fractions, running = columns
    for fraction, members in zip(fractions, lookup_columns(table), strict=True):
        times, denominator = parts(table.interactions[members[0]])
        if len(members) == 2:
            other_times, other = parts(table.interactions[members[1]])
            times = add(multiply(times, other), multiply(other_times, denominator))
            denominator = multiply(denominator, other)
        found.append((Selector.EVERY, subtract(multiply(fraction, denominator), times)))
        increase = add(increase, fraction)
    after = add(running, increase)
    return [
        *found,
        (Selector.FIRST, running),
        (Selector.BETWEEN, subtract(below, after)),
        (Selector.LAST, subtract(after, total)),
    ]


def fold(
    constraints_of_table: Sequence[tuple[Selector, Extension]],
    selectors: Callable[[Selector], Extension],
    gamma: Extension,
) -> Extension:
    """sum_i gamma^i · selector_i · constraint_i."""
    total, weight = ZERO, ONE
    for selector, value in constraints_of_table:
        total = add(total, multiply(weight, multiply(value, selectors(selector))))
        weight = multiply(weight, gamma)
    return total
