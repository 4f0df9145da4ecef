"""A table's witness: one matrix, and its columns under their names."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from circuits.dsl.table import Table


class Trace:
    """A zeroed matrix of 2^log_height rows; `trace.live` is a view (rows,), `trace.bits` a view (rows, n)."""

    matrix: NDArray[np.uint32]
    table: type[Table[Any]]

    def __init__(self, table: type[Table[Any]], log_height: int) -> None:
        width = table.wave_width(1) + table.wave_width(2)
        matrix = np.zeros((1 << log_height, width), dtype=np.uint32)
        # Fillers that go row by row ask for columns very often, so the views are made once.
        for name, (start, count) in table.layout().items():
            single = table.declared[name].count is None
            vars(self)[name] = matrix[:, start] if single else matrix[:, start : start + count]
        vars(self)["matrix"] = matrix
        vars(self)["table"] = table

    def __getattr__(self, name: str) -> NDArray[np.uint32]:
        raise AttributeError(f"{self.table.__name__} has no column {name}")

    def __setattr__(self, name: str, value: ArrayLike) -> None:
        getattr(self, name)[...] = value
