"""The Reed-Solomon code of Celestia's squares: as many parity shares as there are shares, byte by byte.

It is the code of the Leopard library over GF(2^8). A byte b stands for the field element φ(b), the sum of the
basis elements at b's set bits. Of a polynomial of degree below k, the values at φ(k) … φ(2k - 1) are the k
original bytes and the values at φ(0) … φ(k - 1) are the parity.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

LARGEST_WIDTH = 128
"""Original shares of a row; beyond it, 2k points do not fit in the field."""

_POLYNOMIAL = 0x11D
_BASIS = (1, 214, 152, 146, 86, 200, 88, 230)


def parity(lines: Sequence[bytes]) -> list[bytes]:
    """The k parity lines of k lines of equal length, k a power of two up to LARGEST_WIDTH.

    Position by position, the bytes of all lines are one code word.
    """
    products = _products()
    parities = []
    for row in _coefficients(len(lines)):
        total = np.zeros(len(lines[0]), dtype=np.uint8)
        for coefficient, line in zip(row, lines, strict=True):
            total ^= np.frombuffer(line.translate(products[coefficient]), dtype=np.uint8)
        parities.append(total.tobytes())
    return parities


@cache
def _field() -> tuple[type, NDArray[np.uint8]]:
    """GF(2^8) and φ of each byte."""
    # Imported here because it takes a second, which only those pay who extend a square.
    import galois  # noqa: PLC0415

    elements = np.zeros(1, dtype=np.uint8)
    for basis in _BASIS:
        elements = np.concatenate([elements, elements ^ np.uint8(basis)])
    field: type = galois.GF(2**8, irreducible_poly=_POLYNOMIAL, compile="python-calculate")
    return field, elements


@cache
def _products() -> list[bytes]:
    """For each field element c, the table of 256 bytes that maps b to φ⁻¹(c · φ(b))."""
    field, elements = _field()
    inverse = np.argsort(elements).astype(np.uint8)
    table = np.multiply.outer(field(np.arange(256)), field(elements))
    return [inverse[np.asarray(row)].tobytes() for row in table]


@cache
def _coefficients(width: int) -> list[list[int]]:
    """The field elements c_ij with parity i = Σ c_ij · original j: Lagrange's basis, evaluated."""
    field, elements = _field()
    targets, nodes = field(elements[:width]), field(elements[width : 2 * width])
    ones = field(np.eye(width, dtype=np.uint8))
    # The factor of a node with itself is left out of its product: zero plus one.
    weights = np.multiply.reduce(np.subtract.outer(nodes, nodes) + ones, axis=1)
    distances = np.subtract.outer(targets, nodes)
    products = np.multiply.reduce(distances, axis=1)
    coefficients: list[list[int]] = (products[:, None] / (distances * weights[None, :])).tolist()
    return coefficients
