"""Inverses in the field, of whole columns at once."""

import numpy as np
from numpy.typing import NDArray

from verifier.field import P


def inverses(values: NDArray[np.integer]) -> NDArray[np.int64]:
    """The inverse of each value modulo P, 0 of a multiple of P; in the shape of `values`."""
    # Counters, whose inverses are asked for most, take few values.
    distinct, places = np.unique(np.remainder(values, P), return_inverse=True)
    power = distinct.astype(np.uint64)
    found = np.ones_like(power)
    exponent = P - 2
    while exponent:
        if exponent & 1:
            found = found * power % P
        power = power * power % P
        exponent >>= 1
    result: NDArray[np.int64] = found.astype(np.int64)[places]
    return result.reshape(values.shape)
