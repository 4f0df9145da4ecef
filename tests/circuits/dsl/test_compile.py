"""What compiles, to which bytes, and how a mistake is told."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circuits.dsl import (
    Air,
    Bus,
    C,
    Cells,
    RuleError,
    Table,
    cell,
    cells,
    compile_program,
    flag,
    flags,
    periodic,
    preprocessed,
    public_bytes,
    ranged,
    verifier_sends,
)
from circuits.dsl.cells import Graph
from circuits.dsl.commit import commit_root
from tests import toys
from verifier.field import P
from verifier.program import LOG_BLOWUPS, BoundaryItem, ItemKind, Node, Operation, Rule, Selector

ROOT = Path(__file__).parents[3]


class Asked(Bus[C]):
    value: C


class Note(Bus[C]):
    value: C


class Letter(Bus[C]):
    name = "letter"
    kind: "C | int"
    body: Cells[C] = cells(2)


def compile_rules(rules: Any) -> Any:
    """A table of a flag, two cells and a fixed column, with these rules."""
    namespace = {
        "__annotations__": {"live": "C", "pair": "Cells[C]", "fixed": "C"},
        "live": flag(),
        "pair": cells(2),
        "fixed": periodic([1, 2]),
        "rules": rules,
    }
    return compile_program("one", [type("One", (Table,), namespace)])


def message_of(rules: Any) -> str:
    with pytest.raises(RuleError) as error:
        compile_rules(rules)
    return str(error.value)


def line(rules: Any, offset: int = 1) -> str:
    return f"test_compile.py:{rules.__code__.co_firstlineno + offset}"


def test_degree_error_names_the_offending_line() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        air.zero(row.live * row.live * row.live * row.live)

    expected = "air.zero(row.live * row.live * row.live * row.live): degree 4 exceeds 3"
    assert message_of(rules) == f"{line(rules)}: {expected}"


def test_first_and_last_rows_allow_one_degree_less() -> None:
    def allowed(row: Any, air: Any, below: Any) -> None:
        with air.last_row():
            air.zero(row.live * row.live)

    def rules(row: Any, air: Any, below: Any) -> None:
        with air.first_row():
            air.zero(row.live * row.live * row.live)

    compile_rules(allowed)
    assert (
        message_of(rules) == f"{line(rules, 2)}: air.zero(row.live * row.live * row.live): degree 3 exceeds 2"
    )


def test_a_rule_written_by_a_gadget_names_both_lines() -> None:
    def cube_is_zero(air: Any, x: Any) -> None:
        air.zero(x * x * x * x)

    def rules(row: Any, air: Any, below: Any) -> None:
        cube_is_zero(air, row.live)

    assert message_of(rules) == (
        f"{line(cube_is_zero)}: air.zero(x * x * x * x)"
        f" (from {line(rules)}: cube_is_zero(air, row.live)): degree 4 exceeds 3"
    )


def test_below_outside_between_rows_is_refused_even_when_smuggled_out() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        with air.between_rows():
            change = below.live - row.live
        air.zero(change)

    assert message_of(rules) == (
        f"{line(rules, 3)}: air.zero(change): `below` may be read only inside air.between_rows()"
    )


def test_a_message_may_not_read_below() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        air.send(Note(below.live))

    assert message_of(rules).endswith(
        "air.send(Note(below.live)): a message is made of this row; `below` may not be read"
    )


def test_contexts_do_not_nest_and_do_not_hold_messages() -> None:
    def nested(row: Any, air: Any, below: Any) -> None:
        with air.first_row(), air.last_row():
            air.zero(row.live)

    def sending(row: Any, air: Any, below: Any) -> None:
        with air.first_row():
            air.send(Note(row.live))

    assert (
        message_of(nested)
        == f"{line(nested)}: with air.first_row(), air.last_row(): contexts of rows do not nest"
    )
    assert message_of(sending).endswith(
        "air.send(Note(row.live)): every row sends; say when by `when` or `times`"
    )


def test_a_variable_multiplicity_needs_a_bound() -> None:
    def unbounded(row: Any, air: Any, below: Any) -> None:
        air.send(Note(row.live), times=row.pair[0])

    def exempt(row: Any, air: Any, below: Any) -> None:
        air.receive(Note(row.live), times=row.pair[0], at_most=0)

    def doubled(row: Any, air: Any, below: Any) -> None:
        air.receive(Note(row.live), when=row.live, at_most=2)

    def never(row: Any, air: Any, below: Any) -> None:
        air.receive(Note(row.live), times=0)

    assert message_of(unbounded).endswith("how many times at most? give at_most, or a flag as `when`")
    assert message_of(exempt).endswith("at_most is at least 1")
    assert message_of(doubled).endswith("`when` stands for times and at_most")
    assert message_of(never).endswith("zero times")


def test_degrees_of_messages_are_bounded() -> None:
    def message(row: Any, air: Any, below: Any) -> None:
        air.send(Note(row.live * row.live * row.live))

    def times(row: Any, air: Any, below: Any) -> None:
        air.send(Note(row.live), when=row.live * row.live * row.live * row.live)

    assert message_of(message).endswith("message degree 3 exceeds 2")
    assert message_of(times).endswith("degree 4 of `times` exceeds 3")


def test_what_can_never_hold_is_refused() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        air.equal(row.live - row.live, 1)

    assert message_of(rules).endswith("this can never hold")


def test_a_periodic_column_cannot_be_read_below() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        with air.between_rows():
            air.zero(below.fixed)

    assert message_of(rules) == f"{line(rules, 2)}: below.fixed: fixed is periodic and cannot be read below"


def test_a_rule_may_not_branch_on_a_cell_or_mix_tables() -> None:
    def branching(row: Any, air: Any, below: Any) -> None:
        if row.live:
            air.zero(row.live)

    def comparing(row: Any, air: Any, below: Any) -> None:
        air.zero(row.live == 1)

    with pytest.raises(TypeError, match="may not branch on a cell"):
        compile_rules(branching)
    with pytest.raises(TypeError, match="not by =="):
        compile_rules(comparing)
    with pytest.raises(TypeError, match="mix cells of two tables"):
        Graph().leaf(Operation.MAIN, 0) + Graph().leaf(Operation.MAIN, 0)


def test_declarations_state_their_rules_first_and_weights_follow() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        air.send(Note(row.live), times=-2)
        air.receive(Note(row.live), times=3)
        air.provide(Asked(row.live), times=row.pair[0])
        air.lookup(Asked(row.live), when=row.live)
        with air.between_rows():
            air.equal(below.pair[1], row.fixed)

    compiled = compile_rules(rules)
    table = compiled.program.tables[0]
    assert [(each.sign, each.weight) for each in table.interactions] == [(1, 2), (-1, 3), (-1, 0), (1, 1)]
    assert [rule.selector for rule in table.rules] == [Selector.EVERY, Selector.BETWEEN]
    assert compiled.sources["One"].rules[0].text == '"live": flag(),'
    assert str(compiled.sources["One"].rules[1]) == f"{line(rules, 6)}: air.equal(below.pair[1], row.fixed)"
    assert table.main_below == (2,)
    assert table.periodic == ((1, 2),)
    assert [bus.name for bus in compiled.program.buses] == [f"{__name__}.Note", f"{__name__}.Asked"]


def test_what_is_looked_up_is_not_received_as_well() -> None:
    def receiving(row: Any, air: Any, below: Any) -> None:
        air.receive(Note(row.live), when=row.live)
        air.provide(Note(row.live), times=row.pair[0])

    assert "Note has messages that are looked up and received" in message_of(receiving)


def test_equal_expressions_are_one_node_and_unused_ones_none() -> None:
    def rules(row: Any, air: Any, below: Any) -> None:
        left, right = row.pair
        unused = below.live * left
        air.zero(left * right + (right * left) * 1 + 0 * unused)
        air.zero(right * left - (2 + 3 - 5))

    table = compile_rules(rules).program.tables[0]
    assert (
        table.nodes[-4:]
        == (
            Node(Operation.MULTIPLY, 0, 3),
            Node(Operation.MULTIPLY, 1, 2),
            Node(Operation.ADD, 5, 5),
            Node(Operation.MULTIPLY, 1, 2),
        )
        or [node.operation for node in table.nodes].count(Operation.MULTIPLY) == 2
    )
    assert len(set(table.nodes)) == len(table.nodes)
    assert table.main_below == ()
    assert table.rules[1].selector == Selector.EVERY


def test_graph_simplifies_with_constants() -> None:
    graph = Graph()
    x = graph.leaf(Operation.MAIN, 0)
    assert (x + 0).node == (0 + x).node == (x * 1).node == (1 * x).node == (x - 0).node == x.node
    assert graph.value((x * 0).node) == graph.value((x - x).node) == 0
    assert graph.value((graph.constant(-1) * 5 + 2).node) == P - 3
    assert (x + 3).node == (3 + x).node
    assert (x - 3).node != (3 - x).node
    assert (-x).node == (0 - x).node


def test_boundaries_take_constants_and_statement_bytes() -> None:
    class Reader(Table[C]):
        """Receives one letter."""

        body: Cells[C] = cells(2)
        live: C = flag()

        def rules(self, air: Air[C], below: "Reader[C]") -> None:
            air.receive(Letter(7, self.body), when=self.live)

    compiled = compile_program("letters", [Reader], [verifier_sends(Letter(7, public_bytes(3, 2)))])
    (found,) = compiled.program.boundaries
    assert found.bus == 1
    assert found.sign == 1
    assert found.items == (
        BoundaryItem(ItemKind.CONSTANT, 7, 0),
        BoundaryItem(ItemKind.STATEMENT, 3, 1),
        BoundaryItem(ItemKind.STATEMENT, 4, 1),
    )


def test_messages_know_their_fields() -> None:
    assert Letter.length() == 3
    assert Letter.named([9, 8, 7]) == (("kind", 9), ("body", (8, 7)))
    with pytest.raises(TypeError, match="body has 2 cells, not 3"):
        Letter(1, [1, 2, 3])
    with pytest.raises(TypeError, match="takes each of kind, body once"):
        Letter(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes each of kind, body once"):
        Letter(1, [1, 2], kind=1)  # type: ignore[misc]
    with pytest.raises(TypeError, match="has 2 fields"):
        Letter(1, [1, 2], 3)  # type: ignore[call-arg]
    with pytest.raises(RuleError, match="needs a length"):
        type("Bad", (Bus,), {"__annotations__": {"value": "Cells[C]"}})


def test_bad_declarations_are_refused() -> None:
    with pytest.raises(RuleError, match=r"One\.x is not declared"):
        type("One", (Table,), {"__annotations__": {"x": "C"}})
    declarations: tuple[tuple[Callable[[], Any], str], ...] = (
        (lambda: periodic([1, 2, 3]), "3 fixed values are not a power of two"),
        (lambda: preprocessed([P]), "fixed values are field elements"),
        (lambda: preprocessed([0.5]), "a list of integers"),
        (lambda: cell(wave=3), "there are waves 1 and 2"),
        (lambda: cells(0), "at least one cell"),
        (lambda: ranged(21), "1 to 20 bits"),
    )
    for declare, complaint in declarations:
        with pytest.raises(RuleError, match=complaint):
            declare()


def test_preprocessed_columns_of_a_table_agree_in_length_and_fix_its_height() -> None:
    def table(first: list[Any], second: list[Any]) -> Any:
        namespace = {
            "__annotations__": {"a": "C", "b": "C", "x": "C"},
            "a": preprocessed(first),
            "b": preprocessed(second),
            "x": cell(),
            "rules": lambda row, air, below: air.zero(row.x),
        }
        return type("Fixed", (Table,), namespace)

    compiled = compile_program("fixed", [table([1, 2], [[3, 4], [5, 6]])])
    found = compiled.program.tables[0]
    assert (found.preprocessed_width, found.preprocessed_log_height, found.max_log_height) == (3, 1, 1)
    assert compiled.preprocessed["Fixed"].tolist() == [[1, 3, 4], [2, 5, 6]]
    columns = [compiled.preprocessed["Fixed"]]
    assert compiled.program.preprocessed_roots == tuple(commit_root(columns, each) for each in LOG_BLOWUPS)
    assert len(set(compiled.program.preprocessed_roots)) == len(LOG_BLOWUPS)
    with pytest.raises(RuleError, match="differ in length"):
        compile_program("fixed", [table([1, 2], [1, 2, 3, 4])])


def test_what_the_verifier_would_reject_does_not_compile() -> None:
    with pytest.raises(RuleError, match="one: two table names are equal"):
        compile_program("one", [toys.Fibonacci, toys.Fibonacci])


def test_layout_puts_the_first_wave_first() -> None:
    class Mixed(Table[C]):
        """Two waves, declared in turns."""

        late: Cells[C] = cells(2, wave=2)
        fixed: C = periodic([1])
        early: Cells[C] = flags(3)
        single: C = cell()

        def rules(self, air: Air[C], below: "Mixed[C]") -> None:
            air.zero(self.late[1])

    assert Mixed.layout() == {"early": (0, 3), "single": (3, 1), "late": (4, 2)}
    table = compile_program("mixed", [Mixed]).program.tables[0]
    assert (table.first_wave_width, table.second_wave_width) == (4, 2)
    assert Rule(Selector.EVERY, table.nodes.index(Node(Operation.MAIN, 5, 0))) in table.rules


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    script = (
        "from tests import toys\n"
        "for name, toy in toys.all_toys().items(): print(name, toy.compiled.program.digest.hex())"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    here = "".join(f"{name} {toy.compiled.program.digest.hex()}\n" for name, toy in toys.all_toys().items())
    assert printed == [here, here]
