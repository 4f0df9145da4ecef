"""What is hashed: streams of bytes, and the messages in which tables send them."""

from dataclasses import dataclass
from itertools import pairwise

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
    mask = parts[:, 3 + PART :]
    row, offset = np.nonzero(mask)
    name = np.concatenate([stream_names(parts)[row], stream_names(single_bytes)])
    position = np.concatenate([(parts[row, 2] + offset) % P, single_bytes[:, 2]])
    value = np.concatenate([parts[row, 3 + offset], single_bytes[:, 3]])
    order = np.lexsort((position, name))
    name, data = name[order], (value[order] & 0xFF).astype(np.uint8)
    bounds = np.append(np.flatnonzero(np.diff(name, prepend=-1)), len(name)).tolist()
    return [
        Stream(int(name[start] // P), int(name[start] % P), data[start:end].tobytes())
        for start, end in pairwise(bounds)
    ]


def stream_names(messages: Messages) -> NDArray[np.int64]:
    """The names of the streams that messages are of, shape (n,): source times P, plus message."""
    return messages[:, 0] * P + messages[:, 1]
