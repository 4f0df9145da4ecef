"""The symbolic reading: tables and their rules compiled to the canonical constraint program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import commit
from circuits.dsl.air import Air
from circuits.dsl.boundary import BoundaryMessage
from circuits.dsl.bus import Bus
from circuits.dsl.cells import Expression, Graph
from circuits.dsl.source import RuleError, Source, calling_source
from circuits.dsl.table import Table
from verifier import program as compiled_form
from verifier.errors import Rejected
from verifier.field import P
from verifier.program import LOG_BLOWUPS, Interaction, Node, Operation, Rule, Selector
from verifier.table import MAX_EDGE_DEGREE, MAX_RULE_DEGREE

AnyTable = type[Table[Any]]
AnyBus = type[Bus[Any]]


@dataclass(frozen=True)
class TableSources:
    """Where each rule and each interaction of a table was written, in the program's order."""

    rules: tuple[Source, ...]
    interactions: tuple[Source, ...]


@dataclass(frozen=True)
class Compiled:
    """A program with what its bytes leave out: classes, sources, preprocessed matrices (rows, columns)."""

    program: compiled_form.Program
    tables: tuple[AnyTable, ...]
    buses: tuple[AnyBus, ...]
    sources: Mapping[str, TableSources]
    preprocessed: Mapping[str, NDArray[np.uint32]]


class SymbolicAir(Air[Expression]):
    """Records rules and interactions of one table as nodes of its graph, and judges their degrees."""

    def __init__(self, graph: Graph, buses: dict[AnyBus, int]) -> None:
        super().__init__()
        self.graph = graph
        self.buses = buses
        self.rules: list[Rule] = []
        self.interactions: list[Interaction] = []
        self.rule_sources: list[Source] = []
        self.interaction_sources: list[Source] = []

    def constant(self, value: int) -> Expression:
        """An integer as a constant node."""
        return self.graph.constant(value)

    def on_rule(self, selector: Selector, value: Expression, source: Source | None) -> None:
        """Record a rule; raises `RuleError` if its degree or the rows it reads are not allowed."""
        where = source or calling_source()
        edge = selector in (Selector.FIRST, Selector.LAST)
        most = MAX_EDGE_DEGREE if edge else MAX_RULE_DEGREE
        degree = self.graph.degrees[value.node]
        if degree > most:
            raise RuleError(f"{where}: degree {degree} exceeds {most}")
        if self.graph.reads_below[value.node] and selector != Selector.BETWEEN:
            raise RuleError(f"{where}: `below` may be read only inside air.between_rows()")
        if self.graph.value(value.node) not in (None, 0):
            raise RuleError(f"{where}: this can never hold")
        self.rules.append(Rule(selector, value.node))
        self.rule_sources.append(where)

    def on_interaction(
        self,
        sign: int,
        message: Bus[Expression],
        times: Expression,
        weight: int | None,
        source: Source | None,
    ) -> None:
        """Record an interaction; raises `RuleError` if it cannot be packed or its weight is not known."""
        where = source or calling_source()
        if weight is None:
            weight = self._constant_weight(times, where)
        fields = [self._cell(value).node for value in message.flat()]
        if any(self.graph.reads_below[node] for node in (times.node, *fields)):
            raise RuleError(f"{where}: a message is made of this row; `below` may not be read")
        degree = max((self.graph.degrees[node] for node in fields), default=0)
        if 1 + degree > MAX_RULE_DEGREE:
            raise RuleError(f"{where}: message degree {degree} exceeds {MAX_RULE_DEGREE - 1}")
        times_degree = self.graph.degrees[times.node]
        if times_degree > MAX_RULE_DEGREE:
            raise RuleError(f"{where}: degree {times_degree} of `times` exceeds {MAX_RULE_DEGREE}")
        bus = self.buses.setdefault(type(message), len(self.buses) + 1)
        self.interactions.append(Interaction(bus, sign, times.node, weight, tuple(fields)))
        self.interaction_sources.append(where)

    def _constant_weight(self, times: Expression, where: Source) -> int:
        value = self.graph.value(times.node)
        if value is None:
            raise RuleError(f"{where}: how many times at most? give at_most, or a flag as `when`")
        if value == 0:
            raise RuleError(f"{where}: zero times")
        return min(value, P - value)


def compile_program(
    name: str,
    tables: Sequence[AnyTable],
    boundaries: Sequence[BoundaryMessage] = (),
    preprocessed_roots: tuple[bytes, ...] | None = None,
) -> Compiled:
    """Compile tables and the verifier's messages; raises `RuleError` naming the offending line.

    The roots of large preprocessed columns take seconds to compute, which who knows them already can save.
    """
    buses: dict[AnyBus, int] = {}
    compiled, sources = [], {}
    for table in tables:
        found, where = _compile_table(table, buses)
        compiled.append(found)
        sources[table.name] = where
    messages = tuple(
        compiled_form.Boundary(buses.setdefault(boundary.bus, len(buses) + 1), boundary.sign, boundary.items)
        for boundary in boundaries
    )
    preprocessed = {
        table.name: np.stack(table.fixed_values(Operation.PREPROCESSED), axis=1)
        for table in tables
        if table.fixed_values(Operation.PREPROCESSED)
    }
    program = compiled_form.Program(
        name=name,
        buses=tuple(compiled_form.Bus(bus.name, bus.length()) for bus in buses),
        tables=tuple(compiled),
        boundaries=messages,
        preprocessed_roots=preprocessed_roots or _roots(preprocessed),
    )
    try:
        program.validate()
    except Rejected as rejection:
        raise RuleError(f"{name}: {rejection.reason}") from None
    return Compiled(program, tuple(tables), tuple(buses), sources, preprocessed)


def _roots(preprocessed: Mapping[str, NDArray[np.uint32]]) -> tuple[bytes, ...]:
    matrices = list(preprocessed.values())
    return tuple(commit.commit_root(matrices, log_blowup) for log_blowup in LOG_BLOWUPS) if matrices else ()


def buses_of(tables: Sequence[AnyTable]) -> tuple[AnyBus, ...]:
    """The buses on which tables speak, in the order of first use."""
    buses: dict[AnyBus, int] = {}
    for table in tables:
        _compile_table(table, buses)
    return tuple(buses)


def _compile_table(table: AnyTable, buses: dict[AnyBus, int]) -> tuple[compiled_form.Table, TableSources]:
    graph = Graph()

    def leaf_below(operation: Operation, column: int) -> Expression | None:
        return None if operation == Operation.PERIODIC else graph.leaf(operation, column, 1)

    here, below = table.read(graph.leaf), table.read(leaf_below)
    air = SymbolicAir(graph, buses)
    here.state_rules(air, below)
    roots = [rule.node for rule in air.rules]
    roots += [node for each in air.interactions for node in (each.multiplicity, *each.message)]
    nodes, number = _prune(graph.nodes, roots)
    fixed = table.fixed_values(Operation.PREPROCESSED)
    if len({len(column) for column in fixed}) > 1:
        raise RuleError(f"{table.name}: preprocessed columns differ in length")
    fixed_log_height = len(fixed[0]).bit_length() - 1 if fixed else -1
    found = compiled_form.Table(
        name=table.name,
        max_log_height=fixed_log_height if fixed else table.max_log_height,
        optional=table.optional,
        first_wave_width=table.wave_width(1),
        second_wave_width=table.wave_width(2),
        preprocessed_width=len(fixed),
        preprocessed_log_height=fixed_log_height,
        periodic=tuple(tuple(map(int, values)) for values in table.fixed_values(Operation.PERIODIC)),
        nodes=nodes,
        rules=tuple(Rule(rule.selector, number[rule.node]) for rule in air.rules),
        interactions=tuple(
            Interaction(
                each.bus,
                each.sign,
                number[each.multiplicity],
                each.weight,
                tuple(number[node] for node in each.message),
            )
            for each in air.interactions
        ),
    )
    return found, TableSources(tuple(air.rule_sources), tuple(air.interaction_sources))


def _prune(nodes: Sequence[Node], roots: Sequence[int]) -> tuple[tuple[Node, ...], dict[int, int]]:
    """The nodes that `roots` need, in order, renumbered; and the new number of each."""
    needed = [False] * len(nodes)
    for root in roots:
        needed[root] = True
    for position in range(len(nodes) - 1, -1, -1):
        if needed[position] and nodes[position].operation >= Operation.ADD:
            needed[nodes[position].a] = needed[nodes[position].b] = True
    number: dict[int, int] = {}
    kept: list[Node] = []
    for position, node in enumerate(nodes):
        if needed[position]:
            number[position] = len(kept)
            inner = node.operation >= Operation.ADD
            kept.append(Node(node.operation, number[node.a], number[node.b]) if inner else node)
    return tuple(kept), number
