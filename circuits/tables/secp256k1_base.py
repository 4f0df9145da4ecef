"""Multiples of secp256k1's generator, window by window.

25 windows of ten bits with odd coefficients 1, 3 ... 1023, then one with the coefficients 1 ... 64. A coefficient may
also be taken negative. See `Secp256k1Addition` for why a sum over all windows meets no exceptional addition.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Table, cell, preprocessed
from circuits.gadgets.modular import LIMBS, halves, limbs
from circuits.gadgets.secp256k1 import GENERATOR, add, multiply
from circuits.tables.secp256k1_buses import BasePoint

WINDOW_BITS = 10
WINDOWS = 25
"""Windows with odd coefficients; one more follows."""

COEFFICIENTS = 1 << (WINDOW_BITS - 1)
LAST_COEFFICIENTS = 64
LOG_HEIGHT = 14


class WindowPoint(NamedTuple):
    """`coefficient` times 2^(10 `window`) times the generator."""

    window: int
    coefficient: int
    x: int
    y: int


@cache
def window_points() -> tuple[WindowPoint, ...]:
    """All of them, windows and coefficients ascending."""
    found = []
    for window in range(WINDOWS + 1):
        point = multiply(1 << (WINDOW_BITS * window), GENERATOR)
        last = window == WINDOWS
        step = point if last else add(point, point)
        for k in range(LAST_COEFFICIENTS if last else COEFFICIENTS):
            assert point is not None
            found.append(WindowPoint(window, k + 1 if last else 2 * k + 1, *point))
            point = add(point, step)
    return tuple(found)


def place(window: int, coefficient: int) -> int:
    """The row of a window's coefficient."""
    return COEFFICIENTS * window + (coefficient - 1 if window == WINDOWS else coefficient // 2)


def _rows() -> NDArray[np.uint32]:
    """Window, coefficient, x in 32 bytes, y in 16 limbs, a row each; rows left over repeat the first."""
    found = [
        [point.window, point.coefficient, *limbs(point.x), *halves(point.y)] for point in window_points()
    ]
    found += [found[0]] * ((1 << LOG_HEIGHT) - len(found))
    return np.array(found, dtype=np.uint32)


class Secp256k1Base(Table[C]):
    """A multiple of the generator a row, beside the number of times it was asked for."""

    point: Cells[C] = preprocessed(_rows())
    asked: C = cell()

    def rules(self, air: Air[C], below: "Secp256k1Base[C]") -> None:
        window, coefficient, *point = self.point
        air.provide(BasePoint(window, coefficient, point[:LIMBS], point[LIMBS:]), times=self.asked)
