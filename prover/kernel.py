"""The native engine: the verbs of `prover.engine` over the compiled extension `prover._kernel`.

The extension computes without the interpreter lock on all cores. A matrix that is not C-contiguous is copied
once.
"""

from collections.abc import Sequence
from typing import TypeVar, overload

import numpy as np
import numpy.typing as npt

from circuits.dsl import Trace
from circuits.tables.sha256 import CONSTANTS, INITIAL
from prover.engine import (
    Commitment,
    Extension,
    KernelError,
    Loaded,
    Matrix,
    Relations,
    Solved,
    Term,
    ladder_shape,
)
from prover.kernel_keccak import SCHEDULE
from prover.kernel_poseidon2 import POSEIDON2

try:
    from prover import _kernel
except ImportError as error:
    raise ImportError("the compiled kernel is not built: run `make setup`") from error

__all__ = ["KernelError", "NativeEngine"]

Scalar = TypeVar("Scalar", np.uint8, np.uint32)


class NativeEngine:
    """Column arithmetic in Rust."""

    name = "native"

    def load(self, program: bytes) -> Loaded:
        """See `prover.engine.Engine.load`."""
        return _kernel.load(program)

    def commit(self, matrices: Sequence[Matrix | None], log_blowup: int) -> Commitment:
        """See `prover.engine.Engine.commit`."""
        return _kernel.commit([contiguous(matrix) for matrix in matrices], log_blowup)

    def lookup(
        self,
        loaded: Loaded,
        table: int,
        main: Matrix,
        preprocessed: Matrix | None,
        alpha: Extension,
        beta: Extension,
    ) -> tuple[Matrix, Extension]:
        """See `prover.engine.Engine.lookup`."""
        columns, fixed = contiguous(main), contiguous(preprocessed)
        return _kernel.lookup(own_program(loaded), table, columns, fixed, alpha, beta)

    def quotient(
        self,
        loaded: Loaded,
        table: int,
        log_height: int,
        main: Sequence[Commitment | None],
        preprocessed: Commitment | None,
        lookup: Commitment | None,
        alpha: Extension,
        beta: Extension,
        gamma: Extension,
        total: Extension,
    ) -> Matrix:
        """See `prover.engine.Engine.quotient`."""
        if len(main) != 2:
            raise KernelError("a quotient takes two waves")
        waves = own_or_none(main[0]), own_or_none(main[1])
        challenges = alpha, beta, gamma, total
        held, fixed, sums = own_program(loaded), own_or_none(preprocessed), own_or_none(lookup)
        return _kernel.quotient(held, table, log_height, waves, fixed, sums, challenges)

    def evaluate(self, commitment: Commitment, table: int, point: Extension) -> Matrix:
        """See `prover.engine.Engine.evaluate`."""
        return _kernel.evaluate(own(commitment), table, point)

    def combine(self, log_size: int, terms: Sequence[Term]) -> Matrix:
        """See `prover.engine.Engine.combine`."""
        plain = [
            (
                own(term.commitment),
                term.table,
                list(term.columns),
                term.point,
                contiguous(term.opened),
                term.theta_power,
                term.theta,
            )
            for term in terms
        ]
        return _kernel.combine(log_size, plain)

    def commit_layer(self, values: Matrix, log_arity: int) -> Commitment:
        """See `prover.engine.Engine.commit_layer`."""
        return _kernel.commit_layer(contiguous(values), log_arity)

    def fold(self, values: Matrix, log_arity: int, phi: Extension, roll_in: Matrix | None) -> Matrix:
        """See `prover.engine.Engine.fold`."""
        return _kernel.fold(contiguous(values), log_arity, phi, contiguous(roll_in))

    def interpolate(self, values: Matrix) -> Matrix:
        """See `prover.engine.Engine.interpolate`."""
        return _kernel.interpolate(contiguous(values))

    def open(self, commitment: Commitment, indices: Sequence[int]) -> tuple[list[Matrix], list[bytes]]:
        """See `prover.engine.Engine.open`."""
        return _kernel.open(own(commitment), list(indices))

    def grind(self, prefix: bytes, bits: int) -> int:
        """See `prover.engine.Engine.grind`."""
        return _kernel.grind(prefix, bits)

    def sha256(self, messages: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """See `prover.engine.Engine.sha256`."""
        return _kernel.sha256(contiguous(messages))

    def fill_sha256(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """See `prover.engine.Engine.fill_sha256`."""
        layout, constants = trace.table.layout(), (CONSTANTS, INITIAL)
        _kernel.fill_sha256(trace.matrix, layout, constants, contiguous(blocks), contiguous(named))

    def fill_keccak(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """See `prover.engine.Engine.fill_keccak`."""
        layout = trace.table.layout()
        _kernel.fill_keccak(trace.matrix, layout, SCHEDULE, contiguous(blocks), contiguous(named))

    def fill_poseidon2(self, trace: Trace, inputs: Matrix) -> None:
        """See `prover.engine.Engine.fill_poseidon2`."""
        _kernel.fill_poseidon2(trace.matrix, trace.table.layout(), POSEIDON2, contiguous(inputs))

    def walk_ladders(
        self,
        starts: npt.NDArray[np.uint8],
        addends: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.uint8],
    ) -> npt.NDArray[np.uint8]:
        """See `prover.engine.Engine.walk_ladders`."""
        count, steps = ladder_shape(starts, addends, labels)
        found = _kernel.walk_ladders(
            contiguous(starts.reshape(count, 64)),
            contiguous(addends.reshape(count, 256)),
            contiguous(labels.reshape(count * steps, 1)),
        )
        return found.reshape(count, steps, 5, 32)

    def solve_relations(self, relations: Relations) -> Solved:
        """See `prover.engine.Engine.solve_relations`."""
        left, right, linear, of_order, halves = relations
        flags = np.ascontiguousarray(of_order).reshape(-1, 1)
        left, right, linear = (np.ascontiguousarray(each) for each in (left, right, linear))
        return Solved(*_kernel.solve_relations(left, right, linear, flags, halves))

    def memory_in_use(self) -> int:
        """Bytes held by commitments that are still referenced."""
        return _kernel.memory_in_use()


@overload
def contiguous(array: None) -> None: ...
@overload
def contiguous(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]: ...
def contiguous(array: npt.NDArray[Scalar] | None) -> npt.NDArray[Scalar] | None:
    """The same array with rows one after the other in memory; anything but an array is left for the kernel to
    refuse."""
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) and array.ndim == 2 else array


def own(commitment: Commitment) -> _kernel.Commitment:
    """A commitment this engine made."""
    if not isinstance(commitment, _kernel.Commitment):
        raise KernelError("the commitment is not of this engine")
    return commitment


def own_or_none(commitment: Commitment | None) -> _kernel.Commitment | None:
    """A commitment this engine made, or none."""
    return None if commitment is None else own(commitment)


def own_program(loaded: Loaded) -> _kernel.Loaded:
    """A program this engine loaded."""
    if not isinstance(loaded, _kernel.Loaded):
        raise KernelError("the program is not of this engine")
    return loaded
