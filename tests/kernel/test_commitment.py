"""Trees, openings and hashing."""

import hashlib

import numpy as np
import pytest

from prover.engine import Commitment, Engine, Matrix
from tests.kernel.inputs import random_matrix

SHAPES: list[tuple[list[tuple[int, int] | None], int]] = [
    ([(8, 3), None, (2, 2), (1, 1), (8, 20)], 1),
    ([(1, 1)], 1),
    ([(1, 1)], 0),
    ([(4, 3)], 0),
    ([(4, 17), (64, 40), None, (64, 1)], 2),
    ([(256, 33), (32, 2), (128, 0)], 1),
    ([(512, 1)], 1),
    ([(64, 16), (64, 16)], 1),
    ([(8, 3), None, (1, 1), (64, 40), (8, 20)], 3),
    ([(4096, 1), (2, 17)], 3),
]


def drawn(generator: np.random.Generator, shapes: list[tuple[int, int] | None]) -> list[Matrix | None]:
    """Random matrices of these shapes."""
    return [None if shape is None else random_matrix(generator, *shape) for shape in shapes]


def rebuilt_root(
    commitment: Commitment, rows: list[Matrix], indices: list[int], siblings: list[bytes]
) -> bytes:
    """The root that opened rows and siblings lead to, by hashlib."""
    logs = commitment.log_heights
    top = max(logs)

    def row_bytes(level: int, index: int) -> bytes:
        joined = b""
        for log, matrix in zip(logs, rows, strict=True):
            if log == level:
                wanted = sorted({i >> (top - level) for i in indices})
                joined += matrix[wanted.index(index)].astype("<u4").tobytes()
        return joined

    supply = iter(siblings)
    known = {index: hashlib.sha256(row_bytes(top, index)).digest() for index in indices}
    for level in range(top - 1, -1, -1):
        parents: dict[int, bytes] = {}
        for index in sorted(known):
            if index >> 1 in parents:
                continue
            sibling = known[index ^ 1] if index ^ 1 in known else next(supply)
            pair = known[index] + sibling if index % 2 == 0 else sibling + known[index]
            parents[index >> 1] = hashlib.sha256(pair).digest()
        if level in logs:
            parents = {i: hashlib.sha256(node + row_bytes(level, i)).digest() for i, node in parents.items()}
        known = parents
    assert next(supply, None) is None
    return known[0]


@pytest.mark.parametrize(("shapes", "log_blowup"), SHAPES)
def test_opened_rows_lead_to_the_root(
    engine: Engine,
    generator: np.random.Generator,
    shapes: list[tuple[int, int] | None],
    log_blowup: int,
) -> None:
    commitment = engine.commit(drawn(generator, shapes), log_blowup)
    leaves = 1 << max(commitment.log_heights)
    for count in (1, 2, 7):
        indices = sorted({int(i) for i in generator.integers(0, leaves, count)})
        rows, siblings = engine.open(commitment, indices)
        assert [matrix.shape[1] for matrix in rows] == [0 if s is None else s[1] for s in shapes]
        assert rebuilt_root(commitment, rows, indices, siblings) == commitment.root


@pytest.mark.kernel
@pytest.mark.parametrize(("shapes", "log_blowup"), SHAPES)
def test_engines_commit_alike(
    native: Engine,
    reference: Engine,
    generator: np.random.Generator,
    shapes: list[tuple[int, int] | None],
    log_blowup: int,
) -> None:
    matrices = drawn(generator, shapes)
    ours, theirs = native.commit(matrices, log_blowup), reference.commit(matrices, log_blowup)
    assert (ours.root, ours.log_heights) == (theirs.root, theirs.log_heights)
    indices = sorted({int(i) for i in generator.integers(0, 1 << max(ours.log_heights), 40)})
    our_rows, our_siblings = native.open(ours, indices)
    their_rows, their_siblings = reference.open(theirs, indices)
    assert our_siblings == their_siblings
    for mine, other in zip(our_rows, their_rows, strict=True):
        assert mine.shape == other.shape
        assert np.array_equal(mine, other)


@pytest.mark.parametrize("log_arity", [0, 1, 3])
def test_layer_leaves_are_groups(engine: Engine, generator: np.random.Generator, log_arity: int) -> None:
    values = random_matrix(generator, 32, 5)
    commitment = engine.commit_layer(values, log_arity)
    assert commitment.log_heights == (5 - log_arity,)
    rows, siblings = engine.open(commitment, [1, 2])
    groups = values.reshape(32 >> log_arity, -1)
    assert np.array_equal(rows[0], groups[[1, 2]])
    assert rebuilt_root(commitment, rows, [1, 2], siblings) == commitment.root


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 119, 120, 200])
@pytest.mark.parametrize("count", [0, 1, 3, 16, 37])
def test_hashing(engine: Engine, generator: np.random.Generator, count: int, length: int) -> None:
    messages = generator.integers(0, 256, (count, length)).astype(np.uint8)
    digests = engine.sha256(messages)
    assert digests.shape == (count, 32)
    for message, digest in zip(messages, digests, strict=True):
        assert digest.tobytes() == hashlib.sha256(message.tobytes()).digest()


@pytest.mark.parametrize("length", [0, 34, 47, 48, 50, 56, 60, 64, 100, 130])
@pytest.mark.parametrize("bits", [0, 1, 9])
def test_grinding_finds_the_smallest_nonce(engine: Engine, length: int, bits: int) -> None:
    prefix = bytes(range(length))
    nonce = engine.grind(prefix, bits)

    def zeros(candidate: int) -> bool:
        digest = hashlib.sha256(prefix + candidate.to_bytes(8, "little")).digest()
        return int.from_bytes(digest, "big") >> (256 - bits) == 0

    assert zeros(nonce)
    assert not any(zeros(candidate) for candidate in range(nonce))


@pytest.mark.kernel
def test_memory_is_returned_with_the_handle(generator: np.random.Generator) -> None:
    from prover.kernel import NativeEngine

    engine = NativeEngine()
    before = engine.memory_in_use()
    commitment = engine.commit([random_matrix(generator, 64, 16)], 1)
    assert engine.memory_in_use() >= before + 128 * 16 * 4
    del commitment
    assert engine.memory_in_use() == before
