"""How FRI halves its way down: the arity of every fold, and where shorter classes join.

Standard library only; the verifier, the prover and the account of security bits read the same schedule.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


class FoldingProfile(Protocol):
    """The part of a profile that decides the schedule."""

    @property
    def log_blowup(self) -> int: ...
    @property
    def final_log_degree(self) -> int: ...
    @property
    def max_log_arity(self) -> int: ...


@dataclass(frozen=True)
class Fold:
    """One fold: a vector of 2^log_size_before values becomes one of 2^(log_size_before - log_arity).

    `rolls_in` says that a class of the new length exists and is added with the power phi^(2^log_arity).
    """

    log_size_before: int
    log_arity: int
    rolls_in: bool

    @property
    def log_size_after(self) -> int:
        """Log2 of the number of values after the fold."""
        return self.log_size_before - self.log_arity


def final_log_size(log_sizes: Collection[int], profile: FoldingProfile) -> int:
    """Log2 of the length at which folding stops and the final polynomial is sent.

    `log_sizes` are the log2 evaluation-domain sizes (log height + log blowup) of the classes present. It is
    the profile's final length, or the shortest class where that is shorter, so that every class joins.
    The final polynomial has 2^(final_log_size - log_blowup) coefficients.
    """
    return min(profile.final_log_degree + profile.log_blowup, *log_sizes)


def schedule(log_sizes: Collection[int], profile: FoldingProfile) -> tuple[Fold, ...]:
    """The folds from the longest class to the final length.

    Each fold is as wide as the profile allows without stepping over the next class or the final length.
    `log_sizes` must hold at least one class; every size is at least log_blowup.
    """
    final = final_log_size(log_sizes, profile)
    size = max(log_sizes)
    folds = []
    while size > final:
        next_stop = max((other for other in log_sizes if other < size), default=final)
        log_arity = min(profile.max_log_arity, size - max(next_stop, final))
        after = size - log_arity
        folds.append(Fold(size, log_arity, after in log_sizes))
        size = after
    return tuple(folds)
