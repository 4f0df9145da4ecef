"""The harness finds what was planted in toy programs, and never contradicts the mock checker."""

from dataclasses import replace

import numpy as np
import pytest

from circuits.dsl import Air, C, Compiled, Table, Trace, cell, check, compile_program, flag
from tests import toys
from tests.adversarial.campaign import Campaign
from tests.adversarial.cells import CellAttack
from tests.adversarial.liar import Liar
from tests.adversarial.needed import Hunt, RegisteredLie
from tests.adversarial.reviewed import DontCare, Implied, Unasked, interactions_written, rules_written
from tests.adversarial.sampling import other_values
from tests.adversarial.sweep import sweep
from tests.adversarial.witness import Guard, Witness
from tests.hashing import program, traces_of

TOYS = toys.all_toys()
HASHING = Witness(program(), traces_of([b"", b"abc", bytes(range(70))]), b"")


def witness(toy: toys.Toy) -> Witness:
    """A toy with the seed that its second wave wants."""
    return Witness(toy.compiled, toy.traces, toy.statement, toys.SEED)


def accepted(attacked: Witness, table: str, cells: dict[tuple[int, int], int]) -> list[str] | None:
    """The sources of the rules that the mock checker sees broken by changed cells; None if messages go astray too."""
    matrix = np.array(attacked.traces[table])
    for at, value in cells.items():
        matrix[at] = value
    report = check(attacked.compiled, {**attacked.traces, table: matrix}, attacked.statement, attacked.seed)
    return None if report.unmatched_messages else [str(failure.source) for failure in report.failures]


@pytest.mark.parametrize("name", [*TOYS, "hashing"])
def test_the_verdict_on_every_change_is_the_mock_checkers(name: str) -> None:
    attacked = HASHING if name == "hashing" else witness(TOYS[name])
    most_rows, most_columns = (1, 2) if name == "hashing" else (4, 12)
    generator = np.random.default_rng(3)
    for table in attacked.present():
        rows = generator.permutation(table.height)[:most_rows]
        attack = CellAttack(table, rows)
        for column in generator.permutation(table.form.width)[:most_columns].tolist():
            values = other_values(table, column, rows, generator)
            noticed = attack.change(column, values).anyone()
            for at in np.ndindex(values.shape):
                cells = {(int(rows[at[0]]), column): int(values[at])}
                assert noticed[at] == (accepted(attacked, table.form.name, cells) != [])


class Unread(Table[C]):
    """Counts down; `spare` is read where a row is live, and by nothing else."""

    max_log_height = 4
    live: C = flag()
    left: C = cell()
    spare: C = cell()

    def rules(self, air: Air[C], below: "Unread[C]") -> None:
        air.zero(self.live * (self.spare - self.left))
        with air.between_rows():
            air.equal(below.left, self.left - self.live)
            air.zero(below.live * (1 - self.live))
        with air.last_row():
            air.zero(self.left)


def unread() -> Witness:
    """Three live rows and five idle ones."""
    trace = Trace(Unread, 3)
    trace.live[:3] = 1
    trace.left[:3] = trace.spare[:3] = [3, 2, 1]
    return Witness(compile_program("toy.unread", [Unread]), {"Unread": trace.matrix}, b"")


IDLE = DontCare(Unread, ("spare",), lambda trace: trace.live == 0, "not read")


def test_a_floating_cell_is_named_with_its_rows() -> None:
    (complaint,) = Campaign([unread()]).floating()
    assert complaint.startswith("Unread.spare floats on rows 3, 4, 5, 6, 7: value + 1")


def test_a_reviewed_cell_may_float_on_the_reviewed_rows_only() -> None:
    assert not Campaign([unread()]).floating([IDLE])
    narrower = replace(IDLE, where=lambda trace: (trace.live == 0) & (np.arange(8) > 4))
    (left,) = Campaign([unread()]).floating([narrower])
    assert "rows 3, 4:" in left


def test_an_excuse_that_excuses_nothing_is_reported() -> None:
    useless = replace(IDLE, fields=("left",))
    assert Campaign([unread()]).floating([IDLE, useless]) == ["Unread: nothing floats of left"]


def without_rule(compiled: Compiled, table: str, number: int) -> Compiled:
    """The program with one rule deleted."""
    tables = tuple(
        replace(form, rules=form.rules[:number] + form.rules[number + 1 :]) if form.name == table else form
        for form in compiled.program.tables
    )
    sources = compiled.sources[table]
    kept = replace(sources, rules=sources.rules[:number] + sources.rules[number + 1 :])
    return replace(
        compiled,
        program=replace(compiled.program, tables=tables),
        sources={**compiled.sources, table: kept},
    )


def test_a_missing_rule_leaves_cells_floating() -> None:
    toy = toys.fibonacci()
    sums = "air.equal(below.right, self.left + self.right)"
    (guard,) = rules_written(toy.compiled, toys.Fibonacci, sums)
    weakened = without_rule(toy.compiled, "Fibonacci", guard.number)
    assert not Campaign([witness(toy)]).floating()
    # Each number is still the next row's left one, and the last one the statement's.
    shifts = "air.equal(below.left, self.right)"
    (guard,) = rules_written(weakened, toys.Fibonacci, shifts)
    weaker = without_rule(weakened, "Fibonacci", guard.number)
    complaints = Campaign([replace(witness(toy), compiled=weaker)]).floating()
    assert [line.split(":")[0] for line in complaints] == [
        "Fibonacci.left floats on rows 1, 2, 3, 4, 5, 6, 7",
        "Fibonacci.right floats on rows 1, 2, 3, 4, 5, 6",
    ]


def test_rules_that_others_imply_are_reported_until_reviewed() -> None:
    campaign = Campaign([witness(toys.fibonacci())])
    flags = ("first: C = flag()", "last: C = flag()")
    complaints = campaign.unneeded(toys.Fibonacci)
    assert [line.split(": ", 1)[1] for line in complaints] == list(flags)
    reviewed = [Implied(toys.Fibonacci, text, "the rules fix it on every row") for text in flags]
    assert not campaign.unneeded(toys.Fibonacci, reviewed)


def test_each_of_two_rules_that_imply_each_other_is_reported() -> None:
    complaints = Campaign([witness(toys.rounds())]).unneeded(toys.Rounds)
    assert len(complaints) == 2
    assert all("bits: Cells[C] = flags(2)" in line for line in complaints)


@pytest.mark.parametrize("text", ["air.zero(below.first)", "no such rule"])
def test_a_review_out_of_date_is_reported(text: str) -> None:
    complaints = Campaign([witness(toys.fibonacci())]).unneeded(
        toys.Fibonacci, [Implied(toys.Fibonacci, text, "")]
    )
    assert complaints[0] == f"Fibonacci: no rule, or a needed one, was reviewed as implied: {text}"


def test_every_lie_found_breaks_one_rule_for_the_mock_checker_too() -> None:
    attacked = unread()
    (table,) = attacked.present()
    liar = Liar(table)
    found = 0
    for guard in table.rules():
        for seed in range(40):
            lie = liar.attempt(guard, seed, range(8), [])
            if lie is not None and lie.base is liar.honest:
                assert accepted(attacked, "Unread", lie.cells) == [str(guard.source(attacked.compiled))]
                found += 1
    assert found > 20


def test_a_lie_against_an_interaction_breaks_no_rule_and_unbalances_a_bus() -> None:
    attacked = witness(toys.fibonacci())
    (table,) = attacked.present()
    liar, guard = Liar(table), Guard("Fibonacci", False, 1)
    lie = next(filter(None, (liar.attempt(guard, seed, range(8), []) for seed in range(99))))
    matrix = np.array(attacked.traces["Fibonacci"])
    for at, value in lie.cells.items():
        matrix[at] = value
    report = check(attacked.compiled, {"Fibonacci": matrix}, attacked.statement)
    assert not report.failures
    assert {line.bus for line in report.ledger} >= {"toy.finish"}


def test_a_registered_lie_counts_only_if_it_breaks_its_rule_alone() -> None:
    campaign = Campaign([witness(toys.fibonacci())])
    text = "first: C = flag()"

    def vain(trace: Trace, number: int) -> None:
        trace.first[3 + number] = 2

    assert len(campaign.unneeded(toys.Fibonacci, lies=[RegisteredLie(toys.Fibonacci, text, vain)])) == 2


def test_a_registered_lie_against_an_interaction_counts_only_if_it_breaks_no_rule() -> None:
    attacked = witness(toys.permutation())
    (senders,) = (each for each in attacked.present() if each.form.name == "Senders")
    text = "air.send(Pair(self.left, self.right * self.left), times=self.low + 2 * self.high, at_most=3)"
    (guard,) = interactions_written(attacked.compiled, toys.Senders, text)
    generator = np.random.default_rng(1)
    unknown = replace(sweep(senders, 8, generator), needed=frozenset())

    def another_pair(trace: Trace, number: int) -> None:
        trace.right[np.flatnonzero(trace.low)[0]] += 1

    def sent_twice(trace: Trace, number: int) -> None:
        trace.low[np.flatnonzero(trace.low)[0]] = 2

    for change, found in ((another_pair, {guard}), (sent_twice, set())):
        hunt = Hunt([unknown], generator)
        hunt.tell(attacked.compiled, RegisteredLie(toys.Senders, text, change))
        assert hunt.found == found


def test_a_table_that_speaks_of_itself_is_reported_until_reviewed() -> None:
    campaign = Campaign([witness(toys.permutation())])
    (complaint,) = campaign.unasked(toys.Senders)
    assert complaint.startswith("Senders can say unasked toys.py:")
    assert not campaign.unasked(toys.Senders, [Unasked(toys.Senders, toys.Pair, "where pairs come from")])
    assert campaign.unasked(toys.Receivers, [Unasked(toys.Receivers, toys.Pair, "")]) == [
        "Receivers cannot say unasked, as reviewed: toy.pair"
    ]
