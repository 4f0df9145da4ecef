"""Fills `circuits.tables.log`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.log import CHAIN_ID, DIGEST, HEIGHT_TOP_BITS, Log
from prover.execution.log import Step
from prover.witness.rows import bit_rows, byte_rows, zeroed


def fill_log(steps: Sequence[Step], chain_id: int) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns), of at least one step."""
    trace = zeroed(Log, len(steps))
    count = len(steps)
    trace.item[:count] = [step.is_item for step in steps]
    trace.closes[:count] = [not step.is_item for step in steps]
    trace.first[0] = 1
    trace.last[count - 1] = 1
    trace.number = np.arange(len(trace.matrix))
    trace.height[:count] = [step.height for step in steps]
    trace.count[:count] = [step.count for step in steps]
    trace.items = np.cumsum(trace.item) - trace.item
    trace.chain_id = np.frombuffer(chain_id.to_bytes(CHAIN_ID, "big"), dtype=np.uint8)
    for name in ("before", "absorbed", "after"):
        getattr(trace, name)[:count] = byte_rows([getattr(step, name) for step in steps], DIGEST)
    tops = [0 if step.is_item else step.height >> 24 for step in steps]
    trace.top_bits[:count] = bit_rows(tops, HEIGHT_TOP_BITS)
    return trace.matrix
