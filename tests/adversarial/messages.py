"""What a row adds to the ledger, as a sum in which unequal messages do not cancel.

A message counts as its multiplicity times a hash of its fields, in the field and in two independent lanes. The
sums of two collections of messages are equal if the collections are, otherwise with a chance of about 2^-60.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.columns import Column
from tests.adversarial.graph import canonical
from tests.adversarial.witness import Integers
from verifier.field import P
from verifier.program import Interaction

Words = NDArray[np.uint64]

SEED = 5
LANES = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)
"""What is added before mixing; any two constants would do."""


@cache
def _coefficients(length: int) -> Words:
    drawn = np.random.default_rng(SEED).integers(1 << 63, size=length, dtype=np.uint64)
    return drawn * np.uint64(2) + np.uint64(1)


def linear_hash(fields: Sequence[Column], rows: int) -> Words:
    """A linear combination modulo 2^64 of a message's fields, shape (rows, 1)."""
    found = np.zeros((rows, 1), dtype=np.uint64)
    for coefficient, field in zip(_coefficients(len(fields)), fields, strict=True):
        found += coefficient * np.atleast_1d(canonical(field)).astype(np.uint64)
    return found


def rehashed(
    interaction: Interaction, honest: Words, values: Sequence[Column], changed: Mapping[int, Column]
) -> Words:
    """The linear hash after nodes changed, from the honest one and the honest values of all nodes."""
    found = honest
    coefficients = _coefficients(len(interaction.message))
    for coefficient, node in zip(coefficients, interaction.message, strict=True):
        if node in changed:
            difference = canonical(changed[node]) - canonical(values[node])
            found = found + coefficient * difference.astype(np.uint64)
    return found


def entry(sign: int, times: Column, hashed: Words) -> Integers:
    """A message's place in the ledger: field elements of shape (lanes, ...)."""
    count = canonical(times)
    return np.stack([sign * (count * _mixed(hashed, lane) % P) for lane in LANES]) % P


def _mixed(hashed: Words, lane: int) -> Integers:
    """The finisher of splitmix64 (Steele, Lea, Flood 2014), reduced into the field."""
    word = hashed + np.uint64(lane)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> np.uint64(31))) % np.uint64(P)).astype(np.int64)
