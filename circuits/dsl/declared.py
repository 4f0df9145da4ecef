"""Declarations of columns: what stands to the right of a table's or a message's field."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from circuits.dsl.source import RuleError, Source, line_source
from verifier.field import P
from verifier.program import Operation

MAX_RANGE_BITS = 20


class Kind(Enum):
    """What a declared column is, and which rule it brings along."""

    FREE = "cell"
    FLAG = "flag"
    RANGED = "ranged"
    PERIODIC = "periodic"
    PREPROCESSED = "preprocessed"


@dataclass(frozen=True)
class Declared:
    """One declaration: `count` cells, None for a single one; `values` has shape (rows, cells)."""

    kind: Kind
    count: int | None
    source: Source
    wave: int = 1
    bits: int = 0
    values: NDArray[np.uint32] | None = None

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1 if self.count is None else self.count

    @property
    def operation(self) -> Operation:
        """Which matrix the columns stand in."""
        if self.kind == Kind.PERIODIC:
            return Operation.PERIODIC
        return Operation.PREPROCESSED if self.kind == Kind.PREPROCESSED else Operation.MAIN


def cell(*, wave: int = 1) -> Any:
    """A column without a rule of its own."""
    return _declare(Kind.FREE, None, wave)


def cells(count: int, *, wave: int = 1) -> Any:
    """Several columns without a rule of their own; in a message, the length of a field."""
    return _declare(Kind.FREE, count, wave)


def flag(*, wave: int = 1) -> Any:
    """A column that holds 0 or 1, by a rule that the declaration adds."""
    return _declare(Kind.FLAG, None, wave)


def flags(count: int, *, wave: int = 1) -> Any:
    """Several columns that each hold 0 or 1."""
    return _declare(Kind.FLAG, count, wave)


def ranged(bits: int, count: int | None = None, *, wave: int = 1) -> Any:
    """A column (or `count` of them) of integers below 2^bits, by a lookup that the declaration adds."""
    return _declare(Kind.RANGED, count, wave, bits)


def byte(*, wave: int = 1) -> Any:
    """A column of integers below 256."""
    return _declare(Kind.RANGED, None, wave, 8)


def octets(count: int, *, wave: int = 1) -> Any:
    """Several columns of integers below 256."""
    return _declare(Kind.RANGED, count, wave, 8)


def periodic(values: ArrayLike) -> Any:
    """A fixed column that repeats these values: shape (period,), or (period, n) for n columns."""
    return _fixed(Kind.PERIODIC, values)


def preprocessed(values: ArrayLike) -> Any:
    """A fixed column of these values, which fix the height: shape (height,), or (height, n) for n columns."""
    return _fixed(Kind.PREPROCESSED, values)


def _declare(kind: Kind, count: int | None, wave: int, bits: int = 0) -> Declared:
    source = line_source()
    if wave not in (1, 2):
        raise RuleError(f"{source}: there are waves 1 and 2")
    if count is not None and count < 1:
        raise RuleError(f"{source}: a field needs at least one cell")
    if kind == Kind.RANGED and not 1 <= bits <= MAX_RANGE_BITS:
        raise RuleError(f"{source}: a range table holds 1 to {MAX_RANGE_BITS} bits")
    return Declared(kind, count, source, wave, bits)


def _fixed(kind: Kind, values: ArrayLike) -> Declared:
    source = line_source()
    found = np.asarray(values)
    if found.ndim not in (1, 2) or not np.issubdtype(found.dtype, np.integer):
        raise RuleError(f"{source}: fixed values are a list of integers, or of rows of integers")
    rows = found.shape[0]
    if rows == 0 or rows & (rows - 1):
        raise RuleError(f"{source}: {rows} fixed values are not a power of two")
    if found.min() < 0 or found.max() >= P:
        raise RuleError(f"{source}: fixed values are field elements")
    count = None if found.ndim == 1 else found.shape[1]
    return Declared(kind, count, source, values=found.astype(np.uint32).reshape(rows, -1))
