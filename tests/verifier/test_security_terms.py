"""Every error of the account, before grinding, against the table of docs/security.md written out in fractions.

The comparisons with other calculators are one-sided and coarser: they take the tallest table alone, and some leave
out the length of the list. This one fails where a factor of ours is missing.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest

from verifier import security
from verifier.errors import Rejected
from verifier.profile import COMPACT_128, DIRECT_128, Profile
from verifier.program import Boundary, Bus, Interaction, Node, Operation, Program, Rule, Selector, Table
from verifier.schedule import schedule
from verifier.shape import Shape

FIELD = Fraction(1 << 154)
MESSAGE = 7
BOUNDARIES = 3
PROFILES = [DIRECT_128, COMPACT_128, replace(COMPACT_128, log_blowup=2, multiplicity=5, queries=140)]


@dataclass(frozen=True)
class Size:
    """A table: log2 of its rows, columns, how many of them are read below, rules, interactions."""

    log_height: int
    columns: int
    below: int
    rules: int
    interactions: int

    @property
    def lookup_columns(self) -> int:
        return -(-self.interactions // 2)

    @property
    def constraints(self) -> int:
        return self.rules + (self.lookup_columns + 3 if self.interactions else 0)

    @property
    def pairs(self) -> int:
        running = 5 * (self.lookup_columns + 1) + 5 if self.interactions else 0
        return self.columns + self.below + running + 10


# Two of one height, one whose class joins at a fold, one of a single row.
SIZES = (Size(12, 30, 20, 50, 9), Size(12, 5, 0, 4, 0), Size(10, 40, 3, 17, 4), Size(0, 8, 0, 2, 1))
HEIGHTS = [size.log_height for size in SIZES]


def table_of(size: Size, position: int) -> Table:
    here = [Node(Operation.MAIN, column, 0) for column in range(size.columns)]
    below = [Node(Operation.MAIN, column, 1) for column in range(size.below)]
    return Table(
        name=f"table{position}",
        max_log_height=20,
        optional=False,
        first_wave_width=size.columns,
        second_wave_width=0,
        preprocessed_width=0,
        preprocessed_log_height=-1,
        periodic=(),
        nodes=tuple(here + below),
        rules=(Rule(Selector.EVERY, 0),) * size.rules,
        interactions=(Interaction(1, 1, 0, 1, (0,) * MESSAGE),) * size.interactions,
    )


PROGRAM = Program(
    "sizes",
    (Bus("bus", MESSAGE),),
    tuple(table_of(size, position) for position, size in enumerate(SIZES)),
    (Boundary(1, 1, ()),) * BOUNDARIES,
    (),
)


def root(value: Fraction) -> Fraction:
    """A square root from below, to 2^-64 of it."""
    scale = 1 << 200
    return Fraction(isqrt(value.numerator * scale**2 // value.denominator), scale)


def expected(profile: Profile) -> dict[str, Fraction]:
    """The column `error before grinding` of docs/security.md, from below."""
    rate, m = Fraction(1, 1 << profile.log_blowup), profile.multiplicity
    rows = 1 << max(HEIGHTS)
    t = m + Fraction(1, 2)
    if m:
        part, candidates = root(rate) * (1 + Fraction(1, 2 * m)), t / root(rate)
    else:
        part, candidates = (1 + rate + Fraction(2, rows << profile.log_blowup)) / 2, Fraction(1)

    def exceptional(log_domain: int) -> Fraction:
        if not m:
            return Fraction((1 << log_domain) + 1)
        return (2 * t**5 + 3 * t * rate) / (3 * rate * root(rate)) * (1 << log_domain) + t / root(rate)

    messages = sum(size.interactions << size.log_height for size in SIZES) + BOUNDARIES
    degrees = sum(3 * ((1 << size.log_height) + 1) + (1 << size.log_height) - 1 for size in SIZES)
    classes = {size.log_height + profile.log_blowup for size in SIZES}
    batched = sum(size.pairs for size in SIZES) - 1
    found = {
        "lookups": candidates * messages * (MESSAGE + 2) / FIELD,
        "constraints": candidates * sum(size.constraints for size in SIZES) / FIELD,
        "out of domain": candidates**2 * degrees / FIELD,
        "batching": batched * sum(exceptional(size) for size in classes) / FIELD,
        "queries": part**profile.queries,
    }
    for fold in schedule(classes, profile):
        name = f"fold 2^{fold.log_size_before} to 2^{fold.log_size_after}"
        found[name] = 8 * exceptional(fold.log_size_before) / FIELD
    return found


@pytest.mark.parametrize("profile", PROFILES, ids=repr)
def test_every_error_is_that_of_the_document_rounded_up(profile: Profile) -> None:
    found = {
        error.name: Fraction(error.size, 1 << 320) for error in security._errors(PROGRAM, HEIGHTS, profile)
    }
    wanted = expected(profile)
    assert found.keys() == wanted.keys()
    assert any(fold.rolls_in for fold in schedule({h + profile.log_blowup for h in HEIGHTS}, profile))
    for name, error in wanted.items():
        assert error <= found[name] < Fraction(107, 100) * error, name


@pytest.mark.parametrize("profile", PROFILES, ids=repr)
def test_the_account_counts_the_openings_that_there_are(profile: Profile) -> None:
    shape = Shape(PROGRAM, HEIGHTS, replace(profile, bits=60))
    opened = sum(matrix.width + len(matrix.below) for tree in shape.trees for matrix in tree.matrices)
    assert opened == sum(security._pairs(table) for table in PROGRAM.tables)
    assert opened == sum(size.pairs for size in SIZES)


@pytest.mark.parametrize("log_height", range(5))
def test_list_decoding_asks_for_eight_rows(log_height: int) -> None:
    """Multiplicity 3 is refused where (7/6)^2 is not above (rows + 2) / rows."""
    program = replace(PROGRAM, tables=PROGRAM.tables[:1])
    if log_height < 3:
        with pytest.raises(Rejected):
            security.report(program, [log_height], COMPACT_128)
    else:
        assert security.report(program, [log_height], COMPACT_128).bits == 128


@pytest.mark.parametrize(
    "changes", [{"queries": 75}, {"multiplicity": 2}, {"multiplicity": 1}, {"log_blowup": 2}], ids=repr
)
def test_less_than_what_the_compact_profile_has_is_refused(changes: dict[str, Any]) -> None:
    assert security.report(PROGRAM, HEIGHTS, COMPACT_128).bits == 128
    with pytest.raises(Rejected):
        security.report(PROGRAM, HEIGHTS, replace(COMPACT_128, **changes))
