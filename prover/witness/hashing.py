"""Fills the tables that hash for the others, from what the others send.

The senders' traces are read through their own rules, so whatever they say is hashed, true or not.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Bus, Compiled
from circuits.dsl.columns import evaluate_nodes
from circuits.tables.hash_buses import HashByte, HashPart
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.parts import Parts
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover.witness.keccak import fill_keccak
from prover.witness.keccak_padding import fill_keccak_padding
from prover.witness.parts import fill_parts
from prover.witness.sha256 import fill_sha256
from prover.witness.sha256_padding import fill_padding
from prover.witness.streams import Messages, gather, stream_names
from verifier.field import P

Matrix = NDArray[np.uint32]


def fill_hashing(compiled: Compiled, traces: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """`traces` of all that speak with the tables that take streams apart and hash them added, as the program has them.

    Keccak hashes the streams whose Keccak digest is wanted, SHA-256 all others, except those that are read by bytes.
    """
    parts = without(sent(compiled, traces, HashPart), received(compiled, traces, HashPart))
    streams = gather(parts, sent(compiled, traces, HashByte))
    by_keccak = _names(compiled, traces, KeccakDigest)
    elsewhere = by_keccak | _names(compiled, traces, HashByte)
    keccak = [stream for stream in streams if (stream.source, stream.message) in by_keccak]
    sha256 = [stream for stream in streams if (stream.source, stream.message) not in elsewhere]
    found = {Parts.name: fill_parts(parts)}
    if Sha256 in compiled.tables:
        found |= {Sha256Padding.name: fill_padding(sha256), Sha256.name: fill_sha256(sha256)}
    if Keccak in compiled.tables:
        found |= {KeccakPadding.name: fill_keccak_padding(keccak), Keccak.name: fill_keccak(keccak)}
    return {**traces, **found}


def sent(compiled: Compiled, traces: Mapping[str, Matrix], bus: type[Bus[Any]]) -> Messages:
    """The messages that the traces send on a bus, each once, shape (messages, fields)."""
    return _messages(compiled, traces, bus, 1)


def received(compiled: Compiled, traces: Mapping[str, Matrix], bus: type[Bus[Any]]) -> Messages:
    """The messages that the traces receive on a bus, each once, shape (messages, fields)."""
    return _messages(compiled, traces, bus, -1)


def without(given: Messages, gone: Messages) -> Messages:
    """The messages given, in their order, less one for each that is gone."""
    taken: dict[bytes, int] = {}
    for message in gone:
        taken[message.tobytes()] = taken.get(message.tobytes(), 0) + 1
    kept = []
    for row, message in enumerate(given if taken else ()):
        left = taken.get(message.tobytes(), 0)
        if left:
            taken[message.tobytes()] = left - 1
        else:
            kept.append(row)
    return given[kept] if taken else given


def _names(compiled: Compiled, traces: Mapping[str, Matrix], bus: type[Bus[Any]]) -> set[tuple[int, int]]:
    """The streams, by source and message, of which the traces receive something on a bus."""
    found = np.unique(stream_names(_messages(compiled, traces, bus, -1, 2)))
    return {divmod(name, P) for name in found.tolist()}


def _messages(
    compiled: Compiled,
    traces: Mapping[str, Matrix],
    bus: type[Bus[Any]],
    sign: int,
    fields: int | None = None,
) -> Messages:
    """Their first `fields` fields, or all."""
    found = [np.zeros((0, fields or bus.length()), dtype=np.int64)]
    number = compiled.buses.index(bus) + 1 if bus in compiled.buses else 0
    for table in compiled.program.tables:
        if table.name not in traces:
            continue
        for each in table.interactions:
            if (each.bus, each.sign) != (number, sign):
                continue
            wanted = each.message[:fields]
            values = evaluate_nodes(table, [each.multiplicity, *wanted], traces[table.name])
            rows = np.flatnonzero(values[each.multiplicity])
            found.append(np.stack([values[node][rows] for node in wanted], axis=1))
    return np.concatenate(found)
