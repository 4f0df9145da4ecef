"""Lookup columns and quotients of random programs."""

import itertools

import numpy as np
import pytest

from prover import reference_field as field
from prover.engine import Commitment, Engine, Matrix
from prover.reference_field import Field
from tests.kernel.inputs import program_of, random_extension, random_matrix, random_table
from verifier.field import GENERATOR, P, root_of_unity
from verifier.program import Interaction, Node, Operation, Rule, Selector, Table, lookup_columns

LOG_HEIGHTS = [0, 1, 2, 3, 4, 5, 7]


class Instance:
    """A table with a random trace, and what one engine makes of it."""

    def __init__(
        self, engine: Engine, seed: int, log_height: int, log_blowup: int, table: Table | None = None
    ) -> None:
        generator = np.random.default_rng([seed, log_height])
        self.engine, self.log_height, self.log_blowup = engine, log_height, log_blowup
        count = int(generator.integers(0, 9))
        self.table = table or random_table(generator, log_height, interactions=count)
        rows = 1 << log_height
        self.main = random_matrix(generator, rows, self.table.width)
        fixed = self.table.preprocessed_width
        self.preprocessed = random_matrix(generator, rows, fixed) if fixed else None
        self.alpha, self.beta, self.gamma = (random_extension(generator) for _ in range(3))
        self.loaded = engine.load(program_of(self.table).encode())
        self.lookup, self.total = engine.lookup(
            self.loaded, 1, self.main, self.preprocessed, self.alpha, self.beta
        )
        split = self.table.first_wave_width
        parts = (self.main[:, :split], self.main[:, split:], self.preprocessed, self.lookup)
        self.commitments = [self._commit(part) for part in parts]

    def _commit(self, matrix: Matrix | None) -> Commitment | None:
        if matrix is None or matrix.shape[1] == 0:
            return None
        return self.engine.commit([None, matrix], self.log_blowup)

    def quotient(self) -> Matrix:
        first, second, fixed, sums = self.commitments
        challenges = self.alpha, self.beta, self.gamma, self.total
        return self.engine.quotient(
            self.loaded, 1, self.log_height, (first, second), fixed, sums, *challenges
        )


@pytest.mark.kernel
@pytest.mark.parametrize("log_height", LOG_HEIGHTS)
@pytest.mark.parametrize("seed", range(4))
def test_engines_agree(native: Engine, reference: Engine, seed: int, log_height: int) -> None:
    log_blowup = 1 + seed % 2
    ours = Instance(native, seed, log_height, log_blowup)
    theirs = Instance(reference, seed, log_height, log_blowup)
    assert np.array_equal(ours.lookup, theirs.lookup)
    assert ours.total == theirs.total
    assert np.array_equal(ours.quotient(), theirs.quotient())


@pytest.mark.kernel
def test_engines_agree_on_every_pair_of_operations(native: Engine, reference: Engine) -> None:
    """An operation on another's result: alone in reading it or not, on both sides, and doubled."""
    left, right, other, two = range(4)
    nodes = [Node(Operation.MAIN, column, 0) for column in (left, right, other)]
    nodes.append(Node(Operation.CONSTANT, 2, 0))
    rules = []
    arithmetic = (Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY)
    for first, second, also_rule in itertools.product(arithmetic, arithmetic, (False, True)):
        for side in ((None, other), (other, None), (None, two), (two, None), (None, None)):
            if side == (None, None) and first == second == Operation.MULTIPLY:
                continue
            nodes.append(Node(first, left, right))
            result = len(nodes) - 1
            nodes.append(Node(second, *(result if operand is None else operand for operand in side)))
            rules += [Rule(Selector.EVERY, node) for node in (result + 1, *([result] if also_rule else []))]
    table = Table("t", 8, False, 3, 0, 0, -1, (), tuple(nodes), tuple(rules), ())
    ours, theirs = (Instance(engine, 0, 3, 1, table).quotient() for engine in (native, reference))
    assert np.array_equal(ours, theirs)


def row_at(instance: Instance, commitment: Commitment | None, position: int) -> list[Field]:
    """Every column at one point of the extended domain, as extension elements."""
    if commitment is None:
        return []
    rows, _ = instance.engine.open(commitment, [position])
    return list(field.lift(rows[1][0].astype(np.uint64)))


def combined_at(instance: Instance, exponent: int) -> Field:
    """The combined constraints at 3·ω^exponent, from opened rows alone, one constraint at a time."""
    table, log_size, n = instance.table, instance.log_height + 1, 1 << instance.log_height
    root = root_of_unity(instance.log_height)
    point = point_at(instance, exponent)
    order = field.bit_reversal(log_size)
    positions = (int(order[exponent]), int(order[(exponent + 2) % (2 * n)]))
    here_and_below = [[row_at(instance, c, i) for c in instance.commitments] for i in positions]
    one = field.extension((1, 0, 0, 0, 0))
    vanishing = field.subtract(field.power(point, n), one)
    to_last = field.subtract(point, field.extension((pow(root, -1, P), 0, 0, 0, 0)))
    selectors = {
        Selector.EVERY: one,
        Selector.FIRST: field.multiply(vanishing, field.invert_extension(field.subtract(point, one))),
        Selector.LAST: field.multiply(vanishing, field.invert_extension(to_last)),
        Selector.BETWEEN: to_last,
    }
    values: list[Field] = []
    for node in table.nodes:
        first, second, fixed, _ = here_and_below[node.b if node.operation < Operation.PERIODIC else 0]
        if node.operation == Operation.CONSTANT:
            value = field.extension((node.a, 0, 0, 0, 0))
        elif node.operation == Operation.MAIN:
            value = (first + second)[node.a]
        elif node.operation == Operation.PREPROCESSED:
            value = fixed[node.a]
        elif node.operation == Operation.PERIODIC:
            value = periodic_at(table.periodic[node.a], point, n)
        elif node.operation == Operation.ADD:
            value = (values[node.a] + values[node.b]) % field.PRIME
        elif node.operation == Operation.SUBTRACT:
            value = field.subtract(values[node.a], values[node.b])
        else:
            value = field.multiply(values[node.a], values[node.b])
        values.append(value)
    constraints = [(rule.selector, values[rule.node]) for rule in table.rules]
    sums = [[basis_sum(row[3][i : i + 5]) for i in range(0, len(row[3]), 5)] for row in here_and_below]
    if table.interactions:
        *fractions, running = sums[0]
        for value, column in zip(fractions, lookup_columns(table), strict=True):
            terms = [interaction_at(instance, values, index) for index in column]
            product, crossed = one, field.extension((0,) * 5)
            for multiplicity, denominator in terms:
                crossed = (
                    field.multiply(crossed, denominator) + field.multiply(product, multiplicity)
                ) % field.PRIME
                product = field.multiply(product, denominator)
            constraints.append((Selector.EVERY, field.subtract(field.multiply(value, product), crossed)))
        after = field.sum_extension(np.stack(sums[0]), axis=0)
        constraints.append((Selector.FIRST, running))
        constraints.append((Selector.BETWEEN, field.subtract(sums[1][-1], after)))
        constraints.append((Selector.LAST, field.subtract(after, field.extension(instance.total))))
    result = field.extension((0,) * 5)
    for weight, (selector, value) in zip(
        field.extension_powers(instance.gamma, len(constraints)), constraints, strict=True
    ):
        result = (result + field.multiply(weight, field.multiply(selectors[selector], value))) % field.PRIME
    return result


def interaction_at(instance: Instance, values: list[Field], index: int) -> tuple[Field, Field]:
    """Signed multiplicity and denominator of one interaction."""
    interaction = instance.table.interactions[index]
    encoded = field.extension((interaction.bus, 0, 0, 0, 0))
    weights = field.extension_powers(instance.beta, len(interaction.message), instance.beta)
    for weight, node in zip(weights, interaction.message, strict=True):
        encoded = (encoded + field.multiply(weight, values[node])) % field.PRIME
    multiplicity = values[interaction.multiplicity]
    signed = multiplicity if interaction.sign > 0 else field.negate(multiplicity)
    return signed, field.subtract(field.extension(instance.alpha), encoded)


def periodic_at(values: tuple[int, ...], point: Field, rows: int) -> Field:
    """The period's interpolant at point^(rows/period)."""
    x = field.power(point, rows // len(values))
    result = field.extension((0,) * 5)
    for coefficient in field.coefficients(np.array(values, dtype=np.uint64))[::-1]:
        lifted = field.extension((int(coefficient), 0, 0, 0, 0))
        result = (field.multiply(result, x) + lifted) % field.PRIME
    return result


def basis_sum(parts: list[Field]) -> Field:
    """Σ X^i·part_i: an extension column from its five base columns."""
    basis = np.eye(5, dtype=np.uint64)
    return field.sum_extension(field.multiply(basis, np.stack(parts)), axis=0)


def point_at(instance: Instance, exponent: int) -> Field:
    """3·ω^exponent, ω of order twice the table's height."""
    root = root_of_unity(instance.log_height + 1)
    return field.extension((GENERATOR * pow(root, exponent, P) % P, 0, 0, 0, 0))


@pytest.mark.parametrize("log_height", [0, 1, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_quotient_is_constraints_over_vanishing(engine: Engine, seed: int, log_height: int) -> None:
    """C = Z·(Q0 + X^n·Q1) at every point of the coset, whether or not the trace keeps the rules."""
    instance = Instance(engine, seed, log_height, 1)
    quotient = engine.commit([None, instance.quotient()], 1)
    size = 2 << instance.log_height
    order = field.bit_reversal(instance.log_height + 1)
    for exponent in range(0, size, max(1, size // 8)):
        columns = row_at(instance, quotient, int(order[exponent]))
        power = field.power(point_at(instance, exponent), 1 << instance.log_height)
        whole = (basis_sum(columns[:5]) + field.multiply(power, basis_sum(columns[5:]))) % field.PRIME
        vanishing = field.subtract(power, field.extension((1, 0, 0, 0, 0)))
        assert np.array_equal(combined_at(instance, exponent), field.multiply(vanishing, whole))


def test_a_table_without_rules_has_quotient_zero(engine: Engine) -> None:
    table = Table("t", 8, False, 1, 0, 0, -1, (), (Node(Operation.MAIN, 0, 0),), (), ())
    loaded = engine.load(program_of(table).encode())
    main = engine.commit([None, random_matrix(np.random.default_rng(1), 4, 1)], 1)
    zero = (0, 0, 0, 0, 0)
    quotient = engine.quotient(loaded, 1, 2, (main, None), None, None, zero, zero, zero, zero)
    assert quotient.shape == (4, 10)
    assert not quotient.any()


def test_interactions_are_needed_for_lookup_columns(engine: Engine) -> None:
    table = Table("t", 8, False, 1, 0, 0, -1, (), (Node(Operation.MAIN, 0, 0),), (), ())
    main, one = random_matrix(np.random.default_rng(1), 4, 1), (1, 0, 0, 0, 0)
    matrix, total = engine.lookup(engine.load(program_of(table).encode()), 1, main, None, one, one)
    assert matrix.shape == (4, 0)
    assert total == (0, 0, 0, 0, 0)


def flat_pair(one: int, two: int) -> tuple[Interaction, Interaction]:
    """Two one-field messages on bus 1 whose multiplicities are the nodes given."""
    return Interaction(1, 1, one, 1, (0,)), Interaction(1, -1, two, 1, (1,))


@pytest.mark.kernel
@pytest.mark.parametrize("multiplicities", [(2, 2), (2, 3), (0, 2), (0, 1)])
def test_pairs_of_short_messages(native: Engine, reference: Engine, multiplicities: tuple[int, int]) -> None:
    """One-field pairs with fixed multiplicities have a form of their own in the compiled kernel."""
    cells = (Node(Operation.MAIN, 0, 0), Node(Operation.MAIN, 1, 0))
    constants = (Node(Operation.CONSTANT, 1, 0), Node(Operation.CONSTANT, P - 5, 0))
    table = Table("t", 8, False, 2, 0, 0, -1, (), cells + constants, (), flat_pair(*multiplicities))
    assert lookup_columns(table) == ((0, 1),)
    ours, theirs = (Instance(e, 5, 3, 1, table) for e in (native, reference))
    assert np.array_equal(ours.lookup, theirs.lookup)
    assert np.array_equal(ours.quotient(), theirs.quotient())
