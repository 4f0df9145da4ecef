"""The prover's half: what it proves is accepted, what it is told to lie about is not."""

import random
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from circuits.dsl import check
from prover.account import Cancelled, Progress
from prover.engine import Engine, KernelError, Matrix
from prover.kernel import NativeEngine
from prover.memory import estimate
from prover.stark import STAGES, prove
from tests import toys
from tests.verifier.liars import FitsTheEquation, Lying, bumped, moved_sums, only
from tests.verifier.proofs import ENGINES, QUICK, TOYS, Made, heights_of, honest, make
from verifier import deep, fri, lookup, stark
from verifier.channel import Channel
from verifier.errors import Rejected
from verifier.field import P
from verifier.merkle import multiproof_root
from verifier.profile import DIRECT_128, PROFILES
from verifier.shape import Shape

Traces = dict[str, Matrix | None]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()


@pytest.mark.parametrize("name", TOYS)
def test_a_true_statement_is_proven(name: str, engine: Engine) -> None:
    make(TOYS[name], engine=engine).check()


@pytest.mark.parametrize("name", TOYS)
def test_engines_and_repetitions_give_the_same_bytes(name: str) -> None:
    proofs = {make(TOYS[name], engine=new()).messages for new in ENGINES.values() for _ in range(2)}
    assert len(proofs) == 1


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_the_registered_profiles_reach_their_bits(profile: Any) -> None:
    made = make(toys.ranges(8), profile=profile)
    made.check()
    assert made.shape().report.bits >= profile.bits


def test_a_program_too_small_for_the_claim_is_refused() -> None:
    with pytest.raises(Rejected, match="bits"):
        make(toys.fibonacci(), profile=DIRECT_128)


@pytest.mark.parametrize("log_height", range(9))
def test_tables_of_every_small_height(log_height: int) -> None:
    make(toys.fibonacci(log_height)).check()
    make(toys.ranges(log_height)).check()
    make(toys.permutation(log_height)).check()


def changed_cells(traces: Traces, rng: random.Random, most: int) -> list[tuple[str, int, int]]:
    cells = [
        (name, row, column)
        for name, trace in traces.items()
        if trace is not None
        for row in range(trace.shape[0])
        for column in range(trace.shape[1])
    ]
    return rng.sample(cells, min(most, len(cells)))


@pytest.mark.parametrize("name", [name for name in TOYS if name != "two_waves"])
def test_a_changed_cell_is_proven_only_if_the_rules_still_hold(name: str) -> None:
    """The mock checker and the proof system must agree on every trace."""
    toy, rng = TOYS[name], random.Random(name)
    refused = 0
    for table, row, column in changed_cells(toy.traces, rng, 120):
        trace = toy.traces[table]
        assert trace is not None
        other = trace.copy()
        other[row, column] = rng.choice([(int(other[row, column]) + 1) % P, rng.randrange(P), 0])
        traces = toy.traces | {table: other}
        holds = check(toy.compiled, traces, toy.statement).ok
        assert make(toy, traces=traces).accepted() == holds
        refused += not holds
    assert refused


@pytest.mark.parametrize("column", range(4))
def test_a_changed_cell_of_either_wave_is_rejected(column: int) -> None:
    def second_wave(seed: bytes) -> Traces:
        trace = toys.second_wave(seed)["Tokens"].copy()
        trace[2, column] += 1
        return {"Tokens": trace}

    made = make(TOYS["two_waves"], second_wave=second_wave)
    # The value column was committed before the seed: its change lies only in what the second wave says of it.
    assert made.accepted() == (column == 0)


def test_the_second_wave_follows_the_seed_of_the_first() -> None:
    seeds = []

    def second_wave(seed: bytes) -> Traces:
        seeds.append(seed)
        return dict(toys.second_wave(seed))

    toy = TOYS["two_waves"]
    make(toy, second_wave=second_wave).check()
    first = toy.traces["Tokens"]
    assert first is not None
    make(toy, traces={"Tokens": bumped(first)}, second_wave=second_wave)
    assert len(set(seeds)) == 2
    # Columns for another seed.
    assert not make(toy, second_wave=lambda _: dict(toys.second_wave(toys.SEED))).accepted()


@pytest.mark.parametrize("name", ["fibonacci", "ranges", "permutation"])
def test_a_false_statement_is_rejected(name: str) -> None:
    toy = TOYS[name]
    for at in range(len(toy.statement)):
        other = bytearray(toy.statement)
        other[at] ^= 1
        holds = check(toy.compiled, toy.traces, bytes(other)).ok
        assert make(toy, statement=bytes(other)).accepted() == holds


def test_a_zero_denominator_is_an_error_and_not_a_proof() -> None:
    toy = TOYS["permutation"]

    def zero(_: int, __: Any) -> Any:
        raise KernelError("a lookup denominator is zero")

    with pytest.raises(KernelError):
        make(toy, engine=Lying(lookup=zero))


# Lies at the level of the protocol: each is rejected, and by the check that is there for it.


LIES: dict[str, tuple[Callable[[], Engine], str]] = {
    "a sum that does not balance": (
        lambda: Lying(lookup=only(0, lambda found: (found[0], (1, 2, 3, 4, 5)))),
        "balance",
    ),
    "two sums that balance but are not theirs": (
        lambda: moved_sums(NativeEngine(), (0, 1)),
        "rules of table",
    ),
    "a fraction that is none": (
        lambda: Lying(lookup=only(0, lambda found: (bumped(found[0]), found[1]))),
        "rules of table",
    ),
    "a running sum that jumps": (
        lambda: Lying(lookup=only(0, lambda found: (bumped(found[0], (1, found[0].shape[1] - 5)), found[1]))),
        "rules of table",
    ),
    "another quotient": (lambda: Lying(quotient=only(0, bumped)), "rules of table"),
    "another upper half of the quotient": (
        lambda: Lying(quotient=only(0, lambda q: bumped(q, (0, 7)))),
        "rules of table",
    ),
    "another opened cell": (lambda: Lying(evaluate=only(0, bumped)), "rules of table"),
    "another opened quotient": (
        lambda: Lying(evaluate=lambda _, values: bumped(values, (9, 4)) if len(values) == 10 else values),
        "rules of table",
    ),
    "another batch": (lambda: Lying(combine=only(0, bumped)), "final polynomial|values above"),
    "another class rolled in": (
        lambda: Lying(combine=only(1, lambda v: (v + 1) % P)),
        "final polynomial|above",
    ),
    "a fold that is none": (lambda: Lying(fold=only(0, lambda v: (v + 1) % P)), "final polynomial|above"),
    "another final polynomial": (lambda: Lying(interpolate=only(0, bumped)), "final polynomial"),
    "a final polynomial of zeros": (lambda: Lying(interpolate=only(0, np.zeros_like)), "final polynomial"),
    "no work": (lambda: Lying(grind=lambda _, nonce: nonce + 1), "proof of work"),
    "other rows": (
        lambda: Lying(open=only(0, lambda found: ([bumped(found[0][0]), *found[0][1:]], found[1]))),
        "root",
    ),
    "other siblings": (
        lambda: Lying(open=only(0, lambda found: (found[0], [bytes(32), *found[1][1:]]))),
        "root",
    ),
    "other layer rows": (
        lambda: Lying(open=only(3, lambda found: ([bumped(found[0][0])], found[1]))),
        "layer",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_rejected_by_the_check_that_is_there_for_it(lie: str) -> None:
    engine, reason = LIES[lie]
    # With as little work as elsewhere, one nonce in eight would do by luck.
    profile = replace(QUICK, query_grinding=14)
    with pytest.raises(Rejected, match=reason):
        make(toys.permutation(5), engine=engine(), profile=profile).check()


def fitted(*, everywhere: bool) -> Made:
    """A proof of a broken trace whose opened quotient fits the verifier's equation."""
    toy = TOYS["rounds"]
    trace = toy.traces["Rounds"]
    assert trace is not None
    traces: Traces = {"Rounds": bumped(trace, (3, 0))}
    shape = Shape(toy.compiled.program, heights_of(toy.compiled.program, traces), QUICK)
    return make(toy, traces=traces, engine=FitsTheEquation(shape, everywhere=everywhere))


@pytest.mark.parametrize(
    ("everywhere", "reason"), [(True, "final polynomial"), (False, "disagrees with the values above")]
)
def test_an_opened_value_that_fits_the_rules_fails_the_low_degree_test(everywhere: bool, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        fitted(everywhere=everywhere).check()


def nothing(*_: Any) -> None:
    """A check that checks nothing."""


@pytest.mark.parametrize("everywhere", [True, False])
def test_without_the_low_degree_test_the_fitted_value_would_pass(
    monkeypatch: pytest.MonkeyPatch, everywhere: bool
) -> None:
    class Deaf(Channel):
        def finish(self) -> None:
            return

    made = fitted(everywhere=everywhere)
    monkeypatch.setattr(fri, "check_queries", nothing)
    monkeypatch.setattr(stark, "Channel", Deaf)
    made.check()


def test_without_the_constraint_check_a_broken_trace_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = TOYS["rounds"]
    trace = toy.traces["Rounds"]
    assert trace is not None
    made = make(toy, traces={"Rounds": bumped(trace, (3, 0))})
    assert not made.accepted()
    monkeypatch.setattr(stark, "check_constraints", nothing)
    made.check()


def test_without_the_balance_a_false_statement_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = TOYS["fibonacci"]
    made = make(toy, statement=bytes([toy.statement[0], toy.statement[1] ^ 1, *toy.statement[2:]]))
    assert not made.accepted()
    monkeypatch.setattr(lookup, "check_balance", nothing)
    made.check()


def test_without_the_roots_other_rows_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Siblings alone, so that the values stay those of the honest proof."""
    lie = Lying(open=only(0, lambda found: (found[0], [bytes(32), *found[1][1:]])))
    made = make(toys.permutation(5), engine=lie)
    assert not made.accepted()

    def believed(log_size: int, indices: Any, rows: Any, siblings: list[bytes]) -> bytes:
        assert multiproof_root(log_size, indices, rows, siblings)
        return expected.pop(0)

    expected: list[bytes] = []

    class Listening(Channel):
        def receive_root(self, label: str) -> bytes:
            found = super().receive_root(label)
            if not label.startswith("fold"):
                expected.append(found)
            return found

    monkeypatch.setattr(stark, "Channel", Listening)
    monkeypatch.setattr(deep, "multiproof_root", believed)
    made.check()


# The account that a proof comes with.


def test_progress_and_stages_are_told_in_order() -> None:
    toy = TOYS["ranges"]
    told: list[Progress] = []
    result = prove(
        toy.compiled.program,
        toy.traces,
        toy.statement,
        QUICK,
        NativeEngine(),
        preprocessed=toy.compiled.preprocessed,
        report=told.append,
    )
    assert told == [Progress(stage, number, len(STAGES)) for number, stage in enumerate(STAGES)]
    assert tuple(stage.name for stage in result.stages) == STAGES
    assert all(stage.seconds >= 0 and stage.peak_memory_bytes > 1 << 20 for stage in result.stages)
    main = sum(trace.size for trace in toy.traces.values() if trace is not None)
    fixed = sum(matrix.size for matrix in toy.compiled.preprocessed.values())
    assert result.stages[0].cells == main + fixed
    assert result.security == Shape(toy.compiled.program, honest("ranges").heights, QUICK).report


@pytest.mark.parametrize("stage", range(len(STAGES)))
def test_proving_stops_before_the_next_stage(stage: int) -> None:
    toy = TOYS["ranges"]
    told: list[Progress] = []

    def cancelled() -> bool:
        return len(told) == stage

    with pytest.raises(Cancelled):
        prove(
            toy.compiled.program,
            toy.traces,
            toy.statement,
            QUICK,
            NativeEngine(),
            preprocessed=toy.compiled.preprocessed,
            report=told.append,
            cancelled=cancelled,
        )
    assert len(told) == stage


def test_heights_the_program_forbids_are_refused() -> None:
    with pytest.raises(Rejected):
        make(TOYS["fibonacci"], traces={})
    with pytest.raises(Rejected):
        make(TOYS["rounds"], traces={"Rounds": np.zeros((16, 3), dtype=np.uint32)})


@pytest.mark.parametrize("shape", [(8, 3), (8, 5), (7, 4), (0, 4)])
def test_malformed_matrices_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises((KernelError, Rejected)):
        make(TOYS["fibonacci"], traces={"Fibonacci": np.zeros(shape, dtype=np.uint32)})


def test_values_outside_the_field_are_refused() -> None:
    trace = TOYS["fibonacci"].traces["Fibonacci"]
    assert trace is not None
    other = trace.copy()
    other[0, 0] = P
    with pytest.raises(KernelError):
        make(TOYS["fibonacci"], traces={"Fibonacci": other})


def test_traces_kept_by_nobody_are_freed() -> None:
    toy = toys.ranges(4)
    alive: dict[str, list[bool]] = {}
    watched: list[weakref.ref[Matrix]] = []

    def fresh() -> Traces:
        traces = {name: None if trace is None else trace.copy() for name, trace in toy.traces.items()}
        watched.extend(weakref.ref(trace) for trace in traces.values() if trace is not None)
        return traces

    def look(told: Progress) -> None:
        alive[told.stage] = [trace() is not None for trace in watched]

    prove(
        toy.compiled.program,
        fresh(),
        b"",
        QUICK,
        NativeEngine(),
        preprocessed=toy.compiled.preprocessed,
        report=look,
    )
    assert watched
    assert all(alive["commit lookups"])
    assert not any(alive["commit quotient"])


def test_the_estimate_grows_with_every_table() -> None:
    program = TOYS["permutation"].compiled.program
    small, tall = estimate(program, (3, 4, 0), QUICK), estimate(program, (10, 11, 0), QUICK)
    assert small < tall
    assert estimate(program, (None, None, 0), QUICK) < small
