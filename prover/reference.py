"""The reference engine: every verb of `prover.engine` in numpy, written to be read and to test the compiled
kernel against."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from circuits.dsl import Trace
from prover import reference_field as field
from prover.engine import Commitment, Extension, KernelError, Loaded, Matrix, Relations, Solved, Term
from prover.reference_field import PRIME, Field
from prover.reference_keccak import fill_keccak
from prover.reference_poseidon2 import fill_poseidon2
from prover.reference_program import (
    divided_selectors,
    evaluate_nodes,
    fraction,
    periodic_on_double_coset,
    periodic_on_rows,
)
from prover.reference_secp256k1 import solve_relations, walk_ladders
from prover.reference_sha256 import fill_sha256
from verifier.errors import Rejected
from verifier.field import GENERATOR, TWO_ADICITY, P, root_of_unity
from verifier.program import Operation, Program, Selector, Table, lookup_columns


@dataclass(frozen=True)
class ReferenceProgram:
    """A decoded program."""

    program: Program

    @property
    def tables(self) -> int:
        """Number of tables in the program."""
        return len(self.program.tables)


@dataclass(frozen=True, eq=False)
class ReferenceCommitment:
    """Extended matrices in bit-reversed order and the levels of their tree, leaves first."""

    matrices: tuple[Field | None, ...]
    levels: tuple[tuple[bytes, ...], ...]
    log_blowup: int

    @property
    def root(self) -> bytes:
        """The 32-byte root of the tree."""
        return self.levels[-1][0]

    @property
    def log_heights(self) -> tuple[int, ...]:
        """Base-2 logarithm of the extended height of every matrix, -1 for an absent one."""
        return tuple(-1 if m is None else m.shape[0].bit_length() - 1 for m in self.matrices)


class ReferenceEngine:
    """Column arithmetic in numpy."""

    name = "reference"

    def load(self, program: bytes) -> Loaded:
        """See `prover.engine.Engine.load`."""
        try:
            return ReferenceProgram(Program.decode(program))
        except Rejected as error:
            raise KernelError(str(error)) from error

    def commit(self, matrices: Sequence[Matrix | None], log_blowup: int) -> Commitment:
        """See `prover.engine.Engine.commit`."""
        extended: list[Field | None] = []
        for matrix in matrices:
            if matrix is None or matrix.shape[-1] == 0:
                extended.append(None)
                continue
            values = checked(matrix)
            log_size = checked_log(values.shape[0]) + log_blowup
            if log_blowup < 0 or log_size > TWO_ADICITY:
                raise KernelError("an extended height exceeds the two-adic subgroup")
            rows = field.evaluations(field.coefficients(values), log_size, GENERATOR)
            extended.append(rows[field.bit_reversal(log_size)])
        return committed(extended, log_blowup)

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
        shape = table_of(loaded, table)
        columns = checked(main)
        rows = columns.shape[0]
        fixed = np.zeros((rows, 0), dtype=np.uint64) if preprocessed is None else checked(preprocessed)
        if columns.shape[1] != shape.first_wave_width + shape.second_wave_width:
            raise KernelError("the main matrix has the wrong width")
        if fixed.shape != (rows, shape.preprocessed_width):
            raise KernelError("the preprocessed matrix has the wrong shape")
        cells = {
            Operation.MAIN: columns,
            Operation.PREPROCESSED: fixed,
            Operation.PERIODIC: periodic_on_rows(shape, checked_log(rows)),
        }
        checked_extension(alpha)
        checked_extension(beta)
        if not shape.interactions:
            return np.zeros((rows, 0), dtype=np.uint32), (0, 0, 0, 0, 0)
        nodes = evaluate_nodes(shape, rows, lambda operation, a, _: cells[operation][:, a])
        fractions = []
        for column in lookup_columns(shape):
            numerator, denominator = fraction(shape, column, nodes, alpha, beta)
            if not np.all(np.any(denominator, axis=-1)):
                raise KernelError("a lookup denominator is zero")
            fractions.append(field.multiply(numerator, field.invert_extension(denominator)))
        row_sums = field.sum_extension(np.stack(fractions), axis=0)
        running = np.zeros((rows + 1, 5), dtype=np.uint64)
        running[1:] = np.cumsum(row_sums, axis=0, dtype=np.uint64) % PRIME
        matrix = np.concatenate([*fractions, running[:rows]], axis=1)
        return narrow(matrix), field.tuple_of(running[rows])

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
        shape = table_of(loaded, table)
        if len(main) != 2 or not 0 <= log_height < TWO_ADICITY:
            raise KernelError("a quotient takes two waves and a height within the two-adic subgroup")
        size = 2 << log_height
        lookup_width = 5 * (len(lookup_columns(shape)) + 1) if shape.interactions else 0
        widths = (shape.first_wave_width, shape.second_wave_width, shape.preprocessed_width, lookup_width)
        first, second, fixed, sums = (
            on_double_coset(commitment, table, width, log_height)
            for commitment, width in zip((*main, preprocessed, lookup), widths, strict=True)
        )
        cells = {
            Operation.MAIN: np.concatenate([first, second], axis=1),
            Operation.PREPROCESSED: fixed,
            Operation.PERIODIC: periodic_on_double_coset(shape, log_height),
        }
        # The row below is the next point of H, two steps away on the coset of twice the size.
        nodes = evaluate_nodes(
            shape, size, lambda operation, a, below: np.roll(cells[operation][:, a], -2 * below)
        )
        for challenge in (alpha, beta, gamma, total):
            checked_extension(challenge)
        selectors = divided_selectors(log_height)
        constraints = [(rule.selector, field.lift(nodes(rule.node))) for rule in shape.rules]
        if shape.interactions:
            extension_columns = sums.reshape(size, -1, 5)
            running, added = extension_columns[:, -1], field.sum_extension(extension_columns[:, :-1], axis=1)
            for index, column in enumerate(lookup_columns(shape)):
                numerator, denominator = fraction(shape, column, nodes, alpha, beta)
                claimed = field.multiply(extension_columns[:, index], denominator)
                constraints.append((Selector.EVERY, field.subtract(claimed, numerator)))
            after = (running + added) % PRIME
            constraints.append((Selector.FIRST, running))
            constraints.append((Selector.BETWEEN, field.subtract(np.roll(running, -2, axis=0), after)))
            constraints.append((Selector.LAST, field.subtract(after, field.extension(total))))
        quotient = np.zeros((size, 5), dtype=np.uint64)
        weights = field.extension_powers(gamma, len(constraints))
        for weight, (selector, constraint) in zip(weights, constraints, strict=True):
            quotient = (
                quotient + field.scale(field.multiply(weight, constraint), selectors[selector])
            ) % PRIME
        parts = field.coefficients(quotient, GENERATOR)
        halves = np.concatenate([parts[: size // 2], parts[size // 2 :]], axis=1)
        return narrow(field.evaluations(halves, log_height, 1))

    def evaluate(self, commitment: Commitment, table: int, point: Extension) -> Matrix:
        """See `prover.engine.Engine.evaluate`."""
        matrix = matrix_of(commitment, table)
        z = field.extension(checked_extension(point))
        log_size = matrix.shape[0].bit_length() - 1
        reject_domain_point(z, log_size)
        parts = field.coefficients(matrix[field.bit_reversal(log_size)], GENERATOR)
        result = np.zeros((matrix.shape[1], 5), dtype=np.uint64)
        for row in parts[::-1]:
            result = (field.multiply(result, z) + field.lift(row)) % PRIME
        return narrow(result)

    def combine(self, log_size: int, terms: Sequence[Term]) -> Matrix:
        """See `prover.engine.Engine.combine`."""
        if not 0 <= log_size <= TWO_ADICITY:
            raise KernelError("the domain exceeds the two-adic subgroup")
        blowups = {held_by(term.commitment).log_blowup for term in terms} or {0}
        if len(blowups) > 1 or max(blowups) > log_size:
            raise KernelError("the terms' commitments differ in blowup")
        log_rows = log_size - max(blowups)
        rows = 1 << log_rows
        x = domain_points(log_rows, GENERATOR)
        result = np.zeros((rows, 5), dtype=np.uint64)
        for term in terms:
            matrix = matrix_of(term.commitment, term.table)
            if matrix.shape[0] != 1 << log_size:
                raise KernelError("a term's matrix has another height")
            if any(not 0 <= column < matrix.shape[1] for column in term.columns):
                raise KernelError("a term names a column that does not exist")
            opened = checked(term.opened)
            if opened.shape != (len(term.columns), 5):
                raise KernelError("opened values have the wrong shape")
            z = field.extension(checked_extension(term.point))
            reject_domain_point(z, log_size)
            weights = field.extension_powers(
                checked_extension(term.theta), len(term.columns), checked_extension(term.theta_power)
            )
            numerator = np.zeros_like(result)
            for weight, column, value in zip(weights, term.columns, opened, strict=True):
                difference = field.subtract(field.lift(matrix[:rows, column]), value)
                numerator = (numerator + field.multiply(weight, difference)) % PRIME
            inverse = field.invert_extension(field.subtract(field.lift(x), z))
            result = (result + field.multiply(numerator, inverse)) % PRIME
        coefficients = field.coefficients(result[field.bit_reversal(log_rows)])
        return narrow(field.evaluations(coefficients, log_size, 1)[field.bit_reversal(log_size)])

    def commit_layer(self, values: Matrix, log_arity: int) -> Commitment:
        """See `prover.engine.Engine.commit_layer`."""
        vector = checked_vector(values, log_arity)
        return committed([vector.reshape(vector.shape[0] >> log_arity, -1)], 0)

    def fold(self, values: Matrix, log_arity: int, phi: Extension, roll_in: Matrix | None) -> Matrix:
        """See `prover.engine.Engine.fold`."""
        vector = checked_vector(values, log_arity)
        challenge = field.extension(checked_extension(phi))
        arity = 1 << log_arity
        log_size = vector.shape[0].bit_length() - 1
        groups = vector.reshape(-1, arity, 5)
        offsets = domain_points(log_size - log_arity, 1, log_size)
        natural = groups[:, field.bit_reversal(log_arity)].transpose(1, 0, 2)
        # On one group, {y·ζ^t} with y its first point, interpolate in X/y: the j-th coefficient is
        # y^j·f_j(y^arity).
        parts = field.coefficients(natural)
        ratio = field.scale(challenge, field.invert(offsets))
        result = parts[arity - 1]
        for part in parts[arity - 2 :: -1] if arity > 1 else []:
            result = (field.multiply(result, ratio) + part) % PRIME
        if roll_in is not None:
            added = checked_vector(roll_in, 0)
            if added.shape != result.shape:
                raise KernelError("the vector rolled in has the wrong length")
            result = (result + field.multiply(field.power(challenge, arity), added)) % PRIME
        return narrow(result)

    def interpolate(self, values: Matrix) -> Matrix:
        """See `prover.engine.Engine.interpolate`."""
        vector = checked_vector(values, 0)
        return narrow(field.coefficients(vector[field.bit_reversal(vector.shape[0].bit_length() - 1)]))

    def open(self, commitment: Commitment, indices: Sequence[int]) -> tuple[list[Matrix], list[bytes]]:
        """See `prover.engine.Engine.open`."""
        held = held_by(commitment)
        wanted = list(indices)
        if any(not 0 <= i < len(held.levels[0]) for i in wanted) or wanted != sorted(set(wanted)):
            raise KernelError("indices are not sorted, distinct and within the tree")
        log_leaves = len(held.levels[0]).bit_length() - 1
        rows: list[Matrix] = []
        for matrix, log_height in zip(held.matrices, held.log_heights, strict=True):
            if matrix is None:
                rows.append(np.zeros((0, 0), dtype=np.uint32))
                continue
            rows.append(narrow(matrix[sorted({i >> (log_leaves - log_height) for i in wanted})]))
        siblings = []
        known = wanted
        for level in held.levels[:-1]:
            present = set(known)
            siblings += [level[i ^ 1] for i in known if i ^ 1 not in present]
            known = sorted({i >> 1 for i in known})
        return rows, siblings

    def grind(self, prefix: bytes, bits: int) -> int:
        """See `prover.engine.Engine.grind`."""
        if not 0 <= bits <= 64:
            raise KernelError("grinding takes 0 to 64 bits")
        nonce = 0
        while True:
            digest = hashlib.sha256(prefix + nonce.to_bytes(8, "little")).digest()
            if int.from_bytes(digest[:8], "big") >> (64 - bits) == 0:
                return nonce
            nonce += 1

    def sha256(self, messages: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """See `prover.engine.Engine.sha256`."""
        if messages.ndim != 2 or messages.dtype != np.uint8:
            raise KernelError("messages are not a matrix of bytes")
        digests = b"".join(hashlib.sha256(row.tobytes()).digest() for row in messages)
        return np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32).copy()

    def fill_sha256(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """See `prover.engine.Engine.fill_sha256`."""
        fill_sha256(trace, blocks, named)

    def fill_keccak(self, trace: Trace, blocks: npt.NDArray[np.uint8], named: Matrix) -> None:
        """See `prover.engine.Engine.fill_keccak`."""
        fill_keccak(trace, blocks, named)

    def fill_poseidon2(self, trace: Trace, inputs: Matrix) -> None:
        """See `prover.engine.Engine.fill_poseidon2`."""
        fill_poseidon2(trace, inputs)

    def walk_ladders(
        self,
        starts: npt.NDArray[np.uint8],
        addends: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.uint8],
    ) -> npt.NDArray[np.uint8]:
        """See `prover.engine.Engine.walk_ladders`."""
        return walk_ladders(starts, addends, labels)

    def solve_relations(self, relations: Relations) -> Solved:
        """See `prover.engine.Engine.solve_relations`."""
        return solve_relations(relations)


def checked(matrix: Matrix) -> Field:
    """A two-dimensional canonical matrix with a power-of-two number of rows, as uint64."""
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.dtype != np.uint32:
        raise KernelError("a matrix is not a two-dimensional uint32 array")
    if matrix.size and int(matrix.max()) >= P:
        raise KernelError("a value is not below the field's modulus")
    return matrix.astype(np.uint64)


def checked_log(size: int) -> int:
    """The base-2 logarithm of a power of two."""
    if size < 1 or size & (size - 1):
        raise KernelError("a size is not a power of two")
    return size.bit_length() - 1


def checked_vector(values: Matrix, log_group: int) -> Field:
    """A power-of-two number of extension elements that splits into groups of 2**log_group."""
    vector = checked(values)
    if vector.shape[1] != 5 or not 0 <= log_group <= checked_log(vector.shape[0]) <= TWO_ADICITY:
        raise KernelError("not a vector of extension elements of the length needed")
    return vector


def checked_extension(value: Extension) -> Extension:
    """Five canonical coefficients."""
    if len(value) != 5 or any(not 0 <= v < P for v in value):
        raise KernelError("not a canonical extension element")
    return value


def table_of(loaded: Loaded, table: int) -> Table:
    """One table of a program this engine loaded."""
    if not isinstance(loaded, ReferenceProgram) or not 0 <= table < loaded.tables:
        raise KernelError("no such table in a program of this engine")
    return loaded.program.tables[table]


def held_by(commitment: Commitment) -> ReferenceCommitment:
    """A commitment this engine made."""
    if not isinstance(commitment, ReferenceCommitment):
        raise KernelError("the commitment is not of this engine")
    return commitment


def matrix_of(commitment: Commitment, table: int) -> Field:
    """One extended matrix of a commitment, which must be present."""
    held = held_by(commitment)
    if not 0 <= table < len(held.matrices):
        raise KernelError("the commitment has no such matrix")
    matrix = held.matrices[table]
    if matrix is None:
        raise KernelError("the matrix is absent from the commitment")
    return matrix


def on_double_coset(commitment: Commitment | None, table: int, width: int, log_height: int) -> Field:
    """A committed matrix at 3·ω^k, ω of order twice the height, in natural order.

    These points are the first 2n in bit-reversed order, whatever the blowup.
    """
    size = 2 << log_height
    if width == 0:
        return np.zeros((size, 0), dtype=np.uint64)
    if commitment is None:
        raise KernelError("a commitment is missing")
    matrix = matrix_of(commitment, table)
    log_blowup = held_by(commitment).log_blowup
    if log_blowup < 1 or matrix.shape != (1 << (log_height + log_blowup), width):
        raise KernelError("a committed matrix has the wrong shape for its table")
    return matrix[field.bit_reversal(log_height + 1)]


def domain_points(log_size: int, shift: int, log_order: int | None = None) -> Field:
    """shift·ω^i for i below 2**log_size in bit-reversed order, ω of order 2**log_order (by default
    2**log_size)."""
    root = root_of_unity(log_size if log_order is None else log_order)
    return field.powers(root, 1 << log_size, shift)[field.bit_reversal(log_size)]


def reject_domain_point(z: Field, log_size: int) -> None:
    """Refuse a point of the extended domain 3·⟨ω⟩, where a quotient by (x - z) does not exist."""
    shifted = field.power(z * np.uint64(pow(GENERATOR, -1, P)) % PRIME, 1 << log_size)
    if field.tuple_of(shifted) == (1, 0, 0, 0, 0):
        raise KernelError("the point lies in the evaluation domain")


def committed(matrices: Sequence[Field | None], log_blowup: int) -> ReferenceCommitment:
    """Build the tree over rows of mixed heights: shorter matrices join at the level of their size."""
    rows_at: dict[int, list[Matrix]] = {}
    for matrix in matrices:
        if matrix is not None:
            rows_at.setdefault(matrix.shape[0], []).append(narrow(matrix))
    if not rows_at:
        raise KernelError("there is nothing to commit to")
    rows = {size: np.concatenate(group, axis=1).astype("<u4") for size, group in rows_at.items()}
    level = [hashlib.sha256(row.tobytes()).digest() for row in rows[max(rows)]]
    levels = [tuple(level)]
    while len(level) > 1:
        pairs = zip(level[0::2], level[1::2], strict=True)
        level = [hashlib.sha256(left + right).digest() for left, right in pairs]
        if len(level) in rows:
            joined = zip(level, rows[len(level)], strict=True)
            level = [hashlib.sha256(node + row.tobytes()).digest() for node, row in joined]
        levels.append(tuple(level))
    return ReferenceCommitment(tuple(matrices), tuple(levels), log_blowup)


def narrow(values: Field) -> Matrix:
    """Canonical field elements as the uint32 the engines exchange."""
    return np.ascontiguousarray(values.astype(np.uint32))
