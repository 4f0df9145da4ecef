"""Fills `circuits.tables.height`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.height import Height
from prover.adapter.celestia.opening import ReadHeight
from prover.witness.rows import zeroed


def fill_height(heights: Sequence[ReadHeight]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns), of at least one height."""
    trace = zeroed(Height, len(heights))
    count = len(heights)
    trace.live[:count] = 1
    trace.first[0] = 1
    trace.last[count - 1] = 1
    trace.height[:count] = [each.height for each in heights]
    trace.start[:count] = [each.start for each in heights]
    trace.end[:count] = [each.end for each in heights]
    trace.occupied[:count] = [each.occupied for each in heights]
    return trace.matrix
