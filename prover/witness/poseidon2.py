"""Fills `circuits.tables.poseidon2`."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from circuits.gadgets.poseidon2 import DIGEST, WIDTH
from circuits.tables.poseidon2 import Compress, Poseidon2
from prover.execution.state.poseidon2 import added, rounds
from prover.witness.asked import asked
from prover.witness.rows import zeroed


def fill_poseidon2(compiled: Compiled, traces: Mapping[str, NDArray[np.uint32] | None]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns): each compression that the tables among `traces` ask for, once."""
    return fill_compressions(*asked(compiled, traces, Compress, WIDTH))


def fill_compressions(inputs: NDArray[np.uint32], times: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The same from different inputs (n, 16) and how often each is asked for."""
    trace = zeroed(Poseidon2, len(inputs))
    trace.asked[: len(inputs)] = times
    trace.matrix[: len(inputs), :WIDTH] = inputs
    height = len(trace.matrix)
    passed = rounds(trace.matrix[:, :WIDTH])
    trace.first = passed.first.reshape(-1, height).T
    trace.cubes = passed.partial.T
    trace.middle = passed.last[:-1].reshape(-1, height).T
    trace.digest = added(passed.last[-1, :DIGEST].T, trace.left)
    return trace.matrix
