"""The numeric verbs every proving engine offers, and the shapes they take.

Two engines implement them: `prover.kernel` (compiled, fast) and `prover.reference` (numpy, readable). Both
return equal numbers for equal inputs. Matrices are C-contiguous ``uint32`` arrays of canonical field
elements, one row per trace row in natural order on the subgroup H, unless a verb says otherwise; an array of
extension elements ends in an axis of five coefficients, constant term first. Every verb raises `KernelError`
for inputs outside what it documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from circuits.dsl import Trace

Matrix: TypeAlias = npt.NDArray[np.uint32]
Extension: TypeAlias = tuple[int, int, int, int, int]


class KernelError(ValueError):
    """An engine cannot compute with what it was given: a wrong shape, a word not below P, a zero divisor."""


class Loaded(Protocol):
    """A constraint program prepared for evaluation; freed with the object."""

    @property
    def tables(self) -> int:
        """Number of tables in the program."""
        ...


class Commitment(Protocol):
    """Extended matrices (rows in bit-reversed order) and one Merkle tree over them; freed with the object."""

    @property
    def root(self) -> bytes:
        """The 32-byte root of the tree."""
        ...

    @property
    def log_heights(self) -> tuple[int, ...]:
        """Base-2 logarithm of the extended height of every matrix, -1 for an absent one."""
        ...


@dataclass(frozen=True, eq=False)
class Term:
    """One opening of one matrix inside the batched quotient of a height class.

    ``columns`` name base columns of matrix ``table`` of ``commitment``; ``opened`` has shape (len(columns),
    5) and holds their values at ``point``; column number k is weighted by ``theta_power * theta**k``.
    """

    commitment: Commitment
    table: int
    columns: Sequence[int]
    point: Extension
    opened: Matrix
    theta_power: Extension
    theta: Extension


class Relations(NamedTuple):
    """Relations left * right + linear = quotient * modulus among integers, a row each.

    ``left`` and ``right`` (n, 32) are signed limbs of eight bits, at most 2^16 in size, ``linear`` (n, 16) of
    sixteen, the least significant first. The modulus is secp256k1's order where ``of_order`` (n,) is 1,
    or its prime. ``halves`` says that quotients stand in limbs of sixteen bits, not bytes, which decides the carries.
    """

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    linear: npt.NDArray[np.int32]
    of_order: npt.NDArray[np.uint8]
    halves: bool


class Solved(NamedTuple):
    """What relations need: quotients (n, 32), rounded down, modulo 2^256, in bytes; which are negative (n,); the
    carries (n, 31) out of all pairs of limbs but the last (`circuits.gadgets.modular`)."""

    quotients: npt.NDArray[np.uint8]
    negative: npt.NDArray[np.uint8]
    carries: npt.NDArray[np.int32]


def ladder_shape(
    starts: npt.NDArray[np.uint8], addends: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]
) -> tuple[int, int]:
    """How many ladders of how many steps; raises `KernelError` unless the arrays are those of `walk_ladders`."""
    count, steps = labels.shape if labels.ndim == 2 else (-1, -1)
    if starts.shape != (count, 2, 32) or addends.shape != (count, 4, 2, 32):
        raise KernelError("ladders differ in number, or points are not of 32 bytes a coordinate")
    if any(array.dtype != np.uint8 for array in (starts, addends, labels)) or labels.max(initial=0) >= 4:
        raise KernelError("a label stands for no addend, or a point is not in bytes")
    return count, steps


class Engine(Protocol):
    """Column arithmetic for one prover: stateless apart from the handles it gives out."""

    @property
    def name(self) -> str:
        """``native`` or ``reference``."""
        ...

    def load(self, program: bytes) -> Loaded:
        """Prepare the canonical bytes of a program (`verifier.program.Program.encode`)."""
        ...

    def commit(self, matrices: Sequence[Matrix | None], log_blowup: int) -> Commitment:
        """Extend matrices from H to the coset 3·⟨ω⟩ of 2**log_blowup times the height, and commit to them.

        One tree holds all. An absent matrix is None or has no columns; at least one must be present.
        """
        ...

    def lookup(
        self,
        loaded: Loaded,
        table: int,
        main: Matrix,
        preprocessed: Matrix | None,
        alpha: Extension,
        beta: Extension,
    ) -> tuple[Matrix, Extension]:
        """Return the lookup matrix (rows, 5·(fractions + 1)) of a table and the table's sum.

        ``main`` holds the columns of both waves. The last extension column is the running sum before each
        row. A table without interactions gives a matrix without columns and the sum zero. Raises
        `KernelError` if a denominator is zero.
        """
        ...

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
        """Divide a table's combined constraints by the vanishing polynomial of H.

        Every commitment given holds the table's columns as its matrix number ``table``; ``main`` is (first
        wave, second wave). The quotient is Q0 + X^n·Q1; returned are the evaluations on H of Q0 and Q1, shape
        (rows, 10). If the trace breaks a rule the result is still some matrix: nothing is checked here.
        """
        ...

    def evaluate(self, commitment: Commitment, table: int, point: Extension) -> Matrix:
        """Evaluate every column of one matrix at a point outside the extended domain; shape (columns, 5)."""
        ...

    def combine(self, log_size: int, terms: Sequence[Term]) -> Matrix:
        """Return Σ weight·(column(x) - opened)/(x - point) over the extended domain of 2**log_size points.

        Shape (2**log_size, 5), bit-reversed order; every term's matrix must have that extended height. It is computed
        on the first coset 3·H and extended from there, so it is the sum only where no opened value is false.
        """
        ...

    def commit_layer(self, values: Matrix, log_arity: int) -> Commitment:
        """Commit to extension elements, shape (size, 5), 2**log_arity consecutive ones being a leaf."""
        ...

    def fold(self, values: Matrix, log_arity: int, phi: Extension, roll_in: Matrix | None) -> Matrix:
        """Fold bit-reversed evaluations on ⟨ω⟩ by a = 2**log_arity at phi and add phi**a * roll_in."""
        ...

    def interpolate(self, values: Matrix) -> Matrix:
        """Return, in natural order, the coefficients belonging to bit-reversed evaluations on ⟨ω⟩."""
        ...

    def open(self, commitment: Commitment, indices: Sequence[int]) -> tuple[list[Matrix], list[bytes]]:
        """Open sorted distinct leaf indices: the rows they fall on, and the pruned Merkle siblings.

        A matrix shorter than the tree contributes its distinct rows ``index >> shift``, ascending; an absent
        one has shape (0, 0). Siblings come level by level from the leaves, left to right.
        """
        ...

    def grind(self, prefix: bytes, bits: int) -> int:
        """The smallest nonce for which SHA-256(prefix | u64le nonce) has ``bits`` leading zero bits."""
        ...

    def sha256(self, messages: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Hash every row of a (count, length) byte matrix; shape (count, 32)."""
        ...

    def fill_sha256(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """Fill a trace of `circuits.tables.sha256.Sha256` with the compressions of padded messages, then idle rows.

        ``blocks`` (blocks, 64) are those of all messages, one after the other; of each, ``named`` (blocks, 3) holds
        source, message and whether it is its message's last. Raises `KernelError` if the trace has other fields than
        the table or too few rows.
        """
        ...

    def fill_keccak(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """Fill a trace of `circuits.tables.keccak.Keccak` with the permutations of padded messages, then idle ones.

        ``blocks`` (blocks, 136) are those of all messages, one after the other; of each, ``named`` (blocks, 4) holds
        source, message, whether SHA3 hashes it rather than Keccak, and whether it is its message's last. Raises
        `KernelError` if the trace has other fields than the table or too few rows.
        """
        ...

    def fill_poseidon2(self, trace: Trace, inputs: Matrix) -> None:
        """Fill a trace of `circuits.tables.poseidon2.Poseidon2` with the compressions of inputs (n, 16), then of zeros.

        None is said to be asked for. Raises `KernelError` if the trace has other fields than the table or too few
        rows.
        """
        ...

    def walk_ladders(
        self,
        starts: npt.NDArray[np.uint8],
        addends: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.uint8],
    ) -> npt.NDArray[np.uint8]:
        """Walk ladders of secp256k1 (`circuits.tables.secp256k1_ladder`), from a point to twice that plus an addend.

        ``starts`` (n, 2, 32) are points, ``addends`` (n, 4, 2, 32) what each ladder's labels stand for, ``labels``
        (n, steps) which is added in each step. Returned is (n, steps, 5, 32): x, y, slope, sum_x and slopes of every
        step, below the prime. All in bytes, least significant first. Raises `KernelError` where an addition is
        exceptional.
        """
        ...

    def solve_relations(self, relations: Relations) -> Solved:
        """Quotients and carries of relations; raises `KernelError` for limbs or quotients that are too large."""
        ...
