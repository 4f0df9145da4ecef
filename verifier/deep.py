"""Batched openings: all opened values as a low-degree quotient per height class (docs/protocol.md, Batching).

(11) r_h(x) = sum_k theta^k (column_k(x) - opened_k) / (x - z_k)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.channel import Channel
from verifier.errors import Rejected
from verifier.field import (
    GENERATOR,
    ONE,
    ZERO,
    Extension,
    P,
    add,
    embed,
    inverses,
    multiply,
    root_of_unity,
    scale,
    subtract,
)
from verifier.fri import bit_reversed
from verifier.lanes import dot, pack, unpack
from verifier.merkle import multiproof_root, sibling_count
from verifier.shape import Matrix, Shape, Tree


@dataclass(frozen=True)
class Opened:
    """A matrix's values at zeta (every column) and at the row below (the columns of `matrix.below`)."""

    matrix: Matrix
    here: tuple[Extension, ...]
    below: tuple[Extension, ...]


def receive_openings(channel: Channel, shape: Shape) -> dict[str, dict[int, Opened]]:
    """Round 4: all opened values, by tree label and table."""
    flat = iter(channel.receive_extensions("opened values", shape.openings))
    found: dict[str, dict[int, Opened]] = {}
    for tree in shape.trees:
        found[tree.label] = {
            matrix.table: Opened(
                matrix,
                tuple(next(flat) for _ in range(matrix.width)),
                tuple(next(flat) for _ in matrix.below),
            )
            for matrix in tree.matrices
        }
    return found


@dataclass(frozen=True)
class _Weighted:
    """One matrix with packed powers of theta for both points, and its opened values already weighted."""

    weights: tuple[int, ...]
    weights_below: tuple[int, ...]
    opened: Extension
    opened_below: Extension


def _weigh(
    openings: Mapping[str, Mapping[int, Opened]], theta: Extension
) -> dict[tuple[str, int], _Weighted]:
    power = ONE
    found = {}
    for label, tables in openings.items():
        for table, opened in tables.items():
            powers: list[Extension] = []
            for _ in range(len(opened.here) + len(opened.below)):
                powers.append(power)
                power = multiply(power, theta)
            split = len(opened.here)
            found[label, table] = _Weighted(
                tuple(map(pack, powers[:split])),
                tuple(map(pack, powers[split:])),
                _weighted_sum(powers[:split], opened.here),
                _weighted_sum(powers[split:], opened.below),
            )
    return found


def _weighted_sum(weights: Sequence[Extension], values: Sequence[Extension]) -> Extension:
    total = ZERO
    for weight, value in zip(weights, values, strict=True):
        total = add(total, multiply(weight, value))
    return total


def batched_quotients(
    channel: Channel,
    shape: Shape,
    openings: Mapping[str, Mapping[int, Opened]],
    roots: Mapping[str, bytes],
    zeta: Extension,
    theta: Extension,
    queries: Sequence[int],
) -> dict[int, dict[int, Extension]]:
    """Round 7, first half: the queried rows of every tree, and r_h there by log size and position.

    `queries` are distinct ascending positions in the tallest domain. Raises `Rejected` where rows and root
    differ.
    """
    tallest = shape.classes[0]
    positions = {
        log_size: list(dict.fromkeys(query >> (tallest - log_size) for query in queries))
        for log_size in shape.classes
    }
    weighted = _weigh(openings, theta)
    numerators = {size: {at: [ZERO, ZERO] for at in positions[size]} for size in shape.classes}
    for tree in shape.trees:
        _add_tree(channel, tree, roots[tree.label], positions, weighted, numerators)
    return {log_size: _divide(shape, log_size, numerators[log_size], zeta) for log_size in shape.classes}


def _add_tree(
    channel: Channel,
    tree: Tree,
    root: bytes,
    positions: Mapping[int, Sequence[int]],
    weighted: Mapping[tuple[str, int], _Weighted],
    numerators: Mapping[int, Mapping[int, list[Extension]]],
) -> None:
    joined: dict[int, dict[int, bytes]] = {}
    for matrix in tree.matrices:
        at = positions[matrix.log_size]
        weights = weighted[tree.label, matrix.table]
        bytes_at = joined.setdefault(matrix.log_size, dict.fromkeys(at, b""))
        rows = channel.receive_rows(len(at), matrix.width)
        for position, (encoded, values) in zip(at, rows, strict=True):
            bytes_at[position] += encoded
            numerator = numerators[matrix.log_size][position]
            here = subtract(unpack(dot(weights.weights, values)), weights.opened)
            numerator[0] = add(numerator[0], here)
            if matrix.below:
                below = dot(weights.weights_below, (values[column] for column in matrix.below))
                numerator[1] = add(numerator[1], subtract(unpack(below), weights.opened_below))
    leaves = positions[tree.log_size]
    siblings = channel.receive_siblings(sibling_count(tree.log_size, leaves))
    found = multiproof_root(
        tree.log_size,
        leaves,
        lambda level, position: joined[level][position] if level in joined else None,
        siblings,
    )
    # Soundness: the opened rows are those committed before the challenges that combine them.
    if found != root:
        raise Rejected(f"opened rows do not match the {tree.label} root")


def _divide(
    shape: Shape, log_size: int, numerators: Mapping[int, Sequence[Extension]], zeta: Extension
) -> dict[int, Extension]:
    zeta_below = scale(zeta, root_of_unity(log_size - shape.profile.log_blowup))
    root = root_of_unity(log_size)
    points = [embed(GENERATOR * pow(root, bit_reversed(at, log_size), P)) for at in numerators]
    denominators = [subtract(x, z) for x in points for z in (zeta, zeta_below)]
    # zeta lies outside every evaluation domain, and so does zeta times a root of unity.
    found = inverses(denominators)
    return {
        at: add(multiply(here, found[2 * index]), multiply(below, found[2 * index + 1]))
        for index, (at, (here, below)) in enumerate(numerators.items())
    }
