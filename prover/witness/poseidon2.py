"""Fills `circuits.tables.poseidon2`."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from circuits.gadgets.poseidon2 import WIDTH
from circuits.tables.poseidon2 import Compress, Poseidon2
from prover.native import native_engine
from prover.witness.asked import asked
from prover.witness.rows import zeroed


def fill_poseidon2(compiled: Compiled, traces: Mapping[str, NDArray[np.uint32] | None]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns): each compression that the tables among `traces` ask for, once.

    Raises `TableTooTall` if these are too many, and `SetupError` (KERNEL_MISSING).
    """
    return fill_compressions(*asked(compiled, traces, Compress, WIDTH))


def fill_compressions(inputs: NDArray[np.uint32], times: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The same from different inputs (n, 16) and how often each is asked for."""
    trace = zeroed(Poseidon2, len(inputs))
    native_engine().fill_poseidon2(trace, inputs)
    trace.asked[: len(inputs)] = times
    return trace.matrix
