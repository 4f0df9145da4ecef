"""The extended square of a block: its parity, the roots of its rows and columns, and its data root."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from prover.adapter.celestia import merkle, namespaced_merkle
from prover.adapter.celestia.namespace import LENGTH, PARITY
from prover.adapter.celestia.reed_solomon import parity
from prover.adapter.celestia.shares import SHARE


@dataclass(frozen=True)
class ExtendedSquare:
    """A square of ``width`` x ``width`` shares, extended to twice its side."""

    width: int
    shares: tuple[bytes, ...]
    """The original shares of 512 bytes, row by row."""
    axis_roots: tuple[bytes, ...]
    """Roots of 90 bytes: of the 2 · width rows, then of the 2 · width columns."""
    data_root: bytes
    """The Merkle root over ``axis_roots``, 32 bytes: the data hash of the block's header."""
    _rows: tuple[list[list[bytes]], ...] = field(repr=False)

    def row_levels(self, row: int) -> list[list[bytes]]:
        """All nodes of the tree over an original row: level 0 its 2 · width leaves, the last its root."""
        return self._rows[row]


@dataclass(frozen=True)
class Block:
    """A block of Celestia: its height and its square, checked against its data hash."""

    height: int
    square: ExtendedSquare

    @property
    def data_root(self) -> bytes:
        """The data root of the square, 32 bytes."""
        return self.square.data_root


def extend(shares: Sequence[bytes]) -> ExtendedSquare:
    """Extends ``shares``, a square row by row whose side is a power of two up to LARGEST_WIDTH."""
    width = isqrt(len(shares))
    leaves = _leaves(shares, width)
    rows = [namespaced_merkle.levels(row) for row in leaves]
    columns = [namespaced_merkle.levels(column)[-1][0] for column in zip(*leaves, strict=True)]
    axis_roots = (*(row[-1][0] for row in rows), *columns)
    return ExtendedSquare(width, tuple(shares), axis_roots, merkle.root(axis_roots), tuple(rows[:width]))


def _leaves(shares: Sequence[bytes], width: int) -> list[list[bytes]]:
    """The leaf nodes of the extended square, row by row; a share's is the same in its column."""
    square = np.empty((2 * width, 2 * width, SHARE), dtype=np.uint8)
    square[:width, :width] = np.frombuffer(b"".join(shares), dtype=np.uint8).reshape(width, width, SHARE)
    columns = parity([square[:width, column].tobytes() for column in range(width)])
    for column, line in enumerate(columns, start=width):
        square[:width, column] = np.frombuffer(line, dtype=np.uint8).reshape(width, SHARE)
    for row, line in enumerate(parity([square[row].tobytes() for row in range(width)]), start=width):
        square[row] = np.frombuffer(line, dtype=np.uint8).reshape(2 * width, SHARE)
    return [[_leaf(square, row, column) for column in range(2 * width)] for row in range(2 * width)]


def _leaf(square: NDArray[np.uint8], row: int, column: int) -> bytes:
    share = square[row, column].tobytes()
    original = 2 * max(row, column) < len(square)
    return namespaced_merkle.leaf(share[:LENGTH] if original else PARITY, share)
