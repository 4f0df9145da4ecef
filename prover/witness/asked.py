"""What tables look up on a bus, read from their traces."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Bus, Compiled
from circuits.dsl.columns import evaluate_nodes


def asked(
    compiled: Compiled,
    traces: Mapping[str, NDArray[np.uint32] | None],
    bus: type[Bus[Any]],
    fields: int,
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """What the tables among `traces` look up on a bus: what the first `fields` fields hold, each combination once
    as a row (n, fields), and how often it is looked up.
    """
    number = compiled.buses.index(bus) + 1 if bus in compiled.buses else 0
    found = [np.empty((0, fields), dtype=np.uint32)]
    for table in compiled.program.tables:
        trace = traces.get(table.name)
        asking = [each for each in table.interactions if (each.bus, each.sign) == (number, 1)]
        if trace is None or not asking:
            continue
        wanted = [node for each in asking for node in (each.multiplicity, *each.message[:fields])]
        values = evaluate_nodes(table, wanted, trace, compiled.preprocessed.get(table.name))
        for each in asking:
            rows = np.flatnonzero(values[each.multiplicity])
            kept = [values[node][rows].astype(np.uint32) for node in each.message[:fields]]
            found.append(np.stack(kept, axis=1))
    messages = np.ascontiguousarray(np.concatenate(found))
    # As one string of bytes each, messages are sorted at once and not field by field.
    keys = messages.view(np.dtype((np.void, messages.itemsize * fields))).ravel()
    _, first, times = np.unique(keys, return_index=True, return_counts=True)
    return messages[first], times
