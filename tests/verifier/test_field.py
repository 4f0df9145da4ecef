"""The field against galois, an independent implementation of the same algebra."""

import galois
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier import field
from verifier.errors import Rejected
from verifier.field import DEGREE, GENERATOR, ONE, TWO_ADICITY, ZERO, Extension, P
from verifier.lanes import dot, pack, unpack

BASE = galois.GF(P, primitive_element=GENERATOR, verify=False)
MODULUS = galois.Poly([1, 0, 0, 1, 0, P - 1], field=BASE)

coefficients = st.integers(0, P - 1) | st.sampled_from([0, 1, 2, P - 2, P - 1])
extensions = st.tuples(*[coefficients] * DEGREE)
nonzero = extensions.filter(lambda value: value != ZERO)


def polynomial(value: Extension) -> galois.Poly:
    return galois.Poly(list(reversed(value)), field=BASE)


def element(value: galois.Poly) -> Extension:
    found = [int(c) for c in reversed(value.coeffs)] + [0] * DEGREE
    return (found[0], found[1], found[2], found[3], found[4])


def test_the_modulus_is_prime_and_the_extension_a_field() -> None:
    assert galois.is_prime(P)
    assert MODULUS.is_irreducible()


def test_the_generator_generates_all_units() -> None:
    primes, _ = galois.factors(P - 1)
    assert all(pow(GENERATOR, (P - 1) // prime, P) != 1 for prime in primes)


@pytest.mark.parametrize("log_order", range(TWO_ADICITY + 1))
def test_roots_of_unity_have_their_order(log_order: int) -> None:
    root = field.root_of_unity(log_order)
    assert pow(root, 1 << log_order, P) == 1
    assert log_order == 0 or pow(root, 1 << (log_order - 1), P) == P - 1
    assert log_order == 0 or pow(root, 2, P) == field.root_of_unity(log_order - 1)


@settings(deadline=None)  # the oracle compiles itself on first use
@given(extensions, extensions)
def test_arithmetic_is_that_of_polynomials_modulo_the_modulus(a: Extension, b: Extension) -> None:
    x, y = polynomial(a), polynomial(b)
    assert field.add(a, b) == element(x + y)
    assert field.subtract(a, b) == element(x - y)
    assert field.multiply(a, b) == element(x * y % MODULUS)
    assert field.scale(a, b[0]) == field.multiply(a, field.embed(b[0]))


@given(nonzero)
def test_an_inverse_undoes_its_element(a: Extension) -> None:
    assert field.multiply(a, field.inverse(a)) == ONE


@given(nonzero, st.integers(0, 40))
def test_powers_are_repeated_products(a: Extension, exponent: int) -> None:
    product = ONE
    for _ in range(exponent):
        product = field.multiply(product, a)
    assert field.power(a, exponent) == product


@given(nonzero)
def test_the_order_of_every_element_divides_that_of_the_units(a: Extension) -> None:
    assert field.power(a, P**DEGREE - 1) == ONE


def test_zero_has_no_inverse() -> None:
    with pytest.raises(ZeroDivisionError):
        field.inverse(ZERO)
    with pytest.raises(ZeroDivisionError):
        field.inverses([ONE, ZERO])


@given(st.lists(nonzero, max_size=6))
def test_inverses_together_are_inverses_alone(values: list[Extension]) -> None:
    assert field.inverses(values) == [field.inverse(value) for value in values]


@given(st.lists(coefficients, max_size=12))
def test_encoding_is_four_little_endian_bytes_each(values: list[int]) -> None:
    data = field.encode(values)
    assert data == b"".join(value.to_bytes(4, "little") for value in values)
    assert list(field.decode(data)) == values


@pytest.mark.parametrize("value", [P, P + 1, 2**31, 2**32 - 1])
def test_an_element_of_p_or_more_is_rejected(value: int) -> None:
    with pytest.raises(Rejected):
        field.decode(bytes(4) + value.to_bytes(4, "little"))


def test_a_cut_element_is_rejected() -> None:
    with pytest.raises(Rejected):
        field.decode(bytes(7))


@given(st.lists(st.tuples(extensions, coefficients), max_size=20))
def test_a_packed_product_is_the_sum_of_products(pairs: list[tuple[Extension, int]]) -> None:
    expected = ZERO
    for weight, value in pairs:
        expected = field.add(expected, field.scale(weight, value))
    assert unpack(dot([pack(weight) for weight, _ in pairs], [value for _, value in pairs])) == expected


def test_lanes_do_not_overflow_with_the_widest_rows() -> None:
    top: Extension = (P - 1, P - 1, P - 1, P - 1, P - 1)
    count = 1 << 14
    expected = field.scale(top, (P - 1) * count % P)
    assert unpack(dot([pack(top)] * count, [P - 1] * count)) == expected
