"""What one changed cell of a table does to its rules, in plain integers and quick for one cell at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from circuits.dsl.columns import ancestors
from tests.adversarial.graph import Graph
from tests.adversarial.witness import Guard
from verifier.field import P
from verifier.program import Operation, Table

Place = tuple[int, int]
"""A column, and 0 where a constraint reads it on its own row, 1 where on the row below."""


@dataclass(frozen=True)
class Reach:
    """The nodes that a cell read at a place can change: its own, then the others in order of evaluation."""

    leaf: int
    steps: tuple[tuple[int, Operation, int, int], ...]
    rules: tuple[tuple[int, int], ...]
    """Rules that may break, with their nodes."""

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """The numbers of all these nodes."""
        return (self.leaf, *(step[0] for step in self.steps))

    def write(self, values: list[int], value: int) -> None:
        """Change the cell and every node it reaches."""
        values[self.leaf] = value
        for number, operation, a, b in self.steps:
            if operation == Operation.ADD:
                values[number] = (values[a] + values[b]) % P
            elif operation == Operation.SUBTRACT:
                values[number] = (values[a] - values[b]) % P
            else:
                values[number] = values[a] * values[b] % P

    def restore(self, values: list[int], kept: Sequence[int]) -> None:
        """Put back what the nodes held, in the order of `nodes`."""
        for number, value in zip(self.nodes, kept, strict=True):
            values[number] = value


class Reaches:
    """The reaches of a table's cells, each computed when first asked for."""

    def __init__(self, form: Table) -> None:
        self.form = form
        self._graph = Graph(form)
        self._rules_of: dict[int, list[int]] = {}
        for number, rule in enumerate(form.rules):
            self._rules_of.setdefault(rule.node, []).append(number)
        self._ancestors = [ancestors(form, [rule.node]) for rule in form.rules]
        self._reaches: dict[Place, Reach | None] = {}
        self._numbers: dict[int, int] = {}
        self._narrow: dict[tuple[int, Place], Reach] = {}

    @cached_property
    def read(self) -> list[list[Place]]:
        """For every rule the places it reads."""
        return [self._places(nodes) for nodes in self._ancestors]

    @cached_property
    def readers(self) -> dict[Place, list[int]]:
        """For every place the rules that read it."""
        found: dict[Place, list[int]] = {}
        for number, places in enumerate(self.read):
            for place in places:
                found.setdefault(place, []).append(number)
        return found

    def read_by(self, guard: Guard) -> list[Place]:
        """The places that a rule or an interaction reads."""
        if guard.is_rule:
            return self.read[guard.number]
        interaction = self.form.interactions[guard.number]
        return self._places(ancestors(self.form, (interaction.multiplicity, *interaction.message)))

    def number_of_readers(self, column: int) -> int:
        """How many rules read a column, here or below."""
        if column not in self._numbers:
            self._numbers[column] = sum(len(self.readers.get((column, below), ())) for below in (0, 1))
        return self._numbers[column]

    def reach(self, place: Place) -> Reach | None:
        """What a cell can change, None if nothing reads it there."""
        if place not in self._reaches:
            leaf = self._graph.cells.get(place)
            self._reaches[place] = None if leaf is None else self._build(leaf, self._graph.cone([leaf]))
        return self._reaches[place]

    def narrow(self, rule: int, place: Place) -> Reach:
        """The part of a reach that leads to one rule which reads the place."""
        key = (rule, place)
        if key not in self._narrow:
            leaf = self._graph.cells[place]
            wanted = set(self._ancestors[rule])
            self._narrow[key] = self._build(
                leaf, [each for each in self._graph.cone([leaf]) if each in wanted]
            )
        return self._narrow[key]

    def _places(self, nodes: Sequence[int]) -> list[Place]:
        found = (self.form.nodes[number] for number in nodes)
        return [(node.a, node.b) for node in found if node.operation == Operation.MAIN]

    def _build(self, leaf: int, cone: Sequence[int]) -> Reach:
        nodes = self.form.nodes
        steps = tuple((each, nodes[each].operation, nodes[each].a, nodes[each].b) for each in cone)
        rules = tuple((rule, node) for node in (leaf, *cone) for rule in self._rules_of.get(node, ()))
        return Reach(leaf, steps, rules)
