"""The integers below 2^bits, so that other tables' cells can be proved to be among them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Compiled, Table, cell, preprocessed, range_bus
from circuits.dsl.columns import evaluate_nodes, stack_nodes
from circuits.dsl.compile import AnyTable, buses_of
from circuits.dsl.range_bus import Range

Matrix = NDArray[np.uint32]


@cache
def range_table(bits: int) -> AnyTable:
    """The table that provides every integer below 2^bits once.

    The values are preprocessed and distinct, so the free count `asked` can only say how often each was asked.
    """

    class RangeTable(Table[C]):
        """Every value once, beside the number of times it was asked for."""

        name = f"Range{bits}"
        value: C = preprocessed(np.arange(1 << bits))
        asked: C = cell()

        def rules(self, air: Air[C], below: "RangeTable[C]") -> None:
            air.provide(range_bus(bits)(self.value), times=self.asked)

    return RangeTable


def range_tables(*tables: AnyTable) -> tuple[AnyTable, ...]:
    """The range tables that these tables ask, fewest bits first."""
    asked = {bus for bus in buses_of(tables) if issubclass(bus, Range)}
    return tuple(range_table(bits) for bits in sorted(bus.bits for bus in asked))


def fill_ranges(compiled: Compiled, traces: Mapping[str, Matrix | None]) -> dict[str, Matrix | None]:
    """`traces` (rows, columns) with a trace added for every range table: how often each value is asked.

    Raises ValueError if a trace asks for a value out of range, which no count can make good.
    """
    filled = dict(traces)
    for bus, bus_type in enumerate(compiled.buses, start=1):
        if issubclass(bus_type, Range):
            table = range_table(bus_type.bits)
            filled[table.name] = _count(compiled, traces, bus, bus_type.bits).astype(np.uint32)[:, None]
    return filled


def _count(compiled: Compiled, traces: Mapping[str, Matrix | None], bus: int, bits: int) -> NDArray[Any]:
    total = np.zeros(1 << bits, dtype=np.int64)
    for table in compiled.program.tables:
        trace = traces.get(table.name)
        asking = [each for each in table.interactions if each.bus == bus and each.sign == 1]
        if trace is None or not asking:
            continue
        fixed = compiled.preprocessed.get(table.name)
        for multiplicity in {each.multiplicity for each in asking}:
            times = evaluate_nodes(table, [multiplicity], trace, fixed)[multiplicity]
            wanted = [each.message[0] for each in asking if each.multiplicity == multiplicity]
            values = stack_nodes(table, wanted, trace, fixed)
            if not times.all():
                times, values = times[times > 0], values[:, times > 0]
            if values.max(initial=0) >> bits:
                raise ValueError(f"{table.name} asks whether {values.max()} has {bits} bits")
            # Counting without weights takes half the time.
            weights = None if np.all(times == 1) else np.tile(times, len(values))
            total += np.bincount(values.ravel(), weights, 1 << bits).astype(np.int64)
    return total
