"""A program in which messages are hashed, for the tests of the tables of SHA-256."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, Trace, cell, cells, check, compile_program, flag
from circuits.dsl.check import Report
from circuits.tables.hash_buses import DIGEST, PART, HashByte, HashDigest, HashPart
from circuits.tables.parts import Parts
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover.witness.parts import fill_parts
from prover.witness.sha256 import fill_compressions
from prover.witness.sha256_padding import Padded, fill_padded, pad
from prover.witness.streams import Messages as Sent
from prover.witness.streams import Stream

SOURCE = 7

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]


@dataclass(frozen=True)
class PartRow:
    """A message on `HashPart`: 32 bytes, and as many flags that say which of them are sent."""

    source: int
    message: int
    base: int
    value: bytes
    mask: bytes


@dataclass(frozen=True)
class SingleByte:
    """A message on `HashByte`."""

    source: int
    message: int
    position: int
    value: int


def sent_parts(parts: Sequence[PartRow]) -> Sent:
    """The messages as the fillers take them."""
    rows = [(part.source, part.message, part.base, *part.value, *part.mask) for part in parts]
    return np.array(rows, dtype=np.int64).reshape(-1, HashPart.length())


def sent_bytes(singles: Sequence[SingleByte]) -> Sent:
    """The messages as the fillers take them."""
    rows = [astuple(byte) for byte in singles]
    return np.array(rows, dtype=np.int64).reshape(-1, HashByte.length())


class Messages(Table[C]):
    """Who wants messages hashed: a row sends a part or a single byte (the first of `value`), or wants a digest.

    It has no rules: what it sends and wants is what a test says.
    """

    part: C = flag()
    single: C = flag()
    wanted: C = flag()
    message: C = cell()
    position: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = cells(PART)
    digest: Cells[C] = cells(DIGEST)

    def rules(self, air: Air[C], below: "Messages[C]") -> None:
        air.send(HashPart(SOURCE, self.message, self.position, self.value, self.mask), when=self.part)
        air.send(HashByte(SOURCE, self.message, self.position, self.value[0]), when=self.single)
        air.receive(HashDigest(SOURCE, self.message, self.digest), when=self.wanted)


@cache
def program() -> Compiled:
    """The tables of SHA-256 and the one that uses them."""
    return compile_program("tests.hashing", [Messages, Parts, Sha256Padding, Sha256])


def streams_of(messages: Iterable[bytes]) -> list[Stream]:
    """Messages under the numbers 1, 2, ..."""
    return [Stream(SOURCE, number, data) for number, data in enumerate(messages, 1)]


def cut(stream: Stream, lead: int = 3) -> tuple[list[PartRow], list[SingleByte]]:
    """A stream as `lead` single bytes, then parts whose first `lead` places are empty."""
    singles = [
        SingleByte(SOURCE, stream.message, position, value)
        for position, value in enumerate(stream.data[:lead])
    ]
    parts = []
    for at in range(lead, len(stream.data), PART - lead):
        data = stream.data[at : at + PART - lead]
        value, mask = bytes(lead) + data, bytes(lead) + bytes([1]) * len(data)
        base = at - lead
        parts.append(PartRow(SOURCE, stream.message, base, value.ljust(PART, b"\0"), mask.ljust(PART, b"\0")))
    return parts, singles


def fill_messages(
    parts: Sequence[PartRow], singles: Sequence[SingleByte], digests: Sequence[tuple[int, bytes]]
) -> Matrix:
    """The trace of `Messages`."""
    rows = len(parts) + len(singles) + len(digests)
    trace = Trace(Messages, max(rows - 1, 0).bit_length())
    for row, part in enumerate(parts):
        trace.part[row] = 1
        trace.message[row], trace.position[row] = part.message, part.base
        trace.value[row], trace.mask[row] = list(part.value), list(part.mask)
    for row, byte in enumerate(singles, len(parts)):
        trace.single[row] = 1
        trace.message[row], trace.position[row], trace.value[row, 0] = byte.message, byte.position, byte.value
    for row, (message, digest) in enumerate(digests, len(parts) + len(singles)):
        trace.wanted[row] = 1
        trace.message[row], trace.digest[row] = message, list(digest)
    return trace.matrix


def field(table: type[Table[Any]], matrix: Matrix | None, name: str) -> Matrix:
    """A field of a trace as a view: (rows,), or (rows, n) for n cells."""
    assert matrix is not None
    at, width = table.layout()[name]
    return matrix[:, at] if table.declared[name].count is None else matrix[:, at : at + width]


def emitted(compressions: Matrix | None) -> list[tuple[int, bytes]]:
    """The digests that a trace of `Sha256` sends, by message."""
    done = field(Sha256, compressions, "done") == 1
    # Words a to d and e to h: each half holds the first one last.
    halves = [field(Sha256, compressions, half)[done].reshape(-1, 4, 32)[:, ::-1] for half in ("a", "e")]
    bits = np.concatenate(halves, axis=1)[:, :, ::-1].reshape(-1, 8 * DIGEST).astype(np.uint8)
    digests = np.packbits(bits, axis=1)
    names = field(Sha256, compressions, "message")[done].tolist()
    return [(name, digest.tobytes()) for name, digest in zip(names, digests, strict=True)]


def cut_all(messages: Sequence[bytes]) -> tuple[list[PartRow], list[SingleByte]]:
    """Messages 1, 2, ... as parts and single bytes."""
    pieces = [cut(stream) for stream in streams_of(messages)]
    return [part for parts, _ in pieces for part in parts], [byte for _, bytes_ in pieces for byte in bytes_]


def traces_of(
    messages: Sequence[bytes],
    *,
    sent: tuple[list[PartRow], list[SingleByte]] | None = None,
    padded: Padded | None = None,
    compressions: Matrix | None = None,
) -> Traces:
    """Traces in which `messages` are sent and hashed, and every digest that the hash sends is wanted.

    For lies: `sent` replaces what is sent, `padded` what is hashed, `compressions` the last table altogether.
    """
    kept = pad(streams_of(messages)) if padded is None else padded
    hashed = fill_compressions(kept) if compressions is None else compressions
    parts, singles = cut_all(messages) if sent is None else sent
    return {
        "Messages": fill_messages(parts, singles, emitted(hashed)),
        "Parts": fill_parts(sent_parts(parts)),
        "Sha256Padding": fill_padded(kept),
        "Sha256": hashed,
    }


def judge(traces: Traces) -> Report:
    """What the mock prover says."""
    return check(program(), traces, b"")
