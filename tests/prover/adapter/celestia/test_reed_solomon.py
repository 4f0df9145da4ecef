import galois
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.adapter.celestia.reed_solomon import LARGEST_WIDTH, parity

# Leopard's field and the basis in which its bytes are written; a byte is the sum of the elements at its set bits.
FIELD = galois.GF(2**8, irreducible_poly=0x11D, compile="python-calculate")
BASIS = [1, 214, 152, 146, 86, 200, 88, 230]


def element(byte: int) -> int:
    total = 0
    for bit, basis in enumerate(BASIS):
        if byte >> bit & 1:
            total ^= basis
    return total


BYTE = {element(byte): byte for byte in range(256)}


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([1, 2, 4, 8]).flatmap(lambda width: st.binary(min_size=width, max_size=width)))
def test_originals_and_parity_are_values_of_one_polynomial(originals: bytes) -> None:
    width = len(originals)
    points = FIELD([element(number) for number in range(width, 2 * width)])
    polynomial = galois.lagrange_poly(points, FIELD([element(byte) for byte in originals]))
    values = [polynomial(FIELD(element(number))) for number in range(width)]
    assert parity([bytes([byte]) for byte in originals]) == [bytes([BYTE[int(value)]]) for value in values]


def test_every_byte_is_an_element_of_the_field() -> None:
    assert len(BYTE) == 256


@pytest.mark.parametrize("width", [1, 16, LARGEST_WIDTH])
def test_equal_lines_have_the_same_parity(width: int) -> None:
    line = bytes(range(256)) * 2
    assert parity([line] * width) == [line] * width


def test_parity_is_linear_in_the_lines() -> None:
    random = np.random.default_rng(1)
    one, other = random.integers(0, 256, (2, 32, 64), dtype=np.uint8)
    both = [bytes(line) for line in one ^ other]
    sums = [
        np.frombuffer(a, np.uint8) ^ np.frombuffer(b, np.uint8)
        for a, b in zip(parity(list(map(bytes, one))), parity(list(map(bytes, other))), strict=True)
    ]
    assert parity(both) == list(map(bytes, sums))
