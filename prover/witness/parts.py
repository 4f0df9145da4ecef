"""Fills the table of parts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables.hash_buses import PART
from circuits.tables.parts import Parts
from prover.witness.streams import PartRow


def fill_parts(parts: Sequence[PartRow]) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `Parts`: one row a part in the order given, then idle rows."""
    count = len(parts)
    trace = Trace(Parts, max(count - 1, 0).bit_length())
    trace.live[:count] = 1
    trace.source[:count] = [part.source for part in parts]
    trace.message[:count] = [part.message for part in parts]
    trace.base[:count] = [part.base for part in parts]
    trace.value[:count] = _bytes([part.value for part in parts])
    trace.mask[:count] = _bytes([part.mask for part in parts])
    return trace.matrix


def _bytes(values: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(values), dtype=np.uint8).reshape(-1, PART)
