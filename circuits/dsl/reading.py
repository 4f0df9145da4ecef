"""The numpy reading: a table's rules on some rows of its trace at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.air import Air
from circuits.dsl.columns import Column
from circuits.dsl.table import Table
from verifier.program import Operation

Matrix = NDArray[np.uint32]


class TraceRows:
    """A table's columns, main, preprocessed and periodic, to be read on chosen rows."""

    def __init__(self, table: type[Table[Any]], main: Matrix, preprocessed: Matrix | None) -> None:
        self.table = table
        self.height = main.shape[0]
        self._matrices = {Operation.MAIN: main, Operation.PREPROCESSED: preprocessed}
        self._periodic = table.fixed_values(Operation.PERIODIC)

    def state(self, air: Air[Column], rows: NDArray[np.intp]) -> None:
        """State the table's rules to `air` with the cells of these rows, and of the rows below them."""
        here = self.table.read(lambda operation, column: self._column(operation, column, rows))
        next_rows = (rows + 1) % self.height
        below = self.table.read(
            lambda operation, column: (
                None if operation == Operation.PERIODIC else self._column(operation, column, next_rows)
            )
        )
        here.state_rules(air, below)

    def value(self, operation: Operation, column: int, row: int) -> int:
        """One cell."""
        return int(self._column(operation, column, np.array([row])).values[0])

    def _column(self, operation: Operation, column: int, rows: NDArray[np.intp]) -> Column:
        if operation == Operation.PERIODIC:
            values = self._periodic[column]
            return Column.of(values[rows % len(values)])
        matrix = self._matrices[operation]
        assert matrix is not None, "a table with preprocessed columns has their matrix"
        return Column.of(matrix[rows, column])
