"""How close to a codeword: figures of both regimes against their formulas, in floating point."""

import math
from dataclasses import dataclass

import pytest

from verifier.proximity import POINTS, agreement, exceptional_challenges, list_size

UNIT = 320


@dataclass(frozen=True)
class Regime:
    log_blowup: int
    multiplicity: int


UNIQUE = [Regime(log_blowup, 0) for log_blowup in (1, 2, 3)]
JOHNSON = [Regime(log_blowup, m) for log_blowup in (1, 2, 3, 4) for m in (3, 4, 10)]


@pytest.mark.parametrize("regime", UNIQUE, ids=repr)
def test_within_the_unique_decoding_radius_a_word_has_one_codeword(regime: Regime) -> None:
    assert list_size(regime) == 1
    assert exceptional_challenges(regime, 12) == (1 << 12) + 1
    rate = 2.0**-regime.log_blowup + POINTS / 2 ** (10 + regime.log_blowup)
    found = agreement(regime, 10, 100, UNIT) / 2**UNIT
    assert found == pytest.approx(((1 + rate) / 2) ** 100)


@pytest.mark.parametrize("regime", JOHNSON, ids=repr)
def test_up_to_the_johnson_bound_figures_are_those_of_the_theorem_rounded_up(regime: Regime) -> None:
    rate, t = 2.0**-regime.log_blowup, regime.multiplicity + 0.5
    assert t / math.sqrt(rate) <= list_size(regime) < t / math.sqrt(rate) + 1
    expected = (2 * t**5 + 3 * t * rate) / (3 * rate**1.5) * 2**20 + t / math.sqrt(rate)
    assert expected <= exceptional_challenges(regime, 20) < 1.07 * expected
    part = math.sqrt(rate) * (1 + 1 / (2 * regime.multiplicity))
    for queries in (85, 86):
        assert agreement(regime, 10, queries, UNIT) / 2**UNIT == pytest.approx(part**queries)


@pytest.mark.parametrize("regime", JOHNSON, ids=repr)
def test_no_word_has_more_close_codewords_than_are_counted(regime: Regime) -> None:
    """Johnson's count for words that pairwise agree on at most `rate`: (part - rate) / (part^2 - rate)."""
    rate = 2.0**-regime.log_blowup
    part = math.sqrt(rate) * (1 + 1 / (2 * regime.multiplicity))
    assert (part - rate) / (part**2 - rate) <= list_size(regime)


@pytest.mark.parametrize("regime", JOHNSON, ids=repr)
def test_the_count_is_above_that_of_the_newer_theorem(regime: Regime) -> None:
    """ePrint 2026/2056, Theorem 5.12: 8 N (m + 1/2)^3 / (3 (k - 1) / N); for constants any two positions."""
    for log_rows in range(1, 21):
        rows, domain = 1 << log_rows, 1 << (log_rows + regime.log_blowup)
        newer = 8 * domain * (regime.multiplicity + 0.5) ** 3 / (3 * (rows - 1) / domain)
        assert newer <= exceptional_challenges(regime, log_rows + regime.log_blowup)
    constants = 1 << regime.log_blowup
    assert constants * (constants - 1) // 2 <= exceptional_challenges(regime, regime.log_blowup)


@pytest.mark.parametrize("multiplicity", [1, 2])
def test_a_multiplicity_that_no_theorem_speaks_of_is_worth_nothing(multiplicity: int) -> None:
    assert agreement(Regime(3, multiplicity), 20, 1000, UNIT) == 1 << UNIT


def test_tables_too_short_for_two_more_coefficients_are_worth_nothing() -> None:
    """Multiplicity 3 needs sqrt((rows + 2) / rows) < 7/6, so six rows."""
    worthless = [agreement(Regime(3, 3), log_rows, 100, UNIT) == 1 << UNIT for log_rows in range(5)]
    assert worthless == [True, True, True, False, False]
