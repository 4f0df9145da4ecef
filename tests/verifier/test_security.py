"""The account of security bits against Plonky3's calculator, soundcalc's formulas and its own promises."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import Rejected
from verifier.field import TWO_ADICITY, P
from verifier.program import Boundary, Bus, Interaction, Node, Operation, Program, Rule, Selector, Table
from verifier.schedule import schedule
from verifier.security import HASH_BITS, MAXIMUM_GRINDING, Report, grinding, report

VECTORS = Path(__file__).parent.parent / "vectors" / "security"
SHAPES = json.loads((VECTORS / "shapes.json").read_text())
PLONKY3 = json.loads((VECTORS / "p3_security.json").read_text())["answers"]


@dataclass(frozen=True)
class Profile:
    log_blowup: int
    multiplicity: int
    queries: int
    final_log_degree: int
    max_log_arity: int
    query_grinding: int
    bits: int


PROFILES = {name: Profile(**fields) for name, fields in SHAPES["profiles"].items()}
SHAPE_BY_NAME = {shape["name"]: shape for shape in SHAPES["shapes"]}
FIRST = SHAPES["shapes"][0]


def fits(shape: dict[str, Any], profile: Profile) -> bool:
    """Whether the field has roots of unity for the shape's tallest domain; the verifier refuses it otherwise."""
    tallest: int = max(table["log_height"] for table in shape["tables"])
    return tallest + profile.log_blowup <= TWO_ADICITY


CASES = [
    pytest.param(shape, profile, id=f"{shape['name']}, {name}")
    for shape in SHAPES["shapes"]
    for name, profile in PROFILES.items()
    if fits(shape, profile)
]
ANSWERS = [answer for answer in PLONKY3 if fits(SHAPE_BY_NAME[answer["shape"]], PROFILES[answer["profile"]])]


def table_of(shape: dict[str, int], position: int) -> Table:
    cells = [Node(Operation.MAIN, column, 0) for column in range(shape["columns"])]
    below = [Node(Operation.MAIN, column, 1) for column in range(shape["below"])]
    return Table(
        name=f"table{position}",
        max_log_height=23,
        optional=True,
        first_wave_width=shape["columns"],
        second_wave_width=0,
        preprocessed_width=0,
        preprocessed_log_height=-1,
        periodic=(),
        nodes=tuple(cells + below),
        rules=(Rule(Selector.EVERY, 0),) * shape["rules"],
        interactions=(Interaction(1, 1, 0, 1, (0,)),) * shape["interactions"],
    )


def program_of(shape: dict[str, Any]) -> Program:
    tables = tuple(table_of(table, position) for position, table in enumerate(shape["tables"]))
    boundaries = (Boundary(1, 1, ()),) * shape["boundaries"]
    return Program("shape", (Bus("bus", shape["message_width"]),), tables, boundaries, ())


def heights_of(shape: dict[str, Any]) -> list[int | None]:
    return [table["log_height"] for table in shape["tables"]]


def account(shape: dict[str, Any], profile: Profile) -> Report:
    return report(program_of(shape), heights_of(shape), profile)


def terms_of(found: Report) -> dict[str, tuple[float, int]]:
    return {term.name: (term.bits, term.grinding) for term in found.terms}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer['shape']}, {answer['profile']}")
def test_no_term_and_no_total_is_above_what_plonky3_says(answer: dict[str, Any]) -> None:
    found = account(SHAPE_BY_NAME[answer["shape"]], PROFILES[answer["profile"]])
    terms = terms_of(found)
    folds = [name for name in terms if name.startswith("fold")]
    named = {
        "lookups": ["lookups"],
        "constraints": ["constraints"],
        "out_of_domain": ["out of domain"],
        "batching": ["batching"],
        "fold": folds[:1],
        "queries": ["queries"],
    }
    total = float(HASH_BITS)
    for theirs, ours in named.items():
        if answer[theirs] is None:  # no lookups, or too few folds for that crate to count any
            assert theirs in ("lookups", "fold")
            continue
        for name in ours:
            bits, ground = terms[name]
            assert bits - ground <= answer[theirs], name
            total = min(total, answer[theirs] + ground)
    assert found.bits <= total


@pytest.mark.parametrize(("shape", "profile"), CASES)
def test_every_shape_of_the_vectors_keeps_the_claim(shape: dict[str, Any], profile: Profile) -> None:
    found = account(shape, profile)
    assert profile.bits <= found.bits <= HASH_BITS
    assert all(term.bits >= found.bits for term in found.terms)
    assert all(0 <= term.grinding <= MAXIMUM_GRINDING for term in found.terms)
    algebraic = sum(2.0**-term.bits for term in found.terms if term.name != "hash collisions")
    # Every printed term is rounded down, so their sum can only be worse than the truth by a tenth of a bit.
    assert found.bits >= min(-math.log2(algebraic) - 0.1, HASH_BITS)


def johnson_bound(profile: Profile) -> tuple[Fraction, Fraction, Callable[[int], Fraction]]:
    """soundcalc's `JohnsonBoundRegime`: list size, radius, and the exceptional part of a line by domain size."""
    rate, m = Fraction(1, 1 << profile.log_blowup), profile.multiplicity
    root, half = Fraction(math.sqrt(rate)), m + Fraction(1, 2)
    radius = 1 - root * (1 + Fraction(1, 2 * m))

    def lines(size: int) -> Fraction:
        return (2 * half**5 + 3 * half * radius * rate) / (3 * rate * root) * size + half / root

    return half / root, radius, lines


@pytest.mark.parametrize(("shape", "profile"), CASES)
def test_no_term_is_above_soundcalc(shape: dict[str, Any], profile: Profile) -> None:
    """soundcalc 809896f: both regimes, `FRI`, `DeepAliCircuit`, with the exact field size."""
    field = P**5
    terms = terms_of(account(shape, profile))
    tables = shape["tables"]
    tallest = max(table["log_height"] for table in tables)
    rows, domain = 1 << tallest, 1 << (tallest + profile.log_blowup)
    lookup_columns = [-(-table["interactions"] // 2) for table in tables]
    pairs = sum(
        table["columns"] + table["below"] + 10 + (5 * (count + 1) + 5 if count else 0)
        for table, count in zip(tables, lookup_columns, strict=True)
    )
    constraints = sum(
        table["rules"] + (count + 3 if count else 0)
        for table, count in zip(tables, lookup_columns, strict=True)
    )
    if profile.multiplicity:
        candidates, radius, lines = johnson_bound(profile)
    else:
        candidates, radius = Fraction(1), (1 - Fraction(rows, domain)) / 2

        def lines(size: int) -> Fraction:
            return radius * size + 1

    expected = {
        "constraints": candidates * constraints / field,
        "out of domain": candidates * (3 * (rows + 1) + rows - 1) / (field - rows - domain),
        "batching": (pairs - 1) * lines(domain) / field,
        "queries": (1 - radius) ** profile.queries,
    }
    for fold in schedule({table["log_height"] + profile.log_blowup for table in tables}, profile):
        after = 1 << fold.log_size_after
        name = f"fold 2^{fold.log_size_before} to 2^{fold.log_size_after}"
        expected[name] = ((1 << fold.log_arity) - 1) * lines(after) / field
    for name, error in expected.items():
        bits, ground = terms[name]
        assert Fraction(2) ** round(-10 * (bits - ground)) >= error**10, name


def test_the_sum_counts_and_not_only_the_largest_error() -> None:
    """193 queries with 20 ground bits are 100.08 bits here: a lookup error of 103.3 bits is too much."""
    profile = PROFILES["direct-100"]
    assert terms_of(account(FIRST, profile))["lookups"][1] == 0
    heavy = {**FIRST, "message_width": 4_000_000_000}
    bits, ground = terms_of(account(heavy, profile))["lookups"]
    assert bits - ground > 103
    assert ground > 0


@pytest.mark.parametrize("site", ["lookups", "batching", "queries"])
def test_ground_bits_are_needed(site: str) -> None:
    """One bit less at a site that grinds would put the sum of the exact errors above the claim."""
    profile = PROFILES["direct-128"]
    shape = SHAPE_BY_NAME["a full day of blocks"]
    found = terms_of(account(shape, profile))
    errors = {name: 2.0**-bits for name, (bits, _) in found.items() if name != "hash collisions"}
    errors[site] *= 2
    # Terms are printed at most a tenth of a bit too low.
    assert sum(errors.values()) * 2**-0.1 > 2.0**-128 or (site == "queries" and found[site][1] == 20)


def test_more_of_anything_is_worth_less() -> None:
    profile = replace(PROFILES["direct-100"], bits=1)
    base = terms_of(account(FIRST, profile))
    for key, name in [("interactions", "lookups"), ("rules", "constraints"), ("columns", "batching")]:
        tables = [{**table, key: 8 * table[key]} for table in FIRST["tables"]]
        assert terms_of(account({**FIRST, "tables": tables}, profile))[name][0] < base[name][0]
    taller = [{**table, "log_height": table["log_height"] + 1} for table in FIRST["tables"]]
    assert (
        terms_of(account({**FIRST, "tables": taller}, profile))["out of domain"][0] < base["out of domain"][0]
    )
    fewer = replace(profile, queries=profile.queries - 1)
    assert terms_of(account(FIRST, fewer))["queries"][0] < base["queries"][0]


def test_grinding_and_report_agree_site_by_site() -> None:
    profile = PROFILES["direct-128"]
    shape = SHAPE_BY_NAME["a full day of blocks"]
    chosen = grinding(program_of(shape), heights_of(shape), profile)
    terms = terms_of(account(shape, profile))
    assert chosen.lookup == terms["lookups"][1]
    assert chosen.constraints == terms["constraints"][1]
    assert chosen.out_of_domain == terms["out of domain"][1]
    assert chosen.batching == terms["batching"][1]
    assert chosen.folds == tuple(ground for name, (_, ground) in terms.items() if name.startswith("fold"))
    assert chosen.queries == terms["queries"][1]


def test_the_weakest_error_is_named() -> None:
    assert account(FIRST, PROFILES["direct-128"]).binding == "hash collisions"
    assert account(FIRST, PROFILES["direct-100"]).binding == "queries"


def test_an_absent_table_costs_nothing() -> None:
    profile = PROFILES["direct-128"]
    program = program_of(FIRST)
    heights = heights_of(FIRST)
    without = report(program, [*heights[:-1], None], profile)
    only = {**FIRST, "tables": FIRST["tables"][:-1]}
    assert without == account(only, profile)


@pytest.mark.parametrize("log_height", range(6))
def test_short_programs_are_refused_rather_than_overstated(log_height: int) -> None:
    shape = {**FIRST, "tables": [{**FIRST["tables"][0], "log_height": log_height}]}
    with pytest.raises(Rejected):
        account(shape, PROFILES["direct-128"])


def test_a_profile_that_cannot_keep_its_claim_is_refused() -> None:
    honest = PROFILES["direct-128"]
    for lie in (replace(honest, queries=250), replace(honest, queries=0), replace(honest, bits=129)):
        with pytest.raises(Rejected):
            account(FIRST, lie)


def test_heights_that_do_not_fit_the_program_are_refused() -> None:
    program = program_of(FIRST)
    for heights in ([], [13], [None, None, None, None]):
        with pytest.raises(Rejected):
            report(program, heights, PROFILES["direct-128"])


@pytest.mark.parametrize("log_sizes", [{14, 12, 11, 10}, {24}, {14, 1}, {6}, {3, 2}, {1}])
def test_folds_meet_every_class_and_end_together(log_sizes: set[int]) -> None:
    profile = PROFILES["direct-128"]
    folds = schedule(log_sizes, profile)
    size = max(log_sizes)
    for fold in folds:
        assert fold.log_size_before == size
        assert 1 <= fold.log_arity <= profile.max_log_arity
        size = fold.log_size_after
        assert fold.rolls_in == (size in log_sizes)
    assert {fold.log_size_after for fold in folds if fold.rolls_in} == log_sizes - {max(log_sizes)}
    assert size == min(profile.final_log_degree + profile.log_blowup, *log_sizes)
