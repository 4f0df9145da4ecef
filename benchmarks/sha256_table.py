"""Our own SHA-256 tables as a workload: messages sent in parts, padded, compressed, and their digests received."""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, Trace, cell, cells, compile_program, flag, flags
from circuits.tables.hash_buses import DIGEST, PART, HashDigest, HashPart
from circuits.tables.parts import Parts
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover.witness.hashing import fill_hashing

BLOCK = 64
MARKER_AND_LENGTH = 9


class Sender(Table[C]):
    """Who wants the digests: one part of a message a row, and the digest on a message's last row.

    Bound by nothing but the buses, since this measures the hash and not what it is wanted for.
    """

    max_log_height = 20
    live: C = flag()
    last: C = flag()
    message: C = cell()
    base: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = flags(PART)
    digest: Cells[C] = cells(DIGEST)

    def rules(self, air: Air[C], below: "Sender[C]") -> None:
        air.send(HashPart(0, self.message, self.base, self.value, self.mask), when=self.live)
        air.receive(HashDigest(0, self.message, self.digest), when=self.last)


class Workload(NamedTuple):
    """A program with honest traces, and the number of compressions in them."""

    compiled: Compiled
    traces: dict[str, NDArray[np.uint32]]
    compressions: int


def sha256_table(messages: int, blocks: int) -> Workload:
    """Hash `messages` messages that fill `blocks` blocks each, padding included."""
    length = BLOCK * blocks - MARKER_AND_LENGTH
    parts = -(-length // PART)
    data = np.random.default_rng(0).integers(0, 256, (messages, length), dtype=np.uint8)
    value, mask = (np.zeros((messages, parts * PART), dtype=np.uint32) for _ in range(2))
    value[:, :length], mask[:, :length] = data, 1
    rows = messages * parts
    sender = Trace(Sender, (rows - 1).bit_length())
    sender.live[:rows] = 1
    sender.message[:rows] = np.repeat(np.arange(messages), parts)
    sender.base[:rows] = np.tile(PART * np.arange(parts), messages)
    sender.value[:rows], sender.mask[:rows] = value.reshape(rows, PART), mask.reshape(rows, PART)
    ends = slice(parts - 1, rows, parts)
    sender.last[ends] = 1
    sender.digest[ends] = [list(hashlib.sha256(message.tobytes()).digest()) for message in data]
    compiled = compile_program("benchmarks.sha256", [Sender, Parts, Sha256Padding, Sha256])
    return Workload(compiled, fill_hashing(compiled, {Sender.name: sender.matrix}), messages * blocks)
