"""The table language: cells, tables, buses, the verbs of rules, and their readings."""

from circuits.dsl.air import Air
from circuits.dsl.boundary import (
    BoundaryMessage,
    public_bytes,
    public_integer,
    public_seed,
    verifier_receives,
    verifier_sends,
)
from circuits.dsl.bounds import unproven_weights
from circuits.dsl.bus import Bus
from circuits.dsl.cells import C, Cell, Cells
from circuits.dsl.check import Report, check
from circuits.dsl.compile import Compiled, compile_program
from circuits.dsl.cost import Cost, cost, cost_report
from circuits.dsl.declared import (
    byte,
    cell,
    cells,
    flag,
    flags,
    octets,
    periodic,
    preprocessed,
    ranged,
)
from circuits.dsl.range_bus import range_bus
from circuits.dsl.source import RuleError, Source
from circuits.dsl.table import Table
from circuits.dsl.trace import Trace

__all__ = [
    "Air",
    "BoundaryMessage",
    "Bus",
    "C",
    "Cell",
    "Cells",
    "Compiled",
    "Cost",
    "Report",
    "RuleError",
    "Source",
    "Table",
    "Trace",
    "byte",
    "cell",
    "cells",
    "check",
    "compile_program",
    "cost",
    "cost_report",
    "flag",
    "flags",
    "octets",
    "periodic",
    "preprocessed",
    "public_bytes",
    "public_integer",
    "public_seed",
    "range_bus",
    "ranged",
    "unproven_weights",
    "verifier_receives",
    "verifier_sends",
]
