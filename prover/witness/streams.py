"""What is hashed: streams of bytes, and the messages in which tables send them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.tables.hash_buses import PART
from verifier.field import P

Messages = NDArray[np.int64]
"""Messages of one bus, a row each, the fields in the bus's order."""


@dataclass(frozen=True)
class Stream:
    """A message to be hashed, under the name its digest comes back by."""

    source: int
    message: int
    data: bytes


def gather(parts: Messages, single_bytes: Messages) -> list[Stream]:
    """The streams that messages on `HashPart` (n, 67) and `HashByte` (n, 4) make up, by source and message.

    Bytes are taken in the order of their positions, whatever these are.
    """
    value, mask = parts[:, 3 : 3 + PART], parts[:, 3 + PART :]
    row, offset = np.nonzero(mask)
    taken = np.stack(
        [parts[row, 0], parts[row, 1], (parts[row, 2] + offset) % P, value[row, offset]],
        axis=1,
    )
    entries = np.concatenate([taken, single_bytes])
    entries = entries[np.lexsort((entries[:, 2], entries[:, 1], entries[:, 0]))]
    if not len(entries):
        return []
    starts = np.flatnonzero(np.any(np.diff(entries[:, :2], axis=0, prepend=-1), axis=1))
    data = (entries[:, 3] & 0xFF).astype(np.uint8)
    ends = np.append(starts[1:], len(entries))
    return [
        Stream(int(entries[start, 0]), int(entries[start, 1]), data[start:end].tobytes())
        for start, end in zip(starts, ends, strict=True)
    ]
