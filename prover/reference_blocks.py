"""What the reference engine's fillers of hash tables are given: a trace to fill, and blocks of messages."""

from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.dsl import Table, Trace
from prover.engine import KernelError, Matrix
from verifier.field import P


def check_fields(trace: Trace, table: type[Table[Any]]) -> None:
    """Raise `KernelError` unless the trace has the table's fields, wherever they stand."""
    widths = [{name: width for name, (_, width) in each.layout().items()} for each in (trace.table, table)]
    if widths[0] != widths[1]:
        raise KernelError("the trace has other fields than the table")


def check_blocks(
    trace: Trace, table: type[Table[Any]], blocks: npt.NDArray[np.uint8], size: int, named: Matrix, flags: int
) -> None:
    """Raise `KernelError` unless the trace has the table's fields and there are blocks (n, size), and as many rows of
    two field elements and `flags` bits, the last of them ending the last message.
    """
    check_fields(trace, table)
    if blocks.dtype != np.uint8 or blocks.ndim != 2 or blocks.shape[1] != size:
        raise KernelError(f"blocks are not a matrix of {size} bytes a row")
    if named.dtype != np.uint32 or named.shape != (len(blocks), 2 + flags):
        raise KernelError("the blocks' names have the wrong shape")
    if (named[:, :2] >= P).any() or (named[:, 2:] > 1).any():
        raise KernelError("a block's name is out of range")
    if len(named) and not named[-1, -1]:
        raise KernelError("the last message has no end")


def numbers(last: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Each block's number in its message, which begins behind one that is the last of its own."""
    at = np.arange(len(last))
    begins = np.concatenate([[True], last[:-1]])[: len(last)]
    found: npt.NDArray[np.int64] = at - np.maximum.accumulate(np.where(begins, at, 0))
    return found
