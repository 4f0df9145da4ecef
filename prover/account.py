"""The account of long work: which stage is under way, what each one cost, and whether to stop."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from prover.memory import PeakMemory


@dataclass(frozen=True)
class Progress:
    """`done` of `total` stages are finished and `stage` is under way."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Stage:
    """What one stage cost: seconds, base field elements filled, committed or opened, peak resident bytes."""

    name: str
    seconds: float
    cells: int
    peak_memory_bytes: int


class Cancelled(Exception):
    """The caller asked to stop; raised between stages."""


class Account:
    """Stages in the order of their names; `cells` is counted up by the stage under way."""

    def __init__(
        self,
        names: Sequence[str],
        report: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.names = tuple(names)
        self.stages: list[Stage] = []
        self.cells = 0
        self._report = report
        self._cancelled = cancelled
        self._memory = PeakMemory()

    @contextmanager
    def stage(self) -> Iterator[None]:
        """The next stage: told of, accounted for, and not begun if the caller asked to stop."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        number = len(self.stages)
        if self._report is not None:
            self._report(Progress(self.names[number], number, len(self.names)))
        self._memory.restart()
        self.cells = 0
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        self.stages.append(Stage(self.names[number], seconds, self.cells, self._memory.read()))
