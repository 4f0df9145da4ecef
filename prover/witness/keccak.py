"""Fills the table of Keccak permutations."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.keccak import Keccak
from circuits.tables.keccak_schedule import PERIOD
from prover.native import native_engine
from prover.witness.keccak_padding import Padded, pad
from prover.witness.rows import zeroed
from prover.witness.streams import Stream


def fill_keccak(keccak: Sequence[Stream], sha3: Sequence[Stream] = ()) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `Keccak`: 128 rows a block in the order of `pad`, then idle blocks.

    Raises `TableTooTall` if there are too many blocks, and `SetupError` (KERNEL_MISSING).
    """
    return fill_permutations(pad(keccak, sha3))


def fill_permutations(padded: Padded) -> NDArray[np.uint32]:
    """The same from padded streams."""
    trace = zeroed(Keccak, PERIOD * len(padded.blocks))
    of_stream = (each[padded.stream] for each in (padded.source, padded.message, padded.sha3))
    named = np.stack([*of_stream, padded.last], axis=1).astype(np.uint32)
    native_engine().fill_keccak(trace, padded.blocks, named)
    return trace.matrix
