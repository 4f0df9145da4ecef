"""Column arithmetic never leaves the field, whatever the bounds add up to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuits.dsl.columns import Column
from verifier.field import P

elements = st.one_of(st.sampled_from([0, 1, 2, P - 1, P - 2, P // 2, P // 2 + 1]), st.integers(0, P - 1))
steps = st.lists(st.tuples(st.sampled_from("+-*rn"), elements), max_size=40)


@given(elements, steps)
def test_any_chain_of_operations_matches_integers(start: int, chain: list[tuple[str, int]]) -> None:
    column, value = Column.of(np.array([start, 0])), start
    for verb, other in chain:
        operand = Column.of(np.array([other, 0]))
        if verb == "+":
            column, value = column + operand, value + other
        elif verb == "-":
            column, value = column - operand, value - other
        elif verb == "*":
            column, value = column * operand * other, value * other * other
        elif verb == "r":
            column, value = other - column, other - value
        else:
            column, value = -column + other * column, -value + other * value
        assert int(np.abs(column.values).max()) <= column.bound < 1 << 63
    assert int(column.canonical(2)[0]) == value % P
    assert bool(column.nonzero(2)[0]) == (value % P != 0)


def test_a_column_refuses_to_be_looked_at() -> None:
    column = Column.of(np.array([1]))
    with pytest.raises(TypeError, match="may not branch on a cell"):
        bool(column)
    with pytest.raises(TypeError, match=r"compared by air\.equal"):
        column == 1  # noqa: B015
    with pytest.raises(TypeError, match=r"compared by air\.equal"):
        column != 1  # noqa: B015
