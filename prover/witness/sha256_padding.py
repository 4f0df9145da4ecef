"""Pads streams as SHA-256 does, and fills the table of padding."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.tables.hash_buses import CHUNK
from circuits.tables.sha256_padding import BLOCK_ROWS, LENGTH_AT, MARKER, TOP_BITS, Sha256Padding
from prover.witness.rows import zeroed
from prover.witness.streams import Stream

BLOCK = CHUNK * BLOCK_ROWS
LENGTH_BYTES = CHUNK - LENGTH_AT


class Padded(NamedTuple):
    """Padded streams, one after the other, in blocks: which stream each is of, and its number there."""

    blocks: NDArray[np.uint8]  # (blocks, 64)
    stream: NDArray[np.int64]  # (blocks,)
    number: NDArray[np.int64]  # (blocks,)
    last: NDArray[np.bool_]  # (blocks,)
    source: NDArray[np.int64]  # (streams,)
    message: NDArray[np.int64]  # (streams,)
    length: NDArray[np.int64]  # (streams,), in bytes before padding


def pad(streams: Sequence[Stream]) -> Padded:
    """FIPS 180-4, section 5.1.1, of each stream."""
    padded = b"".join(map(_pad, streams))
    length = np.array([len(stream.data) for stream in streams], dtype=np.int64)
    count = (length + LENGTH_BYTES) // BLOCK + 1
    stream = np.repeat(np.arange(len(streams)), count)
    number = np.arange(len(stream)) - (np.cumsum(count) - count)[stream]
    return Padded(
        np.frombuffer(padded, dtype=np.uint8).reshape(-1, BLOCK),
        stream,
        number,
        number == count[stream] - 1,
        np.array([stream.source for stream in streams], dtype=np.int64),
        np.array([stream.message for stream in streams], dtype=np.int64),
        length,
    )


def fill_padding(streams: Sequence[Stream]) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `Sha256Padding`: four rows a block in the order given, then idle rows."""
    return fill_padded(pad(streams))


def fill_padded(padded: Padded) -> NDArray[np.uint32]:
    """The same from padded streams."""
    rows = BLOCK_ROWS * len(padded.blocks)
    trace = zeroed(Sha256Padding, rows)
    live = slice(rows)
    stream = np.repeat(padded.stream, BLOCK_ROWS)
    part = np.tile(np.arange(BLOCK_ROWS), len(padded.blocks))
    chunk = np.repeat(padded.number, BLOCK_ROWS) * BLOCK_ROWS + part
    length, start = padded.length[stream], CHUNK * chunk
    ends = np.repeat(padded.last, BLOCK_ROWS) & (part == BLOCK_ROWS - 1)
    value = padded.blocks.reshape(-1, CHUNK)
    trace.part[live] = part[:, None] == np.arange(BLOCK_ROWS)
    trace.value[live] = value
    trace.data[live] = np.arange(CHUNK) < (length - start)[:, None]
    trace.source[live], trace.message[live] = padded.source[stream], padded.message[stream]
    trace.chunk[live] = chunk
    trace.open[live] = start <= length
    trace.ends[live] = ends
    trace.length[live] = np.minimum(length, start + CHUNK)
    trace.top[live] = (value[:, LENGTH_AT + 4, None] >> np.arange(TOP_BITS)) & ends[:, None]
    return trace.matrix


def _pad(stream: Stream) -> bytes:
    length = len(stream.data)
    zeros = -(length + 1 + LENGTH_BYTES) % BLOCK
    return stream.data + bytes([MARKER]) + bytes(zeros) + (8 * length).to_bytes(LENGTH_BYTES, "big")
