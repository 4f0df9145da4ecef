"""The mock prover finds every lie in a toy's trace and says what is wrong in words."""

import inspect
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from circuits.dsl import Air, Bus, C, Table, Trace, cell, check, compile_program, flag
from circuits.dsl.columns import Column, evaluate_nodes
from circuits.dsl.reading import TraceRows
from circuits.dsl.source import Source
from tests import toys
from verifier.errors import Rejected
from verifier.field import P
from verifier.program import Selector

# The package gives the function of this name, not the module.
checking = import_module("circuits.dsl.check")

TOYS = toys.all_toys()


def changed(toy: toys.Toy, table: str, *cells: tuple[int, int, int]) -> dict[str, Any]:
    matrix = toy.traces[table]
    assert matrix is not None
    copy = matrix.copy()
    for row, column, value in cells:
        copy[row, column] = value
    return {**toy.traces, table: copy}


def line_of(table: Any, text: str) -> int:
    lines, first = inspect.getsourcelines(table)
    return first + next(i for i, each in enumerate(lines) if text in each)


@pytest.mark.parametrize("name", TOYS)
def test_honest_traces_pass(name: str) -> None:
    toy = TOYS[name]
    report = check(toy.compiled, toy.traces, toy.statement, toys.SEED)
    assert report.ok, str(report)
    assert str(report) == "every rule holds and every bus balances"


def test_a_failing_rule_is_named_with_row_line_and_values() -> None:
    toy = toys.fibonacci()
    report = check(toy.compiled, changed(toy, "Fibonacci", (3, 0, 9)), toy.statement)
    one, two = (
        line_of(toys.Fibonacci, "air.equal(below.left"),
        line_of(toys.Fibonacci, "air.equal(below.right"),
    )
    assert [str(failure) for failure in report.failures] == [
        f"Fibonacci row 2: toys.py:{one}: air.equal(below.left, self.right) with right=5, below.left=9",
        f"Fibonacci row 3: toys.py:{two}: air.equal(below.right, self.left + self.right)"
        " with left=9, right=8, below.right=13",
    ]
    assert report.failures[0].row == 2
    assert report.failures[0].values == {"right": 5, "below.left": 9}
    assert not report.ledger
    assert not report.ok


def test_a_broken_flag_names_its_declaration_and_several_cells_their_index() -> None:
    toy = toys.rounds()
    report = check(toy.compiled, changed(toy, "Rounds", (2, 2, 5), (6, 2, 5)), toy.statement)
    flags = line_of(toys.Rounds, "flags(2)")
    assert str(report.failures[0]) == (
        f"Rounds row 2: toys.py:{flags}: bits: Cells[C] = flags(2) with bits[1]=5 (and 1 more rows)"
    )
    assert report.failures[0].rows == (2, 6)


def test_periodic_and_preprocessed_cells_are_named() -> None:
    toy = toys.rounds()
    report = check(toy.compiled, changed(toy, "Rounds", (0, 0, 6)), toy.statement)
    (failure,) = report.failures
    assert failure.rows == (0,)
    assert failure.values == {
        "state": 6,
        "constant": 3,
        "weight": 2,
        "below.state": 507,
        "below.weight": 7,
    }


def test_the_ledger_tells_who_owes_whom() -> None:
    toy = toys.fibonacci()
    report = check(toy.compiled, toy.traces, toy.statement[:-1] + bytes([toy.statement[-1] ^ 1]))
    where = line_of(toys.Fibonacci, "air.send(Finish")
    assert [str(entry) for entry in report.ledger] == [
        f"bus toy.finish: (value=55) sent 1 times too often: sent by Fibonacci row 7"
        f" at toys.py:{where}: air.send(Finish(self.right), when=self.last)",
        "bus toy.finish: (value=54) received 1 times too often: received by the verifier",
    ]
    assert not report.failures
    assert report.unmatched_messages == 2


def test_a_permutation_misses_exactly_the_changed_message() -> None:
    toy = toys.permutation()
    received = toy.traces["Receivers"]
    assert received is not None
    honest = tuple(map(int, received[0, :2]))
    lie = (honest[0], (honest[1] + 1) % P)
    report = check(toy.compiled, changed(toy, "Receivers", (0, 1, lie[1])), toy.statement)
    assert {(entry.message, entry.balance) for entry in report.ledger} == {
        ((("left", honest[0]), ("right", honest[1])), 1),
        ((("left", lie[0]), ("right", lie[1])), -1),
    }
    assert not report.failures


def test_a_message_sent_three_times_is_counted_three_times() -> None:
    toy = toys.permutation()
    report = check(toy.compiled, {**toy.traces, "Receivers": None}, toy.statement)
    sent = toy.traces["Senders"]
    assert sent is not None
    assert sum(entry.balance for entry in report.ledger) == int(sent[:, 2].sum() + 2 * sent[:, 3].sum())


def test_a_multiplicity_beyond_its_bound_is_a_failure() -> None:
    toy = toys.permutation()
    report = check(toy.compiled, changed(toy, "Senders", (1, 3, 2)), toy.statement)
    assert any("more than 3 times" in str(failure) for failure in report.failures)


def test_a_count_of_questions_off_by_one_is_found() -> None:
    toy = toys.ranges()
    asked = toy.traces["Range3"]
    assert asked is not None
    report = check(toy.compiled, changed(toy, "Range3", (1, 0, int(asked[1, 0]) + 1)), toy.statement)
    (entry,) = report.ledger
    assert (entry.bus, entry.message, entry.balance) == ("range.3", (("value", 1),), -1)
    assert any(party.table == "Range3" and party.times == -int(asked[1, 0]) - 1 for party in entry.parties)


def test_the_seed_decides_the_second_wave() -> None:
    toy = toys.two_waves()
    assert check(toy.compiled, toy.traces, b"", toys.SEED).ok
    assert not check(toy.compiled, toy.traces, b"", bytes(32)).ok
    with pytest.raises(Rejected, match="needs a 32-byte seed"):
        check(toy.compiled, toy.traces, b"")


@pytest.mark.parametrize("name", TOYS)
def test_every_changed_live_cell_is_noticed(name: str) -> None:
    toy = TOYS[name]
    silent = set()
    for table, matrix in toy.traces.items():
        if matrix is None:
            continue
        for row in range(min(len(matrix), 8)):
            for column in range(matrix.shape[1]):
                value = (int(matrix[row, column]) + 1) % P
                traces = changed(toy, table, (row, column, value))
                if check(toy.compiled, traces, toy.statement, toys.SEED).ok:
                    silent.add((table, column))
    # Cells that say nothing while their row sends nothing.
    allowed = {
        "ranges": {("Sums", 3), ("Sums", 4)},
        "permutation": {("Receivers", 0), ("Receivers", 1), ("Senders", 0), ("Senders", 1)},
    }
    assert silent <= allowed.get(name, set())


@pytest.mark.parametrize("rows_at_once", [1, 2, 8])
def test_rows_are_checked_alike_in_pieces(monkeypatch: pytest.MonkeyPatch, rows_at_once: int) -> None:
    toy = toys.fibonacci()
    traces = changed(toy, "Fibonacci", (3, 0, 9), (7, 3, 0), (0, 2, 0))
    whole = check(toy.compiled, traces, toy.statement)
    monkeypatch.setattr(checking, "ROWS_AT_ONCE", rows_at_once)
    assert str(check(toy.compiled, traces, toy.statement)) == str(whole)
    assert len(whole.failures) == 4


class Talk(Bus[C]):
    name = "talk"
    value: C


class Talkers(Table[C]):
    """Everybody talks, nobody listens."""

    value: C = cell()
    live: C = flag()

    def rules(self, air: Air[C], below: "Talkers[C]") -> None:
        air.send(Talk(self.value), when=self.live)


def test_many_unmatched_messages_are_counted_and_some_shown() -> None:
    compiled = compile_program("talk", [Talkers])
    trace = Trace(Talkers, 8)
    trace.value = np.arange(256) // 2
    trace.live = 1
    report = check(compiled, {"Talkers": trace.matrix}, b"")
    assert report.unmatched_messages == 128
    assert len(report.ledger) == checking.SHOWN_MESSAGES
    assert str(report).endswith("and 28 more unmatched messages")
    assert str(report.ledger[0]).startswith(
        "bus talk: (value=0) sent 2 times too often: sent by Talkers row 0 at "
    )


def test_malformed_traces_are_refused() -> None:
    toy = toys.fibonacci()
    matrix = toy.traces["Fibonacci"]
    assert matrix is not None
    for traces, complaint in (
        ({"Fibonacci": matrix[:3]}, r"shape \(3, 4\), not \(2\^k, 4\)"),
        ({"Fibonacci": matrix[:, :3]}, r"shape \(8, 3\)"),
        (changed(toy, "Fibonacci", (0, 0, P)), "values outside the field"),
        ({"Fibonacci": matrix, "Lucas": matrix}, "no table is named Lucas"),
    ):
        with pytest.raises(ValueError, match=complaint):
            check(toy.compiled, traces, toy.statement)
    with pytest.raises(Rejected, match="table Sums may not be absent"):
        check(toys.ranges().compiled, {**toys.ranges().traces, "Sums": None}, b"")


class RecordingAir(Air[Column]):
    """Keeps the value of every rule, multiplicity and message field in the order stated."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.rule_values: list[Any] = []
        self.message_values: list[Any] = []

    def constant(self, value: int) -> Column:
        return Column.constant(value)

    def on_rule(self, selector: Selector, value: Column, source: Source | None) -> None:
        self.rule_values.append(value.canonical(self.rows))

    def on_interaction(
        self, sign: int, message: Bus[Column], times: Column, weight: int | None, source: Source | None
    ) -> None:
        fields = [self._cell(value) for value in message.flat()]
        self.message_values += [each.canonical(self.rows) for each in (times, *fields)]


@pytest.mark.parametrize("name", TOYS)
def test_both_readings_of_the_rules_agree_on_random_cells(name: str) -> None:
    compiled = TOYS[name].compiled
    generator = np.random.default_rng(3)
    for table, form in zip(compiled.tables, compiled.program.tables, strict=True):
        rows = 1 << max(form.preprocessed_log_height, 2)
        main = generator.integers(P, size=(rows, form.width), dtype=np.uint32)
        fixed = compiled.preprocessed.get(table.name)
        air = RecordingAir(rows)
        TraceRows(table, main, fixed).state(air, np.arange(rows))
        rules = [rule.node for rule in form.rules]
        messages = [node for each in form.interactions for node in (each.multiplicity, *each.message)]
        values = evaluate_nodes(form, [*rules, *messages], main, fixed)
        np.testing.assert_array_equal(air.rule_values, [values[node] for node in rules])
        np.testing.assert_array_equal(air.message_values, [values[node] for node in messages])
