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
    inputs, times = asked(compiled, traces, Compress, WIDTH)
    trace = zeroed(Poseidon2, len(inputs))
    trace.asked[: len(inputs)] = times
    trace.matrix[: len(inputs), :WIDTH] = inputs
    passed = rounds(trace.matrix[:, :WIDTH])
    height = len(trace.matrix)
    trace.first = passed.first.reshape(-1, height).T
    trace.cubes = passed.partial.T
    trace.middle = passed.last[:-1].reshape(-1, height).T
    trace.digest = added(passed.last[-1, :DIGEST].T, trace.left)
    return trace.matrix
