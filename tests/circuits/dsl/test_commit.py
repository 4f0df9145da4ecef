"""The preprocessed root against its definition, spelled out with Python integers."""

import hashlib

import numpy as np
import pytest

from circuits.dsl.commit import commit_root, low_degree_extension
from verifier.field import P


def root_of_unity(log_order: int) -> int:
    return int(pow(3, (P - 1) // 2**log_order, P))


def interpolated(values: list[int], points: list[int], at: int) -> int:
    total = 0
    for i, value in enumerate(values):
        term = value
        for j, point in enumerate(points):
            if i != j:
                term = term * (at - point) * pow(points[i] - point, -1, P) % P
        total += term
    return total % P


@pytest.mark.parametrize(("log_rows", "log_blowup"), [(0, 1), (1, 1), (3, 1), (0, 3), (2, 3), (2, 2)])
def test_extension_is_the_interpolant_on_the_coset_in_bit_reversed_order(
    log_rows: int, log_blowup: int
) -> None:
    rows, size = 1 << log_rows, 1 << (log_rows + log_blowup)
    matrix = np.random.default_rng(log_rows).integers(P, size=(rows, 2), dtype=np.uint32)
    found = low_degree_extension(matrix, log_blowup)
    assert found.shape == (size, 2)
    points = [pow(root_of_unity(log_rows), i, P) for i in range(rows)]
    for row in range(size):
        reversed_row = int(format(row, f"0{log_rows + log_blowup}b")[::-1], 2)
        x = 3 * pow(root_of_unity(log_rows + log_blowup), reversed_row, P) % P
        for column in range(2):
            assert found[row, column] == interpolated(matrix[:, column].tolist(), points, x)


def test_shorter_matrices_join_the_tree_at_their_own_level() -> None:
    def sha(*parts: bytes) -> bytes:
        return hashlib.sha256(b"".join(parts)).digest()

    generator = np.random.default_rng(5)
    low, high, also_high = (
        generator.integers(P, size=shape, dtype=np.uint32) for shape in ((1, 2), (2, 3), (2, 1))
    )
    small, first, second = (
        [row.astype("<u4").tobytes() for row in low_degree_extension(m, 1)] for m in (low, high, also_high)
    )
    leaves = [sha(first[i], second[i]) for i in range(4)]
    left = sha(sha(leaves[0], leaves[1]), small[0])
    right = sha(sha(leaves[2], leaves[3]), small[1])
    assert commit_root([low, high, also_high], 1) == sha(left, right)


def test_no_matrix_has_the_root_of_zeros() -> None:
    assert commit_root([], 1) == bytes(32)
