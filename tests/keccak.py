"""A program in which messages are hashed by Keccak, for the tests of its tables."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, Trace, cell, cells, check, compile_program, flag
from circuits.dsl.check import Report
from circuits.tables.hash_buses import DIGEST, PART, HashPart
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_buses import KeccakDigest, Sha3Digest
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.keccak_schedule import PERIOD, SQUEEZING
from circuits.tables.parts import Parts
from prover.witness.keccak import fill_permutations
from prover.witness.keccak_padding import Padded, fill_keccak_padded, pad
from prover.witness.parts import fill_parts
from prover.witness.streams import Stream
from tests.hashing import PartRow, field, sent_parts

SOURCE = 7

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]
Digests = dict[int, bytes]


class Asker(Table[C]):
    """Who wants messages hashed: a row sends a part, or wants a digest by Keccak-256 or by SHA3-256.

    It has no rules: what it sends and wants is what a test says.
    """

    part: C = flag()
    keccak: C = flag()
    sha3: C = flag()
    message: C = cell()
    base: C = cell()
    value: Cells[C] = cells(PART)
    mask: Cells[C] = cells(PART)
    digest: Cells[C] = cells(DIGEST)

    def rules(self, air: Air[C], below: "Asker[C]") -> None:
        air.send(HashPart(SOURCE, self.message, self.base, self.value, self.mask), when=self.part)
        air.receive(KeccakDigest(SOURCE, self.message, self.digest), when=self.keccak)
        air.receive(Sha3Digest(SOURCE, self.message, self.digest), when=self.sha3)


@cache
def program() -> Compiled:
    """The tables of Keccak and the one that uses them."""
    return compile_program("tests.keccak", [Asker, Parts, KeccakPadding, Keccak])


def streams_of(messages: Iterable[bytes], first: int = 1) -> list[Stream]:
    """Messages under the numbers `first`, `first` + 1, ..."""
    return [Stream(SOURCE, number, data) for number, data in enumerate(messages, first)]


def cut(streams: Iterable[Stream]) -> list[PartRow]:
    """Streams as parts."""
    found = []
    for stream in streams:
        for at in range(0, len(stream.data), PART):
            data = stream.data[at : at + PART]
            mask = (bytes([1]) * len(data)).ljust(PART, b"\0")
            found.append(PartRow(stream.source, stream.message, at, data.ljust(PART, b"\0"), mask))
    return found


def fill_asker(parts: Sequence[PartRow], keccak: Digests, sha3: Digests) -> Matrix:
    """The trace of `Asker`."""
    rows = len(parts) + len(keccak) + len(sha3)
    trace = Trace(Asker, max(rows - 1, 0).bit_length())
    for row, part in enumerate(parts):
        trace.part[row], trace.message[row], trace.base[row] = 1, part.message, part.base
        trace.value[row], trace.mask[row] = list(part.value), list(part.mask)
    at = len(parts)
    for kind, digests in ((trace.keccak, keccak), (trace.sha3, sha3)):
        for message, digest in digests.items():
            kind[at], trace.message[at], trace.digest[at] = 1, message, list(digest)
            at += 1
    return trace.matrix


def emitted(permutations: Matrix | None, kind: str = "keccak") -> Digests:
    """The digests that a trace of `Keccak` sends on the bus of one kind, by message."""
    assert permutations is not None
    rows = permutations[SQUEEZING::PERIOD]
    done = (field(Keccak, rows, kind) == 1) & (field(Keccak, rows, "ends") == 1)
    bits = field(Keccak, rows, "plane")[done, : 8 * DIGEST].astype(np.uint8)
    digests = np.packbits(bits, axis=1, bitorder="little")
    names = field(Keccak, rows, "message")[done].tolist()
    return {name: digest.tobytes() for name, digest in zip(names, digests, strict=True)}


def traces_of(
    keccak: Sequence[bytes],
    sha3: Sequence[bytes] = (),
    *,
    sent: Sequence[PartRow] | None = None,
    padded: Padded | None = None,
    permutations: Matrix | None = None,
) -> Traces:
    """Traces in which messages are sent and hashed, and every digest that comes of it is wanted.

    They are numbered from 1, those for Keccak-256 before those for SHA3-256. For lies: `sent` replaces what is sent,
    `padded` what is hashed, `permutations` the last table altogether.
    """
    streams = streams_of(keccak), streams_of(sha3, len(keccak) + 1)
    kept = pad(*streams) if padded is None else padded
    hashed = fill_permutations(kept) if permutations is None else permutations
    parts = cut([*streams[0], *streams[1]]) if sent is None else sent
    return {
        "Asker": fill_asker(parts, emitted(hashed), emitted(hashed, "sha3")),
        "Parts": fill_parts(sent_parts(parts)),
        "KeccakPadding": fill_keccak_padded(kept),
        "Keccak": hashed,
    }


def judge(traces: Traces) -> Report:
    """What the mock prover says."""
    return check(program(), traces, b"")
