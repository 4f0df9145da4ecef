"""What the tables make of transactions is what the executor makes of them, whatever comes."""

from collections import Counter
from random import Random

import pytest

from circuits.dsl import cost, unproven_weights
from circuits.tables.payment_buses import Verdict
from circuits.tables.receipt import FAILED, OUTCOME, REASON, REFUSED, Case
from prover.execution.payments.executor import apply
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.state import State
from tests.execution import Scene, judge, program, scene
from tests.execution_cases import CASES, CHAIN, STATE, signed
from tests.prover.execution.payments.traffic import Traffic, first_state, some_chain

BATCHES = 30
ITEMS = 150


def holds(told: Scene) -> None:
    report = judge(told.traces(), told.statement)
    assert report.ok, str(report)


def test_the_numbers_are_those_of_the_executor() -> None:
    assert [(case.name, number) for case, number in zip(Case, REASON, strict=True)] == [
        (each.name if each else "EXECUTED", each.value) for each in (*list(Reason)[1:], Reason.NONE)
    ]
    for case, number in zip(Case, OUTCOME, strict=True):
        ignored = Outcome.FAILED if case in FAILED else Outcome.IGNORED
        assert number == (Outcome.EXECUTED if case == Case.EXECUTED else ignored)
    assert {Verdict[case.name]: REASON[case] for case in REFUSED} == {
        each: each for each in list(Verdict)[1:]
    }


@pytest.mark.parametrize("name", CASES)
def test_every_case_comes_out_as_it_should(name: str) -> None:
    reason, made = CASES[name]
    told = made()
    assert told.truth[-1].reason == reason
    holds(told)


def test_the_cases_are_all_there_are() -> None:
    assert {reason for reason, _ in CASES.values()} == set(Reason)


@pytest.mark.parametrize("seed", range(BATCHES))
def test_random_items_come_out_as_they_should(seed: int) -> None:
    told = random_scene(seed)
    holds(told)


def test_the_random_items_are_of_every_kind() -> None:
    found = Counter(receipt.reason for seed in range(BATCHES) for receipt in random_scene(seed).truth)
    assert set(found) == set(Reason) - {Reason.TOO_LONG}
    assert sum(found.values()) == BATCHES * ITEMS


def random_scene(seed: int) -> Scene:
    """Traffic over several heights, some without items."""
    random = Random(seed)
    chain, state = some_chain(random), first_state(random)
    after = state.copy()
    traffic = Traffic(random, chain, after)
    items = []
    for number in range(1, ITEMS + 1):
        items.append(b"\0\0" + traffic.item())
        apply(chain, after, number, items[-1])
    ends = sorted(random.randrange(ITEMS + 1) for _ in range(7))
    heights = [items[start:end] for start, end in zip([0, *ends], [*ends, ITEMS], strict=True)]
    return scene(chain, state, heights, random.choice([1, 2**30, 1_000_000]))


@pytest.mark.parametrize("heights", [[[]], [[], [], []], [[], [signed()], []], [[b"\0\0"], []]])
def test_heights_without_items_are_of_no_account(heights: list[list[bytes]]) -> None:
    holds(scene(CHAIN, STATE, heights))


def test_many_heights_may_pass_without_items() -> None:
    holds(scene(CHAIN, State(), [[b"\0\0"], *[[]] * 4094, [b"\0\0x"]]))


def test_multiplicities_without_an_evident_bound_are_those_argued_for() -> None:
    """Sums of cases that exclude one another; periodic flags times flags."""
    assert Counter(table for table, _ in unproven_weights(program())) == {"Receipt": 15, "Transfer": 5}


def test_the_tables_are_narrow() -> None:
    widths = {each.table: each.columns for each in cost(program())}
    assert max(widths[name] for name in ("Receipt", "Signer", "Transfer")) <= 160
