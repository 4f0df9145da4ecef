"""The program's bytes, its bounds, and the value of its nodes."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.dsl.columns import evaluate_nodes
from tests import toys
from verifier.errors import Rejected
from verifier.field import P, embed
from verifier.program import (
    EXTENSION,
    Arithmetic,
    Boundary,
    BoundaryItem,
    Bus,
    Interaction,
    ItemKind,
    Node,
    Operation,
    Program,
    Rule,
    Selector,
    Table,
    evaluate,
    lookup_columns,
)

TOYS = toys.all_toys()


def small_table(**changes: object) -> Table:
    """A table of two columns, one node each for a cell, its square and its cube, and the cell below."""
    nodes = (
        Node(Operation.MAIN, 0, 0),
        Node(Operation.MULTIPLY, 0, 0),
        Node(Operation.MULTIPLY, 1, 0),
        Node(Operation.MULTIPLY, 1, 1),
        Node(Operation.MAIN, 1, 1),
        Node(Operation.CONSTANT, 1, 0),
    )
    table = Table("small", 4, False, 2, 0, 0, -1, (), nodes, (Rule(Selector.EVERY, 2),), ())
    return replace(table, **changes)  # type: ignore[arg-type]


def small_program(table: Table | None = None, **changes: object) -> Program:
    program = Program("small", (Bus("one", 1),), (table or small_table(),), (), ())
    return replace(program, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", TOYS)
def test_bytes_decode_to_the_same_program(name: str) -> None:
    program = TOYS[name].compiled.program
    data = program.encode()
    assert Program.decode(data) == program
    assert Program.decode(data).encode() == data
    assert Program.decode(data).digest == program.digest


def test_bytes_are_laid_out_as_specified() -> None:
    table = small_table(nodes=(Node(Operation.MAIN, 0, 0),), rules=(Rule(Selector.LAST, 0),))
    item = BoundaryItem(ItemKind.STATEMENT, 7, 4)
    program = small_program(table, boundaries=(Boundary(1, -1, (item,)),))

    def word(value: int) -> bytes:
        return value.to_bytes(4, "little")

    expected = b"SQTRPRG2" + word(5) + b"small" + word(1) + word(3) + b"one" + word(1)
    expected += word(1) + word(5) + b"small" + word(4) + b"\0" + word(2) + word(0) + word(0) + b"\xff" * 4
    expected += word(0) + word(1) + b"\x01" + word(0) + word(0) + word(1) + b"\x02" + word(0) + word(0)
    expected += word(1) + word(1) + b"\0" + word(1) + b"\x01" + word(7) + word(4) + word(0)
    assert program.encode() == expected
    assert Program.decode(expected) == program


@pytest.mark.parametrize("name", TOYS)
def test_every_truncation_and_extension_is_rejected(name: str) -> None:
    data = TOYS[name].compiled.program.encode()
    for length in range(len(data)):
        with pytest.raises(Rejected):
            Program.decode(data[:length])
    with pytest.raises(Rejected, match="1 bytes follow the program"):
        Program.decode(data + b"\0")


@pytest.mark.parametrize("name", TOYS)
def test_changed_bytes_are_rejected_or_another_program(name: str) -> None:
    data = TOYS[name].compiled.program.encode()
    generator = random.Random(1)
    for _ in range(1500):
        changed = bytearray(data)
        for _ in range(generator.choice((1, 1, 1, 2, 4))):
            changed[generator.randrange(len(data))] = generator.choice(
                (0, 1, 2, 255, generator.randrange(256))
            )
        try:
            found = Program.decode(bytes(changed))
        except Rejected:
            continue
        assert found.encode() == bytes(changed)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_rejected(data: bytes) -> None:
    with pytest.raises(Rejected):
        Program.decode(b"SQTRPRG2" + data)


def test_a_count_beyond_the_bytes_is_rejected_before_reading() -> None:
    with pytest.raises(Rejected, match="ends inside its list of buses"):
        Program.decode(b"SQTRPRG2" + bytes(4) + (200).to_bytes(4, "little"))
    with pytest.raises(Rejected, match="lists 4294967295 buses, more than 256"):
        Program.decode(b"SQTRPRG2" + bytes(4) + b"\xff" * 4)


ONE = (0,)
BAD_TABLES = {
    "has degree 4": small_table(rules=(Rule(Selector.EVERY, 3),)),
    "has degree 3": small_table(rules=(Rule(Selector.FIRST, 2),)),
    "reads below the last row": small_table(rules=(Rule(Selector.EVERY, 4),)),
    "node of a rule of table small is 6": small_table(rules=(Rule(Selector.EVERY, 6),)),
    "left operand of node 0": small_table(nodes=(Node(Operation.ADD, 0, 0),), rules=()),
    "column of node 0": small_table(nodes=(Node(Operation.MAIN, 2, 0),), rules=()),
    "row of node 0": small_table(nodes=(Node(Operation.MAIN, 0, 2),), rules=()),
    "column of node 0 of table small is 0, outside 0..-1": small_table(
        nodes=(Node(Operation.PERIODIC, 0, 0),), rules=()
    ),
    "constant of node 0": small_table(nodes=(Node(Operation.CONSTANT, P, 0),), rules=()),
    "unused field of node 0": small_table(nodes=(Node(Operation.CONSTANT, 1, 1),), rules=()),
    "height bound": small_table(max_log_height=24),
    "width of table small is 0": small_table(first_wave_width=0, nodes=(), rules=()),
    "first-wave width": small_table(first_wave_width=8193),
    "go together": small_table(preprocessed_width=1),
    "fixed height of table small exceeds": small_table(preprocessed_width=1, preprocessed_log_height=5),
    "may not be optional": small_table(preprocessed_width=1, preprocessed_log_height=2, optional=True),
    "not a power of two": small_table(periodic=((1, 2, 3),)),
    "periodic value": small_table(periodic=((P,),)),
    "a period of table small exceeds": small_table(periodic=((1,) * 32,)),
    "bus of an interaction": small_table(interactions=(Interaction(0, 1, 0, 1, ONE),)),
    "bus of an interaction of table small is 2": small_table(interactions=(Interaction(2, 1, 0, 1, ONE),)),
    "carries 2 fields on a bus of 1": small_table(interactions=(Interaction(1, 1, 0, 1, (0, 0)),)),
    "reads the row below": small_table(interactions=(Interaction(1, 1, 4, 1, ONE),)),
    "a message of degree 3": small_table(interactions=(Interaction(1, 1, 0, 1, (2,)),)),
    "a multiplicity of degree 4": small_table(interactions=(Interaction(1, 1, 3, 1, ONE),)),
    "weight of an interaction": small_table(interactions=(Interaction(1, 1, 0, P, ONE),)),
    "node of an interaction": small_table(interactions=(Interaction(1, 1, 9, 1, ONE),)),
    "sent without a bound": small_table(interactions=(Interaction(1, 1, 0, 0, ONE),)),
    "looked up and received": small_table(
        interactions=(Interaction(1, -1, 0, 0, ONE), Interaction(1, -1, 0, 1, ONE))
    ),
}


@pytest.mark.parametrize("reason", BAD_TABLES)
def test_a_bad_table_is_rejected_by_its_bytes(reason: str) -> None:
    data = small_program(BAD_TABLES[reason]).encode()
    with pytest.raises(Rejected) as rejection:
        Program.decode(data)
    assert reason in rejection.value.reason


def test_repeated_squaring_is_rejected_at_once() -> None:
    squares = [Node(Operation.MAIN, 0, 0)]
    squares += [Node(Operation.MULTIPLY, i, i) for i in range(1 << 16)]
    rules = (Rule(Selector.EVERY, 1 << 16),)
    with pytest.raises(Rejected, match="has degree 255"):
        Program.decode(small_program(small_table(nodes=tuple(squares), rules=rules)).encode())


def boundary(kind: ItemKind, a: int, b: int) -> tuple[Boundary, ...]:
    return (Boundary(1, 1, (BoundaryItem(kind, a, b),)),)


BAD_PROGRAMS = {
    "needs a table": small_program(tables=()),
    "two table names": small_program(tables=(small_table(), small_table())),
    "two bus names": small_program(buses=(Bus("one", 1), Bus("one", 2))),
    "message length": small_program(buses=(Bus("one", 0),)),
    "preprocessed roots and preprocessed columns": small_program(preprocessed_roots=(b"\1" * 32,) * 2),
    "inside its list of preprocessed roots": small_program(preprocessed_roots=(b"\1" * 32, b"\1" * 31)),
    "boundary item is 2130706433": small_program(boundaries=boundary(ItemKind.CONSTANT, P, 0)),
    "unused boundary field": small_program(boundaries=boundary(ItemKind.CONSTANT, 1, 1)),
    "length of a statement item": small_program(boundaries=boundary(ItemKind.STATEMENT, 0, 33)),
    "offset of a statement item": small_program(boundaries=boundary(ItemKind.STATEMENT, 65537, 1)),
    "one wave has no seed": small_program(boundaries=boundary(ItemKind.SEED, 0, 0)),
    "bus one has messages that are looked up and received": small_program(
        small_table(interactions=(Interaction(1, -1, 0, 0, ONE),)),
        boundaries=(Boundary(1, -1, (BoundaryItem(ItemKind.CONSTANT, 1, 0),)),),
    ),
    "bus of a boundary message": small_program(boundaries=(Boundary(2, 1, ()),)),
}


@pytest.mark.parametrize("reason", BAD_PROGRAMS)
def test_a_bad_program_is_rejected_by_its_bytes(reason: str) -> None:
    data = BAD_PROGRAMS[reason].encode()
    with pytest.raises(Rejected) as rejection:
        Program.decode(data)
    assert reason in rejection.value.reason


def test_the_smallest_program_is_accepted() -> None:
    assert Program.decode(small_program().encode()) == small_program()


def test_an_interaction_neither_sent_nor_received_is_rejected() -> None:
    table = small_table(interactions=(Interaction(1, 0, 0, 1, ONE),))
    with pytest.raises(Rejected, match="neither sends nor receives"):
        small_program(table).validate()


def test_heights_are_bounded_fixed_and_counted() -> None:
    program = TOYS["ranges"].compiled.program
    assert [table.name for table in program.tables] == ["Sums", "Range3", "Range8"]
    program.check_heights([0, 3, 8])
    program.check_heights([10, 3, 8])
    for heights, reason in (
        ([11, 3, 8], "table Sums may not have height 2^11"),
        ([2, 4, 8], "table Range3 must have height 2^3"),
        ([2, 3, None], "table Range8 may not be absent"),
        ([2, 3], "2 heights for 3 tables"),
        ([-1, 3, 8], "table Sums may not have height 2^-1"),
    ):
        with pytest.raises(Rejected) as rejection:
            program.check_heights(heights)
        assert rejection.value.reason == reason


def test_a_table_is_at_least_one_period_high() -> None:
    program = small_program(small_table(periodic=((1, 2, 3, 4),)))
    program.check_heights([2])
    with pytest.raises(Rejected, match="table small may not have height 2\\^1"):
        program.check_heights([1])


def test_all_tables_absent_is_rejected() -> None:
    with pytest.raises(Rejected, match="every table is absent"):
        small_program(small_table(optional=True)).check_heights([None])


def test_the_field_counts_every_message_or_the_heights_are_rejected() -> None:
    heavy = small_table(interactions=(Interaction(1, 1, 0, P >> 4, ONE), Interaction(1, -1, 0, 0, ONE)))
    program = small_program(heavy)
    program.check_heights([3])
    program.check_heights([4])
    with pytest.raises(Rejected, match="more messages than the field can count"):
        small_program(heavy, boundaries=boundary(ItemKind.CONSTANT, 1, 0)).check_heights([4])


def test_neighbouring_interactions_share_a_column_when_degree_allows() -> None:
    linear, square = (0,), (1,)

    def packed(*pairs: tuple[int, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
        found = tuple(Interaction(1, 1, times, 1, message) for times, message in pairs)
        return lookup_columns(small_table(interactions=found))

    assert packed((0, linear), (0, linear), (0, linear)) == ((0, 1), (2,))
    assert packed((0, linear), (0, square)) == ((0,), (1,))
    assert packed((0, (5,)), (0, square)) == ((0, 1),)
    assert packed((2, linear), (0, linear), (0, linear)) == ((0,), (1, 2))
    assert packed((2, (5,)), (2, (5,))) == ((0, 1),)
    assert packed() == ()


def test_degrees_and_rows_read_follow_the_graph() -> None:
    table = small_table()
    assert [table.degree(node) for node in range(6)] == [1, 2, 3, 4, 1, 0]
    assert table.reads_below == (False, False, False, False, True, False)
    assert table.main_below == (1,)
    assert table.preprocessed_below == ()


def test_boundary_messages_come_from_statement_and_seed() -> None:
    items = (
        BoundaryItem(ItemKind.CONSTANT, 5, 0),
        BoundaryItem(ItemKind.STATEMENT, 1, 2),
        BoundaryItem(ItemKind.SEED, 7, 0),
    )
    message = Boundary(1, 1, items)
    assert message.message(b"\x01\x02\x03", b"\xff" * 32) == (5, 0x0203, 0x7FFFFFFF % P)
    with pytest.raises(Rejected, match="needs a 32-byte seed"):
        message.message(b"\x01\x02\x03", None)
    with pytest.raises(Rejected, match="statement is shorter"):
        message.message(b"\x01\x02", bytes(32))
    with pytest.raises(Rejected, match=r"statement bytes 0\.\.4 exceed the field"):
        BoundaryItem(ItemKind.STATEMENT, 0, 4).value(P.to_bytes(4, "big"), None)
    assert BoundaryItem(ItemKind.STATEMENT, 0, 4).value((P - 1).to_bytes(4, "big"), None) == P - 1


WIDTH, FIXED, PERIODS = 3, 2, ((1, P - 1), (7,), (0, 1, 2, P - 2))


@st.composite
def graphs(draw: st.DrawFn) -> Table:
    """A table of random nodes, of any degree."""
    nodes: list[Node] = []
    for position in range(draw(st.integers(1, 40))):
        operation = draw(st.sampled_from(Operation if position else list(Operation)[:4]))
        row = draw(st.integers(0, 1))
        a, b = {
            Operation.CONSTANT: (draw(st.integers(0, P - 1)), 0),
            Operation.MAIN: (draw(st.integers(0, WIDTH - 1)), row),
            Operation.PREPROCESSED: (draw(st.integers(0, FIXED - 1)), row),
            Operation.PERIODIC: (draw(st.integers(0, len(PERIODS) - 1)), 0),
        }.get(
            operation,
            (draw(st.integers(0, max(position - 1, 0))), draw(st.integers(0, max(position - 1, 0)))),
        )
        nodes.append(Node(operation, a, b))
    return Table("random", 2, False, WIDTH, 0, FIXED, 2, PERIODS, tuple(nodes), (), ())


@settings(max_examples=60)
@given(graphs(), st.integers(0, 2**32))
def test_numpy_columns_integers_and_the_extension_agree(table: Table, seed: int) -> None:
    generator = np.random.default_rng(seed)
    edge = generator.integers(P - 3, P, size=(4, WIDTH), dtype=np.uint32)
    main = np.where(generator.integers(2, size=(4, WIDTH)) == 1, edge, generator.integers(P, size=(4, WIDTH)))
    fixed = generator.integers(P, size=(4, FIXED), dtype=np.uint32)
    columns = evaluate_nodes(table, range(len(table.nodes)), main, fixed)
    integers = Arithmetic[int](
        lambda value: value, lambda a, b: (a + b) % P, lambda a, b: (a - b) % P, lambda a, b: a * b % P
    )
    for row in range(4):
        below = (row + 1) % 4
        periodic = [values[row % len(values)] for values in PERIODS]
        opened = [list(map(int, part)) for part in (main[row], main[below], fixed[row], fixed[below])]
        here, under, fixed_here, fixed_under = opened
        plain = evaluate(table, here, under, fixed_here, fixed_under, periodic, integers)
        assert plain == [int(columns[node][row]) for node in range(len(table.nodes))]
        lifted = [[embed(value) for value in part] for part in (*opened, periodic)]
        here_k, under_k, fixed_here_k, fixed_under_k, periodic_k = lifted
        found = evaluate(table, here_k, under_k, fixed_here_k, fixed_under_k, periodic_k, EXTENSION)
        assert found == [embed(value) for value in plain]
