"""Integers of 256 bits as cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.gadgets.modular import HALVES, LIMB_BASE, LIMBS
from verifier.field import P

Integers = NDArray[np.int32]


def byte_rows(values: Sequence[int]) -> NDArray[np.uint8]:
    """Each value below 2^256 in a row of 32 bytes, least significant first."""
    joined = b"".join(value.to_bytes(LIMBS, "little") for value in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, LIMBS)


def limb_rows(values: Sequence[int]) -> Integers:
    """The same as integers."""
    return byte_rows(values).astype(np.int32)


def half_rows(values: Sequence[int]) -> Integers:
    """Each value below 2^256 in a row of 16 limbs of sixteen bits, least significant first."""
    return byte_rows(values).view("<u2").reshape(-1, HALVES).astype(np.int32)


def pair_rows(limbs: NDArray[Any]) -> NDArray[Any]:
    """Rows of limbs of eight bits as half as many of sixteen."""
    found: NDArray[Any] = limbs[:, ::2] + LIMB_BASE * limbs[:, 1::2]
    return found


def centred(values: NDArray[Any]) -> Integers:
    """Field elements as the integers nearest to zero."""
    return np.where(values > P // 2, values - P, values).astype(np.int32)


def in_field(values: Integers) -> NDArray[np.uint32]:
    """Integers as field elements."""
    return np.remainder(values, P).astype(np.uint32)
