"""Engines that compute as told, but for one lie: a lying prover is the honest one on top of these."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from prover import reference_field as field
from prover.engine import Commitment, Engine, Extension, Loaded, Matrix, Term
from prover.kernel import NativeEngine
from prover.reference import domain_points
from verifier import stark
from verifier.deep import Opened
from verifier.field import GENERATOR, ZERO, P, add, inverse, multiply
from verifier.lookup import Challenges
from verifier.shape import Shape


def bumped(matrix: Matrix, at: tuple[int, int] = (0, 0)) -> Matrix:
    """The matrix with one element increased."""
    other = matrix.copy()
    other[at] = (int(other[at]) + 1) % P
    return other


def combined_everywhere(engine: Engine, log_size: int, terms: Sequence[Term]) -> Matrix:
    """What `combine` is a polynomial through, at every point of the domain: the sum that the verifier looks for."""
    points = domain_points(log_size, GENERATOR)
    total = np.zeros((1 << log_size, 5), dtype=np.uint64)
    for term in terms:
        leaves = 1 << max(term.commitment.log_heights)
        rows = engine.open(term.commitment, range(leaves))[0][term.table].astype(np.uint64)
        weights = field.extension_powers(term.theta, len(term.columns), term.theta_power)
        inverses = field.invert_extension(field.subtract(field.lift(points), field.extension(term.point)))
        for weight, column, value in zip(weights, term.columns, term.opened.astype(np.uint64), strict=True):
            difference = field.subtract(field.lift(rows[:, column]), value)
            total = (total + field.multiply(weight, field.multiply(difference, inverses))) % P
    return total.astype(np.uint32)


class Lying(NativeEngine):
    """The compiled engine, some verbs of which pass through a function that may change what they give.

    `lies` maps a verb to a function of the call's number (from 0) and the honest answer.
    """

    def __init__(self, **lies: Callable[[int, Any], Any]) -> None:
        self.calls = dict.fromkeys(lies, 0)
        for verb, lie in lies.items():
            setattr(self, verb, self._bent(verb, getattr(NativeEngine, verb), lie))

    def _bent(
        self, verb: str, honest: Callable[..., Any], lie: Callable[[int, Any], Any]
    ) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            number = self.calls[verb]
            self.calls[verb] += 1
            return lie(number, honest(self, *arguments, **named))

        return call


def only(number: int, change: Callable[[Any], Any]) -> Callable[[int, Any], Any]:
    """Change the answer to one call."""
    return lambda call, answer: change(answer) if call == number else answer


class FitsTheEquation(NativeEngine):
    """Claims whatever quotient value makes the constraints hold at zeta, whatever the trace.

    It knows what the verifier will ask and answers that: only the low-degree test can tell. Then the batched quotient
    is either a polynomial or, `everywhere`, what the opened rows make of it; with a false value it cannot be both.
    """

    def __init__(self, shape: Shape, *, everywhere: bool) -> None:
        self.shape = shape
        self._everywhere = everywhere
        self._labels = iter(tree.label for tree in shape.trees)
        self._committed: dict[int, str] = {}
        self._kept: list[Commitment] = []
        self._asked: dict[tuple[str, int], list[Matrix]] = {}
        self._sums: dict[int, Extension] = {}

    def commit(self, matrices: Sequence[Matrix | None], log_blowup: int) -> Commitment:
        made = super().commit(matrices, log_blowup)
        self._kept.append(made)
        self._committed[id(made)] = next(self._labels)
        return made

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
        self._challenges, self._gamma = Challenges.of(self.shape.program, alpha, beta), gamma
        self._sums[table] = total
        return super().quotient(
            loaded, table, log_height, main, preprocessed, lookup, alpha, beta, gamma, total
        )

    def evaluate(self, commitment: Commitment, table: int, point: Extension) -> Matrix:
        label = self._committed[id(commitment)]
        values = super().evaluate(commitment, table, point)
        self._asked.setdefault((label, table), []).append(values)
        return values if label != "quotient" else self._fitting(table, point)

    def combine(self, log_size: int, terms: Sequence[Term]) -> Matrix:
        return (
            combined_everywhere(self, log_size, terms)
            if self._everywhere
            else super().combine(log_size, terms)
        )

    def _fitting(self, table: int, zeta: Extension) -> Matrix:
        committed = stark.Committed({}, None, self._challenges, self._sums)
        combined, vanishing, _ = stark._combine(  # the verifier's own side of the equation
            self.shape, table, self._openings(), committed, self._gamma, zeta
        )
        wanted = np.zeros((10, 5), dtype=np.uint32)
        wanted[0] = multiply(combined, inverse(vanishing))
        return wanted

    def _openings(self) -> Mapping[str, Mapping[int, Opened]]:
        found: dict[str, dict[int, Opened]] = {}
        for tree in self.shape.trees:
            for matrix in tree.matrices:
                asked = self._asked.get((tree.label, matrix.table))
                if asked is None:
                    continue
                here = tuple(tuple(row) for row in asked[0].tolist())
                below = tuple(tuple(asked[1].tolist()[column]) for column in matrix.below)
                found.setdefault(tree.label, {})[matrix.table] = Opened(matrix, here, below)
        return found


def moved_sums(engine: Engine, tables: Sequence[int]) -> Engine:
    """Shift the first table's sum up and the second's down, so that the buses still balance."""
    honest = engine.lookup

    def lookup(loaded: Loaded, table: int, *rest: Any) -> tuple[Matrix, Extension]:
        matrix, total = honest(loaded, table, *rest)
        shift = {tables[0]: 1, tables[1]: P - 1}.get(table, 0)
        return matrix, add(total, (shift, 0, 0, 0, 0)) if shift else total

    engine.lookup = lookup  # type: ignore[method-assign,assignment]
    return engine


__all__ = ["ZERO", "FitsTheEquation", "Lying", "bumped", "combined_everywhere", "moved_sums", "only"]
