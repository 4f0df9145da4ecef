"""One table of a program: its shape, nodes, rules and interactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from verifier.errors import Rejected
from verifier.field import P
from verifier.program_codec import ABSENT, Reader, Writer, within

MAX_RULE_DEGREE = 3
MAX_EDGE_DEGREE = 2
TOO_HIGH = 255
MAX_LOG_HEIGHT = 23
MAX_COLUMNS = 8192
MAX_NODES = 1 << 20
MAX_RULES = 1 << 20
MAX_INTERACTIONS = 4096
MAX_MESSAGE = 1024
MAX_PERIODIC = 1024
MAX_LOG_PERIOD = 16
MAX_NAME = 255


class Operation(IntEnum):
    """What a node computes."""

    CONSTANT = 0
    MAIN = 1
    PREPROCESSED = 2
    PERIODIC = 3
    ADD = 4
    SUBTRACT = 5
    MULTIPLY = 6


class Selector(IntEnum):
    """The rows on which a rule must vanish; BETWEEN is every row but the last."""

    EVERY = 0
    FIRST = 1
    LAST = 2
    BETWEEN = 3


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a table's straight-line program.

    CONSTANT: `a` is the value. PERIODIC: `a` is the column. MAIN, PREPROCESSED: `a` is the column, `b` is 1
    for the row below and 0 for this one. Otherwise `a` and `b` are earlier nodes.
    """

    operation: Operation
    a: int
    b: int

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.u8(self.operation)
        writer.u32(self.a)
        writer.u32(self.b)

    @staticmethod
    def read(reader: Reader) -> "Node":
        """The next node."""
        return Node(reader.member(Operation), reader.u32(), reader.u32())


@dataclass(frozen=True, slots=True)
class Rule:
    """A node that must vanish on the selected rows."""

    selector: Selector
    node: int

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.u8(self.selector)
        writer.u32(self.node)

    @staticmethod
    def read(reader: Reader) -> "Rule":
        """The next rule."""
        return Rule(reader.member(Selector), reader.u32())


@dataclass(frozen=True, slots=True)
class Interaction:
    """A message sent (+1) or received (-1) by every row, `multiplicity` times; `bus` counts from 1.

    The rules must enforce |multiplicity| <= `weight`. Weight 0 marks a table's own count of how often it was
    asked, which may be any field element; it is received, on a bus where nothing else is.
    """

    bus: int
    sign: int
    multiplicity: int
    weight: int
    message: tuple[int, ...]

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.u32(self.bus)
        writer.sign(self.sign)
        writer.u32(self.multiplicity)
        writer.u32(self.weight)
        writer.each(self.message, writer.u32)

    @staticmethod
    def read(reader: Reader) -> "Interaction":
        """The next interaction."""
        return Interaction(
            bus=reader.u32(),
            sign=reader.sign(),
            multiplicity=reader.u32(),
            weight=reader.u32(),
            message=reader.each(MAX_MESSAGE, 4, reader.u32, "message fields"),
        )


@dataclass(frozen=True)
class Table:
    """One table's shape, rules and interactions; main columns are the first wave's, then the second's.

    `preprocessed_log_height` is -1 without preprocessed columns; otherwise it fixes the table's height.
    """

    name: str
    max_log_height: int
    optional: bool
    first_wave_width: int
    second_wave_width: int
    preprocessed_width: int
    preprocessed_log_height: int
    periodic: tuple[tuple[int, ...], ...]
    nodes: tuple[Node, ...]
    rules: tuple[Rule, ...]
    interactions: tuple[Interaction, ...]

    @property
    def width(self) -> int:
        """Number of main columns of both waves."""
        return self.first_wave_width + self.second_wave_width

    @cached_property
    def min_log_height(self) -> int:
        """Smallest log2 height at which every periodic column completes a period."""
        return max(((len(values) - 1).bit_length() for values in self.periodic), default=0)

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """Degree of every node in the trace columns; `TOO_HIGH` stands for that and anything above."""
        found: list[int] = []
        for node in self.nodes:
            if node.operation == Operation.CONSTANT:
                found.append(0)
            elif node.operation < Operation.ADD:
                found.append(1)
            elif node.operation == Operation.MULTIPLY:
                # Without a ceiling, repeated squaring would grow integers as long as the program.
                found.append(min(found[node.a] + found[node.b], TOO_HIGH))
            else:
                found.append(max(found[node.a], found[node.b]))
        return tuple(found)

    @cached_property
    def reads_below(self) -> tuple[bool, ...]:
        """For every node, whether it depends on the row below."""
        found: list[bool] = []
        for node in self.nodes:
            if node.operation >= Operation.ADD:
                found.append(found[node.a] or found[node.b])
            else:
                found.append(node.operation in (Operation.MAIN, Operation.PREPROCESSED) and node.b == 1)
        return tuple(found)

    @cached_property
    def main_below(self) -> tuple[int, ...]:
        """Main columns read at the row below, ascending."""
        return self._columns_below(Operation.MAIN)

    @cached_property
    def preprocessed_below(self) -> tuple[int, ...]:
        """Preprocessed columns read at the row below, ascending."""
        return self._columns_below(Operation.PREPROCESSED)

    def degree(self, node: int) -> int:
        """Degree of one node."""
        return self.degrees[node]

    def message_degree(self, interaction: Interaction) -> int:
        """Degree of an interaction's denominator: that of its highest message field."""
        return max((self.degrees[node] for node in interaction.message), default=0)

    def _columns_below(self, operation: Operation) -> tuple[int, ...]:
        return tuple(sorted({node.a for node in self.nodes if node.operation == operation and node.b == 1}))

    def write(self, writer: Writer) -> None:
        """Append the canonical bytes."""
        writer.text(self.name)
        writer.u32(self.max_log_height)
        writer.u8(int(self.optional))
        writer.u32(self.first_wave_width)
        writer.u32(self.second_wave_width)
        writer.u32(self.preprocessed_width)
        writer.u32(ABSENT if self.preprocessed_log_height < 0 else self.preprocessed_log_height)
        writer.each(self.periodic, lambda values: writer.each(values, writer.u32))
        writer.each(self.nodes, lambda node: node.write(writer))
        writer.each(self.rules, lambda rule: rule.write(writer))
        writer.each(self.interactions, lambda interaction: interaction.write(writer))

    @staticmethod
    def read(reader: Reader) -> "Table":
        """The next table, its references not yet validated; raises `Rejected`."""
        name = reader.text(MAX_NAME)
        max_log_height = reader.u32()
        optional = reader.flag()
        first_wave_width, second_wave_width, preprocessed_width = reader.u32(), reader.u32(), reader.u32()
        fixed = reader.u32()
        return Table(
            name=name,
            max_log_height=max_log_height,
            optional=optional,
            first_wave_width=first_wave_width,
            second_wave_width=second_wave_width,
            preprocessed_width=preprocessed_width,
            preprocessed_log_height=-1 if fixed == ABSENT else fixed,
            periodic=reader.each(
                MAX_PERIODIC,
                4,
                lambda: reader.each(1 << MAX_LOG_PERIOD, 4, reader.u32, "periodic values"),
                "periodic columns",
            ),
            nodes=reader.each(MAX_NODES, 9, lambda: Node.read(reader), "nodes"),
            rules=reader.each(MAX_RULES, 5, lambda: Rule.read(reader), "rules"),
            interactions=reader.each(MAX_INTERACTIONS, 17, lambda: Interaction.read(reader), "interactions"),
        )

    def validate(self, message_lengths: Sequence[int]) -> None:
        """Raise `Rejected` unless every bound, reference and degree is as the protocol needs it.

        `message_lengths` holds the message length of bus 1, 2, ... in order.
        """
        within(self.max_log_height, 0, MAX_LOG_HEIGHT, f"height bound of table {self.name}")
        within(self.first_wave_width, 0, MAX_COLUMNS, f"first-wave width of table {self.name}")
        within(self.second_wave_width, 0, MAX_COLUMNS, f"second-wave width of table {self.name}")
        within(self.preprocessed_width, 0, MAX_COLUMNS, f"preprocessed width of table {self.name}")
        within(self.width, 1, MAX_COLUMNS, f"width of table {self.name}")
        if (self.preprocessed_width > 0) != (self.preprocessed_log_height >= 0):
            raise Rejected(f"preprocessed columns and fixed height of table {self.name} go together")
        if self.preprocessed_log_height > self.max_log_height:
            raise Rejected(f"fixed height of table {self.name} exceeds its bound")
        if self.preprocessed_width > 0 and self.optional:
            raise Rejected(f"table {self.name} has preprocessed columns and may not be optional")
        for values in self.periodic:
            if not values or len(values) & (len(values) - 1):
                raise Rejected(f"a period of table {self.name} is not a power of two")
            within(max(values), 0, P - 1, f"periodic value of table {self.name}")
        if self.min_log_height > self.max_log_height:
            raise Rejected(f"a period of table {self.name} exceeds its height bound")
        for position, node in enumerate(self.nodes):
            self._validate_node(position, node)
        for rule in self.rules:
            self._validate_rule(rule)
        for interaction in self.interactions:
            self._validate_interaction(interaction, message_lengths)

    def _validate_node(self, position: int, node: Node) -> None:
        what = f"node {position} of table {self.name}"
        if node.operation >= Operation.ADD:
            within(node.a, 0, position - 1, f"left operand of {what}")
            within(node.b, 0, position - 1, f"right operand of {what}")
        elif node.operation == Operation.CONSTANT:
            within(node.a, 0, P - 1, f"constant of {what}")
            within(node.b, 0, 0, f"unused field of {what}")
        elif node.operation == Operation.PERIODIC:
            within(node.a, 0, len(self.periodic) - 1, f"column of {what}")
            within(node.b, 0, 0, f"unused field of {what}")
        else:
            width = self.width if node.operation == Operation.MAIN else self.preprocessed_width
            within(node.a, 0, width - 1, f"column of {what}")
            within(node.b, 0, 1, f"row of {what}")

    def _validate_rule(self, rule: Rule) -> None:
        within(rule.node, 0, len(self.nodes) - 1, f"node of a rule of table {self.name}")
        edge = rule.selector in (Selector.FIRST, Selector.LAST)
        # Soundness: the quotient's degree bound counts on rules of at most this degree.
        if self.degree(rule.node) > (MAX_EDGE_DEGREE if edge else MAX_RULE_DEGREE):
            raise Rejected(f"a rule of table {self.name} has degree {self.degree(rule.node)}")
        if self.reads_below[rule.node] and rule.selector != Selector.BETWEEN:
            raise Rejected(f"a rule of table {self.name} reads below the last row")

    def _validate_interaction(self, interaction: Interaction, message_lengths: Sequence[int]) -> None:
        what = f"an interaction of table {self.name}"
        validate_ends(interaction.bus, interaction.sign, len(interaction.message), message_lengths, what)
        within(interaction.weight, 0, P - 1, f"weight of {what}")
        for node in (interaction.multiplicity, *interaction.message):
            within(node, 0, len(self.nodes) - 1, f"node of {what}")
            if self.reads_below[node]:
                raise Rejected(f"{what} reads the row below")
        # Soundness: a lookup column's rule must stay within the quotient's degree bound.
        if 1 + self.message_degree(interaction) > MAX_RULE_DEGREE:
            raise Rejected(f"{what} has a message of degree {self.message_degree(interaction)}")
        if self.degree(interaction.multiplicity) > MAX_RULE_DEGREE:
            raise Rejected(f"{what} has a multiplicity of degree {self.degree(interaction.multiplicity)}")


def validate_ends(bus: int, sign: int, length: int, message_lengths: Sequence[int], what: str) -> None:
    """Raise `Rejected` unless a message of this length may be sent or received on this bus."""
    within(bus, 1, len(message_lengths), f"bus of {what}")
    if sign not in (1, -1):
        raise Rejected(f"{what} neither sends nor receives")
    if length != message_lengths[bus - 1]:
        raise Rejected(f"{what} carries {length} fields on a bus of {message_lengths[bus - 1]}")


def lookup_columns(table: Table) -> tuple[tuple[int, ...], ...]:
    """The interactions each lookup column carries: neighbours share one if its rule keeps degree three."""
    packed: list[tuple[int, ...]] = []
    position = 0
    while position < len(table.interactions):
        shared = position + 1 < len(table.interactions) and _shares_column(table, position)
        packed.append((position, position + 1) if shared else (position,))
        position += len(packed[-1])
    return tuple(packed)


def _shares_column(table: Table, first: int) -> bool:
    pair = table.interactions[first : first + 2]
    one, two = (table.message_degree(interaction) for interaction in pair)
    times_one, times_two = (table.degree(interaction.multiplicity) for interaction in pair)
    return max(1 + one + two, times_one + two, times_two + one) <= MAX_RULE_DEGREE
