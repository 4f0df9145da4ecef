"""Programs over whole numpy columns: nodes, lookup fractions and selectors, for the reference engine."""

from collections.abc import Callable, Mapping

import numpy as np

from prover import reference_field as field
from prover.engine import Extension, KernelError
from prover.reference_field import PRIME, Field
from verifier.field import GENERATOR, root_of_unity
from verifier.program import Operation, Selector, Table

Cells = Callable[[Operation, int, int], Field]
Nodes = Callable[[int], Field]


def evaluate_nodes(table: Table, rows: int, cells: Cells) -> Nodes:
    """Evaluate all nodes of a table, in order, over ``rows`` rows; ``cells(operation, column, below)`` reads
    the trace."""
    values: list[Field] = []
    for node in table.nodes:
        match node.operation:
            case Operation.CONSTANT:
                values.append(np.full(rows, node.a, dtype=np.uint64))
            case Operation.ADD:
                values.append((values[node.a] + values[node.b]) % PRIME)
            case Operation.SUBTRACT:
                values.append(field.subtract(values[node.a], values[node.b]))
            case Operation.MULTIPLY:
                values.append(values[node.a] * values[node.b] % PRIME)
            case _:
                values.append(cells(node.operation, node.a, node.b))
    return values.__getitem__


def fraction(
    table: Table, column: tuple[int, ...], nodes: Nodes, alpha: Extension, beta: Extension
) -> tuple[Field, Field]:
    """Numerator and denominator, (rows, 5) each, of Σ ±multiplicity/d over the interactions of one lookup
    column."""
    numerator, denominator = None, None
    for index in column:
        interaction = table.interactions[index]
        multiplicity = nodes(interaction.multiplicity)
        signed = multiplicity if interaction.sign > 0 else field.negate(multiplicity)
        encoded = field.lift(np.full(signed.shape, interaction.bus, dtype=np.uint64))
        for weight, node in zip(
            field.extension_powers(beta, len(interaction.message), beta), interaction.message, strict=True
        ):
            encoded = (encoded + field.scale(weight, nodes(node))) % PRIME
        own = field.subtract(field.extension(alpha), encoded)
        if numerator is None or denominator is None:
            numerator, denominator = field.lift(signed), own
        else:
            numerator = (field.scale(denominator, signed) + field.multiply(numerator, own)) % PRIME
            denominator = field.multiply(denominator, own)
    assert numerator is not None and denominator is not None
    return numerator, denominator


def periods(table: Table, log_height: int) -> tuple[Field, ...]:
    """The periodic columns' values, one period each; the table must be at least one period high."""
    if any(len(values) > 1 << log_height for values in table.periodic):
        raise KernelError("the table is shorter than a period")
    return tuple(np.array(values, dtype=np.uint64) for values in table.periodic)


def periodic_on_rows(table: Table, log_height: int) -> Field:
    """Periodic columns on H, shape (rows, periodic columns)."""
    columns = [np.resize(values, 1 << log_height) for values in periods(table, log_height)]
    return np.stack(columns, axis=1) if columns else np.zeros((1 << log_height, 0), dtype=np.uint64)


def periodic_on_double_coset(table: Table, log_height: int) -> Field:
    """Periodic columns at 3·ω^k, ω of order 2n: the period's interpolant in X^(n/period), which repeats along
    the coset."""
    size = 2 << log_height
    columns = []
    for values in periods(table, log_height):
        log_period = len(values).bit_length() - 1
        shift = pow(GENERATOR, 1 << (log_height - log_period), int(PRIME))
        columns.append(np.resize(field.evaluations(field.coefficients(values), log_period + 1, shift), size))
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0), dtype=np.uint64)


def divided_selectors(log_height: int) -> Mapping[Selector, Field]:
    """Every selector divided by Z = x^n - 1, at x = 3·ω^k, ω of order 2n."""
    rows = 1 << log_height
    x = field.powers(root_of_unity(log_height + 1), 2 * rows, GENERATOR)
    last = pow(root_of_unity(log_height), -1, int(PRIME))
    vanishing = np.resize(field.powers(int(PRIME) - 1, 2, pow(GENERATOR, rows, int(PRIME))), 2 * rows)
    inverse_vanishing = field.invert(field.subtract(vanishing, np.uint64(1)))
    to_last = field.subtract(x, np.uint64(last))
    return {
        Selector.EVERY: inverse_vanishing,
        Selector.FIRST: field.invert(field.subtract(x, np.uint64(1))),
        Selector.LAST: field.invert(to_last),
        Selector.BETWEEN: to_last * inverse_vanishing % PRIME,
    }
