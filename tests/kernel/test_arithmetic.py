"""Field, extension and transforms against galois."""

import galois
import numpy as np
import pytest

from prover import reference_field as field
from prover.engine import Engine
from tests.kernel import oracle
from tests.kernel.inputs import program_of, random_extension, random_matrix
from verifier.field import GENERATOR, P, root_of_unity
from verifier.program import Interaction, Node, Operation, Table


def test_the_extension_is_a_field() -> None:
    assert oracle.MODULUS.is_irreducible()


def test_reference_products_and_inverses(generator: np.random.Generator) -> None:
    a, b = (random_matrix(generator, 20, 5).astype(np.uint64) for _ in range(2))
    a[0], a[1] = (0, 1, 0, 0, 0), (P - 1, P - 1, P - 1, P - 1, P - 1)
    products, inverses = field.multiply(a, b), field.invert_extension(a)
    for i in range(20):
        left, right = field.tuple_of(a[i]), field.tuple_of(b[i])
        expected = oracle.extension(oracle.polynomial(left) * oracle.polynomial(right))
        assert field.tuple_of(products[i]) == expected
        assert field.tuple_of(inverses[i]) == oracle.inverse(left)


def test_base_arithmetic(generator: np.random.Generator) -> None:
    a, b = (random_matrix(generator, 1, 50)[0].astype(np.uint64) for _ in range(2))
    a[0], b[0] = P - 1, P - 1
    x, y = oracle.BASE([int(v) for v in a]), oracle.BASE([int(v) for v in b])
    assert np.array_equal(field.subtract(a, b), oracle.base_array(x - y))
    assert np.array_equal(field.invert(a), oracle.base_array(oracle.BASE(1) / x))
    assert np.array_equal(field.negate(a), oracle.base_array(-x))


@pytest.mark.parametrize("log_size", [0, 1, 3, 5])
def test_transform_is_a_galois_ntt(log_size: int, generator: np.random.Generator) -> None:
    values = random_matrix(generator, 1 << log_size, 1)[:, 0].astype(np.uint64)
    found = field.transform(values, root_of_unity(log_size))
    points = [pow(root_of_unity(log_size), i, P) for i in range(1 << log_size)]
    polynomial = galois.Poly([int(v) for v in values[::-1]], field=oracle.BASE)
    assert np.array_equal(found, oracle.base_array(polynomial(oracle.BASE(points))))


@pytest.mark.parametrize("log_height", [0, 1, 2, 4])
def test_extension_of_a_column(engine: Engine, generator: np.random.Generator, log_height: int) -> None:
    rows, log_blowup = 1 << log_height, 1
    matrix = random_matrix(generator, rows, 2)
    commitment = engine.commit([matrix], log_blowup)
    size = rows << log_blowup
    opened, siblings = engine.open(commitment, list(range(size)))
    assert siblings == []
    points = [pow(root_of_unity(log_height), i, P) for i in range(rows)]
    order = field.bit_reversal(log_height + log_blowup)
    shifted = [GENERATOR * pow(root_of_unity(log_height + log_blowup), int(i), P) % P for i in order]
    z = random_extension(generator)
    evaluated = engine.evaluate(commitment, 0, z)
    for column in range(2):
        polynomial = oracle.lagrange(points, [int(v) for v in matrix[:, column]])
        assert np.array_equal(opened[0][:, column], oracle.base_array(polynomial(oracle.BASE(shifted))))
        assert tuple(int(v) for v in evaluated[column]) == oracle.evaluate(polynomial, z)


def test_folding_multiplies_in_the_extension(engine: Engine, generator: np.random.Generator) -> None:
    values, phi = random_matrix(generator, 2, 5), random_extension(generator)
    even, odd = (field.tuple_of(row.astype(np.uint64)) for row in engine.interpolate(values))
    product = oracle.polynomial(odd) * oracle.polynomial(phi)
    expected = oracle.extension(oracle.polynomial(even) + product)
    assert tuple(int(v) for v in engine.fold(values, 1, phi, None)[0]) == expected


def test_lookup_inverts_in_the_extension(engine: Engine, generator: np.random.Generator) -> None:
    nodes = (Node(Operation.MAIN, 0, 0), Node(Operation.MAIN, 1, 0))
    table = Table("t", 8, False, 2, 0, 0, -1, (), nodes, (), (Interaction(1, -1, 1, 1, (0,)),))
    main = random_matrix(generator, 4, 2)
    alpha, beta = random_extension(generator), random_extension(generator)
    matrix, total = engine.lookup(engine.load(program_of(table).encode()), 1, main, None, alpha, beta)
    running = galois.Poly([0], field=oracle.BASE)
    for row, (value, times) in zip(matrix, main, strict=True):
        assert tuple(int(v) for v in row[5:]) == oracle.extension(running)
        message = oracle.polynomial(beta) * galois.Poly([int(value)], field=oracle.BASE)
        denominator = oracle.polynomial(alpha) - galois.Poly([1], field=oracle.BASE) - message
        inverse = oracle.polynomial(oracle.inverse(oracle.extension(denominator)))
        fraction = inverse * galois.Poly([P - int(times)], field=oracle.BASE)
        assert tuple(int(v) for v in row[:5]) == oracle.extension(fraction)
        running += fraction
    assert total == oracle.extension(running)
