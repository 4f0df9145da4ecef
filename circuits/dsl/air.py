"""The verbs of a table's rules: what must vanish, on which rows, and what is sent to other tables."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic

from circuits.dsl.bus import Bus
from circuits.dsl.cells import C
from circuits.dsl.source import RuleError, Source, calling_source, line_source
from verifier.program import Selector


class Air(ABC, Generic[C]):
    """What `rules` speaks to; each reading of a table decides what a stated rule does."""

    def __init__(self) -> None:
        self._selector = Selector.EVERY

    def zero(self, value: C | int, *, source: Source | None = None) -> None:
        """The value vanishes on the rows of the enclosing context, on every row without one."""
        self.on_rule(self._selector, self._cell(value), source)

    def equal(self, left: C | int, right: C | int, *, source: Source | None = None) -> None:
        """Both values are the same."""
        self.zero(self._cell(left) - right, source=source)

    def boolean(self, value: C, *, source: Source | None = None) -> None:
        """The value is 0 or 1."""
        self.zero(value * (value - 1), source=source)

    @contextmanager
    def first_row(self) -> Iterator[None]:
        """Rules inside hold on the first row."""
        with self._on(Selector.FIRST):
            yield

    @contextmanager
    def last_row(self) -> Iterator[None]:
        """Rules inside hold on the last row."""
        with self._on(Selector.LAST):
            yield

    @contextmanager
    def between_rows(self) -> Iterator[None]:
        """Rules inside hold on every row but the last, and may read the row below."""
        with self._on(Selector.BETWEEN):
            yield

    def send(
        self,
        message: Bus[C],
        *,
        times: C | int | None = None,
        when: C | None = None,
        at_most: int | None = None,
        source: Source | None = None,
    ) -> None:
        """Every row sends the message `times` times, at most `at_most`; or once `when` a flag is 1."""
        self._interact(1, message, times, when, at_most, source)

    def receive(
        self,
        message: Bus[C],
        *,
        times: C | int | None = None,
        when: C | None = None,
        at_most: int | None = None,
        source: Source | None = None,
    ) -> None:
        """Every row receives the message, as in `send`."""
        self._interact(-1, message, times, when, at_most, source)

    def lookup(self, message: Bus[C], *, when: C | None = None, source: Source | None = None) -> None:
        """The message is among those a table provides; `when` is a flag that switches the question on."""
        self._interact(1, message, None, when, None, source)

    def provide(self, message: Bus[C], *, times: C, source: Source | None = None) -> None:
        """The message may be looked up; `times` is a free column that counts the questions.

        The count may be any field element, so nothing else may be received on its bus: compiling checks that.
        """
        self.on_interaction(-1, message, self._cell(times), 0, source)

    @abstractmethod
    def constant(self, value: int) -> C:
        """An integer as a cell."""

    @abstractmethod
    def on_rule(self, selector: Selector, value: C, source: Source | None) -> None:
        """A rule was stated."""

    @abstractmethod
    def on_interaction(
        self, sign: int, message: Bus[C], times: C, weight: int | None, source: Source | None
    ) -> None:
        """A message was sent or received; without `weight`, `times` must be a constant."""

    def _interact(
        self,
        sign: int,
        message: Bus[C],
        times: C | int | None,
        when: C | None,
        at_most: int | None,
        source: Source | None,
    ) -> None:
        if when is not None and (times is not None or at_most is not None):
            raise RuleError(f"{source or calling_source()}: `when` stands for times and at_most")
        # Soundness: weight 0 would exempt the multiplicity from the count of messages.
        if at_most is not None and at_most < 1:
            raise RuleError(f"{source or calling_source()}: at_most is at least 1")
        if self._selector != Selector.EVERY:
            raise RuleError(f"{source or calling_source()}: every row sends; say when by `when` or `times`")
        if when is not None:
            self.on_interaction(sign, message, when, 1, source)
        else:
            self.on_interaction(sign, message, self._cell(1 if times is None else times), at_most, source)

    def _cell(self, value: C | int) -> C:
        return self.constant(value) if isinstance(value, int) else value

    @contextmanager
    def _on(self, selector: Selector) -> Iterator[None]:
        if self._selector != Selector.EVERY:
            raise RuleError(f"{line_source()}: contexts of rows do not nest")
        self._selector = selector
        try:
            yield
        finally:
            self._selector = Selector.EVERY
