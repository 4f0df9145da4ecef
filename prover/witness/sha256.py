"""Fills the table of SHA-256 compressions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.sha256 import ROUND_ROWS, Sha256
from prover.native import native_engine
from prover.witness.rows import zeroed
from prover.witness.sha256_padding import Padded, pad
from prover.witness.streams import Stream


def fill_sha256(streams: Sequence[Stream]) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `Sha256`: a row and 17 rows a block for each stream, then idle rows.

    Raises `TableTooTall` if there are too many blocks, and `SetupError` (KERNEL_MISSING).
    """
    return fill_compressions(pad(streams))


def fill_compressions(padded: Padded) -> NDArray[np.uint32]:
    """The same from padded streams."""
    trace = zeroed(Sha256, int(padded.last.sum()) + (ROUND_ROWS + 1) * len(padded.blocks))
    of_stream = padded.source[padded.stream], padded.message[padded.stream]
    named = np.stack([*of_stream, padded.last], axis=1).astype(np.uint32)
    native_engine().fill_sha256(trace, padded.blocks, named)
    return trace.matrix
