"""Pruned multiproofs over trees of mixed heights, against a tree built plainly."""

import hashlib
import random

import pytest

from verifier.merkle import multiproof_root, parents, sibling_count

Levels = dict[int, list[bytes]]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree(log_size: int, rows: Levels) -> list[list[bytes]]:
    """All levels, leaves first: protocol.md's definition, without pruning."""
    levels = [[sha256(row) for row in rows[log_size]]]
    for level in range(log_size - 1, -1, -1):
        below = levels[-1]
        nodes = [sha256(below[at] + below[at + 1]) for at in range(0, len(below), 2)]
        if level in rows:
            nodes = [sha256(node + row) for node, row in zip(nodes, rows[level], strict=True)]
        levels.append(nodes)
    return levels


def random_rows(rng: random.Random, log_size: int) -> Levels:
    heights = {log_size} | {level for level in range(log_size) if rng.random() < 0.4}
    return {
        level: [rng.randbytes(4 * rng.choice([1, 8, 16])) for _ in range(1 << level)] for level in heights
    }


def siblings(levels: list[list[bytes]], indices: list[int]) -> list[bytes]:
    found, positions = [], indices
    for level in levels[:-1]:
        known = set(positions)
        found += [level[position ^ 1] for position in positions if position ^ 1 not in known]
        positions = sorted({position >> 1 for position in positions})
    return found


def root_of(log_size: int, rows: Levels, indices: list[int], proof: list[bytes]) -> bytes:
    def opened(level: int, position: int) -> bytes | None:
        return rows[level][position] if level in rows else None

    return multiproof_root(log_size, indices, opened, proof)


CASES = [
    (seed, log_size, min(1 << log_size, count))
    for seed, (log_size, count) in enumerate(
        (log_size, count) for log_size in range(8) for count in (1, 2, 3, 7, 40, 128)
    )
]


@pytest.mark.parametrize(("seed", "log_size", "count"), CASES)
def test_the_opened_leaves_lead_to_the_root(seed: int, log_size: int, count: int) -> None:
    rng = random.Random(seed)
    rows = random_rows(rng, log_size)
    levels = tree(log_size, rows)
    indices = sorted(rng.sample(range(1 << log_size), count))
    proof = siblings(levels, indices)
    assert sibling_count(log_size, indices) == len(proof)
    assert root_of(log_size, rows, indices, proof) == levels[-1][0]


@pytest.mark.parametrize(("seed", "log_size", "count"), CASES)
def test_any_other_row_or_sibling_leads_elsewhere(seed: int, log_size: int, count: int) -> None:
    rng = random.Random(seed)
    rows = random_rows(rng, log_size)
    levels = tree(log_size, rows)
    indices = sorted(rng.sample(range(1 << log_size), count))
    proof = siblings(levels, indices)
    for level, row in rows.items():
        index = rng.choice(indices) >> (log_size - level)
        changed = {**rows, level: list(row)}
        at = rng.randrange(len(row[index]))
        changed[level][index] = row[index][:at] + bytes([row[index][at] ^ 1]) + row[index][at + 1 :]
        assert root_of(log_size, changed, indices, proof) != levels[-1][0]
    for number in range(len(proof)):
        other = [*proof[:number], sha256(proof[number]), *proof[number + 1 :]]
        assert root_of(log_size, rows, indices, other) != levels[-1][0]
    if len(proof) > 1:
        assert root_of(log_size, rows, indices, [proof[1], proof[0], *proof[2:]]) != levels[-1][0]


def test_rows_may_not_change_places() -> None:
    rows = {2: [b"aaaa", b"bbbb", b"cccc", b"dddd"]}
    levels = tree(2, rows)
    swapped = {2: [b"bbbb", b"aaaa", b"cccc", b"dddd"]}
    assert root_of(2, swapped, [0, 1], siblings(levels, [0, 1])) != levels[-1][0]
    # The same leaf bytes at another index.
    assert root_of(2, {2: [b"aaaa"] * 4}, [2], siblings(levels, [2])) != levels[-1][0]


def test_opening_every_leaf_needs_no_sibling() -> None:
    assert sibling_count(5, range(32)) == 0


def test_parents_are_distinct_and_ascending() -> None:
    assert parents([0, 1, 4, 7, 8]) == [0, 2, 3, 4]
