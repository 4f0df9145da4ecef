"""Evaluation, batching and folding."""

import numpy as np
import pytest

from prover import reference_field as field
from prover.engine import Engine, KernelError, Matrix, Term
from tests.kernel.inputs import random_extension, random_matrix
from tests.kernel.test_commitment import SHAPES, drawn
from tests.verifier.liars import combined_everywhere


def terms_of(
    engine: Engine,
    generator: np.random.Generator,
    matrices: list[Matrix | None],
    log_blowup: int,
    log_size: int,
) -> list[Term]:
    """Two openings of every matrix of one class, at a shared point and at one of its own."""
    commitment = engine.commit(matrices, log_blowup)
    shared = random_extension(generator)
    terms = []
    for table, log_height in enumerate(commitment.log_heights):
        if log_height != log_size:
            continue
        columns = engine.evaluate(commitment, table, shared).shape[0]
        for point, chosen in (
            (shared, list(range(columns))),
            (random_extension(generator), [columns - 1, 0]),
        ):
            opened = engine.evaluate(commitment, table, point)[chosen]
            power, theta = random_extension(generator), random_extension(generator)
            terms.append(Term(commitment, table, chosen, point, opened, power, theta))
    return terms


@pytest.mark.kernel
@pytest.mark.parametrize(("shapes", "log_blowup"), SHAPES)
def test_engines_open_alike(
    native: Engine,
    reference: Engine,
    shapes: list[tuple[int, int] | None],
    log_blowup: int,
) -> None:
    matrices = drawn(np.random.default_rng(7), shapes)
    for log_size in {log for log in native.commit(matrices, log_blowup).log_heights if log >= 0}:
        ours = terms_of(native, np.random.default_rng(8), matrices, log_blowup, log_size)
        theirs = terms_of(reference, np.random.default_rng(8), matrices, log_blowup, log_size)
        assert all(np.array_equal(a.opened, b.opened) for a, b in zip(ours, theirs, strict=True))
        assert np.array_equal(native.combine(log_size, ours), reference.combine(log_size, theirs))


def test_true_openings_combine_to_a_low_degree(engine: Engine, generator: np.random.Generator) -> None:
    matrices: list[Matrix | None] = [random_matrix(generator, 16, 3), random_matrix(generator, 16, 18)]
    terms = terms_of(engine, generator, matrices, 1, 5)
    coefficients = engine.interpolate(engine.combine(5, terms))
    assert coefficients[:15].any()
    assert not coefficients[15:].any()


@pytest.mark.parametrize("log_blowup", [0, 1, 3])
def test_it_is_the_sum_everywhere_only_for_true_openings(
    engine: Engine, generator: np.random.Generator, log_blowup: int
) -> None:
    log_size = 4 + log_blowup
    matrices: list[Matrix | None] = [random_matrix(generator, 16, 3), random_matrix(generator, 16, 18)]
    terms = terms_of(engine, generator, matrices, log_blowup, log_size)
    found = engine.combine(log_size, terms)
    assert np.array_equal(found, combined_everywhere(engine, log_size, terms))
    terms[0].opened[1, 2] ^= 1
    differs = (engine.combine(log_size, terms) != combined_everywhere(engine, log_size, terms)).any(axis=1)
    assert not differs[:16].any()
    assert differs[16:].all()


def test_terms_of_two_blowups_are_refused(engine: Engine, generator: np.random.Generator) -> None:
    terms = terms_of(engine, generator, [random_matrix(generator, 16, 3)], 1, 5)
    terms += terms_of(engine, generator, [random_matrix(generator, 8, 3)], 2, 5)
    with pytest.raises(KernelError, match="differ in blowup"):
        engine.combine(5, terms)


def test_nothing_combines_to_zero(engine: Engine) -> None:
    combined = engine.combine(3, [])
    assert combined.shape == (8, 5)
    assert not combined.any()


@pytest.mark.parametrize("log_size", [0, 1, 3, 4, 6])
def test_folding_takes_coefficients_in_groups(
    engine: Engine, generator: np.random.Generator, log_size: int
) -> None:
    values = random_matrix(generator, 1 << log_size, 5)
    for log_arity in range(log_size + 1):
        phi, size = random_extension(generator), 1 << (log_size - log_arity)
        groups = engine.interpolate(values).astype(np.uint64).reshape(size, -1, 5)
        weights = field.extension_powers(phi, (1 << log_arity) + 1)
        expected = field.sum_extension(field.multiply(groups, weights[:-1]), axis=1)
        folded = engine.fold(values, log_arity, phi, None)
        assert np.array_equal(engine.interpolate(folded), expected)
        added = random_matrix(generator, size, 5)
        total = (folded + field.multiply(weights[-1], added.astype(np.uint64))) % field.PRIME
        assert np.array_equal(engine.fold(values, log_arity, phi, added), total)
