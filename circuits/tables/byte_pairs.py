"""All pairs of bytes, so that two cells at a time can be proved to be bytes."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, Bus, C, Compiled, Table, cell, preprocessed
from circuits.dsl.columns import stack_nodes

BYTE = 256
Matrix = NDArray[np.uint32]


class BytePair(Bus[C]):
    """Two cells that are both bytes."""

    name = "byte_pair"
    first: "C | int"
    second: "C | int"


class BytePairs(Table[C]):
    """Every pair once, beside the number of times it was asked for."""

    first: C = preprocessed(np.repeat(np.arange(BYTE), BYTE))
    second: C = preprocessed(np.tile(np.arange(BYTE), BYTE))
    asked: C = cell()

    def rules(self, air: Air[C], below: "BytePairs[C]") -> None:
        air.provide(BytePair(self.first, self.second), times=self.asked)


def are_bytes(air: Air[C], values: Sequence[C]) -> None:
    """An even number of cells are bytes, on every row."""
    for first, second in zip(values[::2], values[1::2], strict=True):
        air.lookup(BytePair(first, second))


def fill_byte_pairs(compiled: Compiled, traces: Mapping[str, Matrix | None]) -> dict[str, Matrix | None]:
    """`traces` (rows, columns) with the trace of `BytePairs` added: how often each pair is asked.

    Raises ValueError if a trace asks for anything but bytes.
    """
    bus = compiled.buses.index(BytePair) + 1
    total = np.zeros(BYTE * BYTE, dtype=np.int64)
    for table in compiled.program.tables:
        trace = traces.get(table.name)
        asking = [each for each in table.interactions if (each.bus, each.sign) == (bus, 1)]
        if trace is None or not asking:
            continue
        first, second = (
            stack_nodes(table, nodes, trace, compiled.preprocessed.get(table.name))
            for nodes in zip(*(each.message for each in asking), strict=True)
        )
        largest = max(first.max(), second.max())
        if largest >= BYTE:
            raise ValueError(f"{table.name} asks whether {largest} is a byte")
        first *= BYTE
        first += second
        total += np.bincount(first.ravel(), minlength=BYTE * BYTE)
    return {**traces, BytePairs.name: total.astype(np.uint32)[:, None]}
