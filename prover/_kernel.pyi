"""The compiled kernel (kernel/src/lib.rs); `prover.kernel` is its typed face."""

from collections.abc import Mapping, Sequence
from typing import final

import numpy as np
import numpy.typing as npt

from prover.engine import Extension, Matrix
from prover.kernel_keccak import KeccakSchedule
from prover.kernel_poseidon2 import Poseidon2Constants

@final
class Loaded:
    @property
    def tables(self) -> int: ...

@final
class Commitment:
    @property
    def root(self) -> bytes: ...
    @property
    def log_heights(self) -> tuple[int, ...]: ...

def load(program: bytes) -> Loaded: ...
def commit(matrices: Sequence[Matrix | None], log_blowup: int) -> Commitment: ...
def lookup(
    loaded: Loaded,
    table: int,
    main: Matrix,
    preprocessed: Matrix | None,
    alpha: Extension,
    beta: Extension,
) -> tuple[Matrix, Extension]: ...
def quotient(
    loaded: Loaded,
    table: int,
    log_height: int,
    main: tuple[Commitment | None, Commitment | None],
    preprocessed: Commitment | None,
    lookup: Commitment | None,
    challenges: tuple[Extension, Extension, Extension, Extension],
) -> Matrix: ...
def evaluate(commitment: Commitment, table: int, point: Extension) -> Matrix: ...
def combine(
    log_size: int,
    terms: Sequence[tuple[Commitment, int, Sequence[int], Extension, Matrix, Extension, Extension]],
) -> Matrix: ...
def commit_layer(values: Matrix, log_arity: int) -> Commitment: ...
def fold(values: Matrix, log_arity: int, phi: Extension, roll_in: Matrix | None) -> Matrix: ...
def interpolate(values: Matrix) -> Matrix: ...
def open(commitment: Commitment, indices: Sequence[int]) -> tuple[list[Matrix], list[bytes]]: ...
def grind(prefix: bytes, bits: int) -> int: ...
def sha256(messages: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]: ...
def fill_sha256(
    cells: Matrix,
    layout: Mapping[str, tuple[int, int]],
    constants: tuple[Sequence[int], Sequence[int]],
    blocks: npt.NDArray[np.uint8],
    named: Matrix,
) -> None: ...
def fill_keccak(
    cells: Matrix,
    layout: Mapping[str, tuple[int, int]],
    schedule: KeccakSchedule,
    blocks: npt.NDArray[np.uint8],
    named: Matrix,
) -> None: ...
def fill_poseidon2(
    cells: Matrix,
    layout: Mapping[str, tuple[int, int]],
    constants: Poseidon2Constants,
    inputs: Matrix,
) -> None: ...
def walk_ladders(
    starts: npt.NDArray[np.uint8], addends: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]: ...
def solve_relations(
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    linear: npt.NDArray[np.int32],
    of_order: npt.NDArray[np.uint8],
    halves: bool,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.int32]]: ...
def memory_in_use() -> int: ...
def lanes() -> int: ...
