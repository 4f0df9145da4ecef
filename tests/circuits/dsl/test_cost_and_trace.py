"""The cost report's numbers and text, and a trace's named views."""

import numpy as np
import pytest

from circuits.dsl import Trace, cost, cost_report
from tests import toys


def test_costs_count_columns_and_interactions() -> None:
    sums, range_3, _ = cost(toys.ranges().compiled)
    assert (sums.columns, sums.fixed_columns, sums.rules, sums.interactions) == (7, 0, 3, 3)
    assert (sums.lookup_columns, sums.units) == (2, 7 + 3.5 * 3)
    assert (range_3.columns, range_3.fixed_columns, range_3.units) == (1, 1, 4.5)


def test_the_report_is_a_text_table() -> None:
    assert cost_report(cost(toys.ranges().compiled)).splitlines()[:2] == [
        "table   columns  fixed  rules  interactions  lookup columns  nodes  units a row",
        "Sums          7      0      3             3               2     18         17.5",
    ]


def test_names_are_views_of_the_matrix() -> None:
    trace = Trace(toys.Sums, 2)
    assert trace.matrix.shape == (4, 7)
    assert trace.matrix.dtype == np.uint32
    trace.word[1] = [1, 2, 3, 4]
    trace.live = 1
    trace.carry[3] = 5
    assert trace.matrix.tolist() == [
        [1, 0, 0, 0, 0, 0, 0],
        [1, 1, 2, 3, 4, 0, 0],
        [1, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 5],
    ]
    assert trace.live.shape == (4,)
    assert trace.word.shape == (4, 4)


def test_an_unknown_name_is_refused() -> None:
    trace = Trace(toys.Rounds, 3)
    for name in ("wrod", "constant", "weight"):
        with pytest.raises(AttributeError, match=f"Rounds has no column {name}"):
            getattr(trace, name)
        with pytest.raises(AttributeError, match=f"Rounds has no column {name}"):
            setattr(trace, name, 1)
