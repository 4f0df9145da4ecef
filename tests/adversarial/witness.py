"""What is attacked: a compiled program and traces that it accepts, and names for all that guards them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from circuits.dsl.source import Source
from verifier.program import Table

Matrix = NDArray[np.uint32]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]


class Guard(NamedTuple):
    """One constraint: the rule or the interaction `number` of a table, in the program's order."""

    table: str
    is_rule: bool
    number: int

    def source(self, compiled: Compiled) -> Source:
        """Where it is written."""
        sources = compiled.sources[self.table]
        return (sources.rules if self.is_rule else sources.interactions)[self.number]


@dataclass(frozen=True)
class Attacked:
    """A table's compiled form and its honest trace (rows, columns of both waves)."""

    form: Table
    main: Matrix
    preprocessed: Matrix | None

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.main)

    def rules(self) -> list[Guard]:
        """All rules."""
        return [Guard(self.form.name, True, number) for number in range(len(self.form.rules))]

    def interactions(self) -> list[Guard]:
        """All interactions."""
        return [Guard(self.form.name, False, number) for number in range(len(self.form.interactions))]


@dataclass(frozen=True)
class Witness:
    """Honest traces by table name, None for an absent table."""

    compiled: Compiled
    traces: Mapping[str, Matrix | None]
    statement: bytes
    seed: bytes | None = None

    def present(self) -> Iterator[Attacked]:
        """The tables that have a trace."""
        for table in self.compiled.program.tables:
            trace = self.traces.get(table.name)
            if trace is not None:
                yield Attacked(table, trace, self.compiled.preprocessed.get(table.name))
