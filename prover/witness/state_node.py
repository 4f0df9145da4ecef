"""Fills `circuits.tables.state_node`."""

import numpy as np
from numpy.typing import NDArray

from circuits.tables.state_node import StateNode
from prover.execution.state.batch import Batch
from prover.witness.rows import zeroed


def fill_state_node(batch: Batch) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns), from the lowest level to the state."""
    trace = zeroed(StateNode, sum(len(nodes.index) for nodes in batch.nodes))
    at = 0
    for nodes in batch.nodes:
        rows = slice(at, at + len(nodes.index))
        trace.live[rows] = 1
        trace.level[rows] = nodes.level
        trace.index[rows] = nodes.index
        trace.opens_left[rows], trace.opens_right[rows] = nodes.opens.T
        trace.before[rows], trace.after[rows] = nodes.before, nodes.after
        for side, name in enumerate(("left", "right")):
            getattr(trace, f"{name}_before")[rows] = nodes.children_before[:, side]
            getattr(trace, f"{name}_after")[rows] = nodes.children_after[:, side]
        at = rows.stop
    return trace.matrix
