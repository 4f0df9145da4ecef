"""Pads streams as Keccak-256 or SHA3-256 does, and fills the table of padding."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.tables.keccak_buses import CHUNK
from circuits.tables.keccak_padding import (
    BLOCK_ROWS,
    KECCAK_MARKER,
    LAST_BIT,
    RATE,
    SHA3_MARKER,
    KeccakPadding,
)
from prover.witness.rows import zeroed
from prover.witness.streams import Stream


class Padded(NamedTuple):
    """Padded streams, one after the other, in blocks: which stream each is of, and its number there."""

    blocks: NDArray[np.uint8]  # (blocks, 136)
    stream: NDArray[np.int64]  # (blocks,)
    number: NDArray[np.int64]  # (blocks,)
    last: NDArray[np.bool_]  # (blocks,)
    source: NDArray[np.int64]  # (streams,)
    message: NDArray[np.int64]  # (streams,)
    sha3: NDArray[np.bool_]  # (streams,)
    length: NDArray[np.int64]  # (streams,), in bytes before padding


def pad(keccak: Sequence[Stream], sha3: Sequence[Stream] = ()) -> Padded:
    """The streams for Keccak-256, then those for SHA3-256, each with its padding."""
    streams = (*keccak, *sha3)
    is_sha3 = np.arange(len(streams)) >= len(keccak)
    padded = b"".join(map(_pad, streams, is_sha3.tolist()))
    length = np.array([len(stream.data) for stream in streams], dtype=np.int64)
    count = length // RATE + 1
    stream = np.repeat(np.arange(len(streams)), count)
    number = np.arange(len(stream)) - (np.cumsum(count) - count)[stream]
    return Padded(
        np.frombuffer(padded, dtype=np.uint8).reshape(-1, RATE),
        stream,
        number,
        number == count[stream] - 1,
        np.array([stream.source for stream in streams], dtype=np.int64),
        np.array([stream.message for stream in streams], dtype=np.int64),
        is_sha3,
        length,
    )


def fill_keccak_padding(keccak: Sequence[Stream], sha3: Sequence[Stream] = ()) -> NDArray[np.uint32]:
    """The matrix (rows, columns) of `KeccakPadding`: five rows a block in the order of `pad`, then idle rows.

    Raises `TableTooTall` if there are too many blocks.
    """
    return fill_keccak_padded(pad(keccak, sha3))


def fill_keccak_padded(padded: Padded) -> NDArray[np.uint32]:
    """The same from padded streams."""
    blocks = len(padded.blocks)
    trace = zeroed(KeccakPadding, BLOCK_ROWS * blocks)
    live = slice(BLOCK_ROWS * blocks)
    stream = np.repeat(padded.stream, BLOCK_ROWS)
    part = np.tile(np.arange(BLOCK_ROWS), blocks)
    base = RATE * np.repeat(padded.number, BLOCK_ROWS) + CHUNK * part
    length = padded.length[stream]
    # What the last part has no bytes for says as its last byte does whether the message goes on.
    last_byte = np.where(part == BLOCK_ROWS - 1, (RATE - 1) % CHUNK, CHUNK - 1)[:, None]
    value = np.zeros((blocks, BLOCK_ROWS * CHUNK), dtype=np.uint8)
    value[:, :RATE] = padded.blocks
    trace.part[live] = part[:, None] == np.arange(BLOCK_ROWS)
    trace.value[live] = value.reshape(-1, CHUNK)
    trace.data[live] = np.minimum(np.arange(CHUNK), last_byte) < (length - base)[:, None]
    trace.source[live], trace.message[live] = padded.source[stream], padded.message[stream]
    trace.base[live] = base
    trace.sha3[live] = padded.sha3[stream]
    trace.open[live] = base <= length
    trace.ends[live] = np.repeat(padded.last, BLOCK_ROWS) & (part == BLOCK_ROWS - 1)
    return trace.matrix


def _pad(stream: Stream, sha3: bool) -> bytes:
    padded = bytearray(stream.data)
    padded.append(SHA3_MARKER if sha3 else KECCAK_MARKER)
    padded += bytes(-len(padded) % RATE)
    padded[-1] |= LAST_BIT
    return bytes(padded)
