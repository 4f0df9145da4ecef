"""The constants of Poseidon2 as the kernel takes them, from what the circuit says."""

from typing import NamedTuple

from circuits.gadgets.poseidon2 import DIAGONAL, FIRST_CONSTANTS, LAST_CONSTANTS, PARTIAL_CONSTANTS


class Poseidon2Constants(NamedTuple):
    """What is added in the full rounds, the partial ones and the full ones behind them, and the inner diagonal."""

    first: tuple[tuple[int, ...], ...]
    partial: tuple[int, ...]
    last: tuple[tuple[int, ...], ...]
    diagonal: tuple[int, ...]


POSEIDON2 = Poseidon2Constants(FIRST_CONSTANTS, PARTIAL_CONSTANTS, LAST_CONSTANTS, DIAGONAL)
