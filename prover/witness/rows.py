"""What the fillers share: a trace of the right height, and bytes and bits as rows of cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Table, Trace
from verifier.program import Operation


class TableTooTall(Exception):
    """What a record says needs more rows of a table than its program allows."""


def zeroed(table: type[Table[Any]], rows: int) -> Trace:
    """The lowest trace of a table that holds `rows`, filled with zeros; raises `TableTooTall`."""
    period = max((len(values) for values in table.fixed_values(Operation.PERIODIC)), default=1)
    height = (max(rows, period) - 1).bit_length()
    if height > table.max_log_height:
        raise TableTooTall(
            f"table {table.name} would have {rows} rows, and 2^{table.max_log_height} are allowed"
        )
    return Trace(table, height)


def byte_rows(values: Sequence[bytes], width: int) -> NDArray[np.uint32]:
    """Each value in a row of `width` cells, filled up with zeros; shape (len(values), width)."""
    joined = b"".join(value.ljust(width, b"\0") for value in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(values), width).astype(np.uint32)


def bit_rows(values: Sequence[int], width: int) -> NDArray[np.uint32]:
    """The lowest `width` bits of each value, lowest first; shape (len(values), width)."""
    numbers = np.array(values, dtype=np.int64)[:, None]
    return (numbers >> np.arange(width) & 1).astype(np.uint32)
