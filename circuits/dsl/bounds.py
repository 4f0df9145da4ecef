"""Which bounds of multiplicities follow from the rules by interval arithmetic, and which need an argument."""

from circuits.dsl.compile import Compiled
from circuits.dsl.source import Source
from verifier.field import P
from verifier.program import Node, Operation, Selector, Table

Interval = tuple[int, int]

UNIT: Interval = (0, 1)
FIELD: Interval = (0, P - 1)


def unproven_weights(compiled: Compiled) -> tuple[tuple[str, Source], ...]:
    """The interactions, by table and source, whose |multiplicity| <= weight is not evident.

    Evident are expressions that a rule on every row makes boolean or that a lookup among fixed values bounds,
    constants, and sums, differences and products of these. Weight 0 claims nothing and is left out.
    """
    found: list[tuple[str, Source]] = []
    for table in compiled.program.tables:
        known = _intervals(compiled, table)
        sources = compiled.sources[table.name].interactions
        for interaction, source in zip(table.interactions, sources, strict=True):
            low, high = known[interaction.multiplicity]
            evident = max(abs(low), abs(high)) <= interaction.weight
            if interaction.weight and not evident:
                found.append((table.name, source))
    return tuple(found)


def _intervals(compiled: Compiled, table: Table) -> list[Interval]:
    """Integers that every node's value is congruent to one of, on every row of an accepted trace."""
    stated = {
        each for rule in table.rules if rule.selector == Selector.EVERY for each in _boolean(table, rule.node)
    }
    bounded = _ranged(compiled, table)
    found: list[Interval] = []
    for number, node in enumerate(table.nodes):
        computed = _computed(node, found)
        candidates = [computed, bounded.get(number, FIELD), UNIT if number in stated else FIELD]
        found.append(min(candidates, key=lambda interval: interval[1] - interval[0]))
    return found


def _computed(node: Node, found: list[Interval]) -> Interval:
    if node.operation == Operation.CONSTANT:
        centred = node.a - P if node.a > P // 2 else node.a
        return (centred, centred)
    if node.operation < Operation.ADD:
        return FIELD
    (a, b), (c, d) = found[node.a], found[node.b]
    if node.operation == Operation.ADD:
        return (a + c, b + d)
    if node.operation == Operation.SUBTRACT:
        return (a - d, b - c)
    corners = (a * c, a * d, b * c, b * d)
    return (min(corners), max(corners))


def _boolean(table: Table, rule: int) -> list[int]:
    """The nodes x that a rule of the form x * (x - 1) makes boolean."""
    node = table.nodes[rule]
    if node.operation != Operation.MULTIPLY:
        return []
    found = []
    for x, other in ((node.a, node.b), (node.b, node.a)):
        less = table.nodes[other]
        if less.operation == Operation.SUBTRACT and less.a == x:
            one = table.nodes[less.b]
            if one.operation == Operation.CONSTANT and one.a == 1:
                found.append(x)
    return found


def _ranged(compiled: Compiled, table: Table) -> dict[int, Interval]:
    """The nodes that every row looks up among fixed values."""
    found: dict[int, Interval] = {}
    for interaction in table.interactions:
        times = table.nodes[interaction.multiplicity]
        if times.operation == Operation.CONSTANT and times.a == 1 and interaction.sign == 1:
            largest = _largest_answer(compiled, interaction.bus)
            if largest is not None:
                found[interaction.message[0]] = (0, largest)
    return found


def _largest_answer(compiled: Compiled, bus: int) -> int | None:
    """The largest first field of what is provided on a bus; None unless all of it is preprocessed."""
    largest = None
    for table in compiled.program.tables:
        for interaction in table.interactions:
            if (interaction.bus, interaction.sign) != (bus, -1):
                continue
            node = table.nodes[interaction.message[0]]
            if interaction.weight or node.operation != Operation.PREPROCESSED:
                return None
            values = compiled.preprocessed[table.name][:, node.a]
            largest = max(largest or 0, int(values.max()))
    return largest
