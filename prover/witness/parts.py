"""Fills the table of parts."""

import numpy as np
from numpy.typing import NDArray

from circuits.tables.parts import Parts
from prover.witness.rows import zeroed
from prover.witness.streams import Messages


def fill_parts(parts: Messages) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `Parts`: one row a message on `HashPart`, in the order given, then idle rows."""
    trace = zeroed(Parts, len(parts))
    trace.live[: len(parts)] = 1
    # The other columns are the fields of the message, in its order.
    trace.matrix[: len(parts), 1:] = parts
    return trace.matrix
