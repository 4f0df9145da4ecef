"""What program, heights and profile decide beforehand, and which of them are refused."""

from dataclasses import replace

import pytest

from tests.verifier.proofs import QUICK, TOYS
from verifier.errors import Rejected
from verifier.program import Program
from verifier.shape import Shape


def tall() -> Program:
    """A program whose only table may have as many rows as any table can."""
    program: Program = TOYS["fibonacci"].compiled.program
    return replace(program, tables=(replace(program.tables[0], max_log_height=23),))


def test_the_evaluation_domain_is_one_of_the_field() -> None:
    assert Shape(tall(), [23], QUICK).classes == (24,)
    wider = replace(QUICK, log_blowup=2)
    assert Shape(tall(), [22], wider).classes == (24,)
    # Without the refusal a "root of unity" of a larger order would be a number that is none.
    with pytest.raises(Rejected, match="roots of unity"):
        Shape(tall(), [23], wider)


@pytest.mark.parametrize("name", TOYS)
def test_every_class_is_reached_by_folding(name: str) -> None:
    program = TOYS[name].compiled.program
    heights = [
        min(table.max_log_height, 6) if table.preprocessed_log_height < 0 else table.preprocessed_log_height
        for table in program.tables
    ]
    shape = Shape(program, heights, QUICK)
    size, met = shape.classes[0], {shape.classes[0]}
    for fold in shape.folds:
        assert fold.log_size_before == size
        size = fold.log_size_after
        met |= {size} if fold.rolls_in else set()
    assert size == shape.final_log_size and met == set(shape.classes)
    assert shape.final_coefficients << QUICK.log_blowup == 1 << size
