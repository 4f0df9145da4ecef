"""What a row of each table costs to prove, in cells of main trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from circuits.dsl.compile import Compiled
from verifier.program import lookup_columns

INTERACTION_UNITS = 3.5


@dataclass(frozen=True)
class Cost:
    """One table's size; `units` is columns + 3.5 * interactions, for one row."""

    table: str
    columns: int
    fixed_columns: int
    rules: int
    interactions: int
    lookup_columns: int
    nodes: int
    units: float


def cost(compiled: Compiled) -> tuple[Cost, ...]:
    """The cost of every table of a program, in order."""
    return tuple(
        Cost(
            table=table.name,
            columns=table.width,
            fixed_columns=table.preprocessed_width + len(table.periodic),
            rules=len(table.rules),
            interactions=len(table.interactions),
            lookup_columns=len(lookup_columns(table)),
            nodes=len(table.nodes),
            units=table.width + INTERACTION_UNITS * len(table.interactions),
        )
        for table in compiled.program.tables
    )


def cost_report(costs: Sequence[Cost]) -> str:
    """The costs as a text table."""
    header = ("table", "columns", "fixed", "rules", "interactions", "lookup columns", "nodes", "units a row")
    lines = [header] + [
        (
            each.table,
            *map(str, (each.columns, each.fixed_columns, each.rules, each.interactions)),
            *map(str, (each.lookup_columns, each.nodes)),
            f"{each.units:.1f}",
        )
        for each in costs
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0])] + [line[i].rjust(widths[i]) for i in range(1, len(header))])
        for line in lines
    )
