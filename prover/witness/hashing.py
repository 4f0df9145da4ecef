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
from circuits.tables.parts import Parts
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover.witness.parts import fill_parts
from prover.witness.sha256 import fill_sha256
from prover.witness.sha256_padding import fill_padding
from prover.witness.streams import Messages, gather

Matrix = NDArray[np.uint32]


def fill_hashing(compiled: Compiled, traces: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """`traces` with `Parts`, `Sha256Padding` and `Sha256` added."""
    parts = sent(compiled, traces, HashPart)
    streams = gather(parts, sent(compiled, traces, HashByte))
    return {
        **traces,
        Parts.name: fill_parts(parts),
        Sha256Padding.name: fill_padding(streams),
        Sha256.name: fill_sha256(streams),
    }


def sent(compiled: Compiled, traces: Mapping[str, Matrix], bus: type[Bus[Any]]) -> Messages:
    """The messages that the traces send on a bus, each once, shape (messages, fields)."""
    number = compiled.buses.index(bus) + 1
    found = [np.zeros((0, bus.length()), dtype=np.int64)]
    for table in compiled.program.tables:
        if table.name not in traces:
            continue
        sending = [each for each in table.interactions if each.bus == number and each.sign == 1]
        for each in sending:
            times = evaluate_nodes(table, [each.multiplicity], traces[table.name])[each.multiplicity]
            rows = np.flatnonzero(times)
            values = evaluate_nodes(table, each.message, traces[table.name])
            found.append(np.stack([values[node][rows] for node in each.message], axis=1))
    return np.concatenate(found)
