"""The table of Poseidon2 compressions, filled by the reference engine."""

import numpy as np

from circuits.dsl import Trace
from circuits.gadgets.poseidon2 import DIGEST, WIDTH
from circuits.tables.poseidon2 import Poseidon2
from prover.engine import KernelError, Matrix
from prover.execution.state.poseidon2 import added, rounds
from prover.reference_blocks import check_fields
from verifier.field import P


def fill_poseidon2(trace: Trace, inputs: Matrix) -> None:
    """See `prover.engine.Engine.fill_poseidon2`."""
    check_fields(trace, Poseidon2)
    if inputs.dtype != np.uint32 or inputs.ndim != 2 or inputs.shape[1] != WIDTH:
        raise KernelError("the inputs have the wrong shape")
    if (inputs >= P).any():
        raise KernelError("a value is not below the field's modulus")
    height = len(trace.matrix)
    if height < len(inputs):
        raise KernelError("the trace has fewer rows than the compressions")
    given = np.zeros((height, WIDTH), dtype=np.uint32)
    given[: len(inputs)] = inputs
    passed = rounds(given)
    trace.left, trace.right = given[:, :DIGEST], given[:, DIGEST:]
    trace.first = passed.first.reshape(-1, height).T
    trace.cubes = passed.partial.T
    trace.middle = passed.last[:-1].reshape(-1, height).T
    trace.digest = added(passed.last[-1, :DIGEST].T, trace.left)
    trace.asked = 0
