"""The life of a job as a pure function from a position and an event to the next position.

    QUEUED ── Started ──► RUNNING ── Settled ──► SUCCEEDED
      │  ▲                  │  ├──── Refused ──► FAILED    (a fact about the input, never retried)
      │  └── Lost, HandedBack ─┘                           (a fact about the machine, Lost has a budget)
      └── CancelRequested ──► CANCELLED ◄── Lost after CancelRequested

A terminal state never changes. What a finished attempt reports counts only while that very attempt is the
running one: the attempt number is the fencing token.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        """True if the job is over."""
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Position:
    """All that decides what may happen next; counts attempts started and attempts lost."""

    state: State
    attempt: int = 0
    losses: int = 0
    cancel_requested: bool = False


@dataclass(frozen=True)
class Started:
    """A worker process is about to be started for a queued job."""


@dataclass(frozen=True)
class Settled:
    """The attempt produced a proof that the verifier accepted and that is on disk."""

    attempt: int


@dataclass(frozen=True)
class Refused:
    """The attempt found that this input cannot be proven."""

    attempt: int
    reason: str


@dataclass(frozen=True)
class Lost:
    """The attempt ended without an answer: its process died, or the service did."""

    attempt: int
    reason: str


@dataclass(frozen=True)
class HandedBack:
    """The service stops in good order and gives the attempt up; the job is not charged for it."""

    attempt: int


@dataclass(frozen=True)
class CancelRequested:
    """The caller wants no proof any more."""


Event: TypeAlias = Started | Settled | Refused | Lost | HandedBack | CancelRequested


@dataclass(frozen=True)
class Step:
    """The position an event leads to, and the stable word that is recorded as its cause."""

    position: Position
    reason: str


def step(position: Position, event: Event, allowed_losses: int) -> Step | None:
    """Returns what ``event`` does to a job at ``position``, or None if it does nothing.

    A job whose attempts are lost more than ``allowed_losses`` times fails with ATTEMPTS_EXHAUSTED.
    """
    if position.state.terminal:
        return None
    queued = position.state is State.QUEUED
    if isinstance(event, CancelRequested):
        return None if position.cancel_requested else _cancelled(position)
    if isinstance(event, Started):
        started = replace(position, state=State.RUNNING, attempt=position.attempt + 1)
        return Step(started, "STARTED") if queued else None
    if queued or event.attempt != position.attempt:
        return None
    return _ended(position, event, allowed_losses)


def _cancelled(position: Position) -> Step:
    asked = replace(position, cancel_requested=True)
    if position.state is State.QUEUED:
        return Step(replace(asked, state=State.CANCELLED), "CANCELLED")
    return Step(asked, "CANCEL_REQUESTED")


def _ended(position: Position, event: Settled | Refused | Lost | HandedBack, allowed_losses: int) -> Step:
    if isinstance(event, Settled):
        return Step(replace(position, state=State.SUCCEEDED), "PROVEN")
    if isinstance(event, Refused):
        return Step(replace(position, state=State.FAILED), event.reason)
    if position.cancel_requested:
        return Step(replace(position, state=State.CANCELLED), "CANCELLED")
    if isinstance(event, HandedBack):
        return Step(replace(position, state=State.QUEUED), "HANDED_BACK")
    losses = position.losses + 1
    if losses > allowed_losses:
        return Step(replace(position, state=State.FAILED, losses=losses), "ATTEMPTS_EXHAUSTED")
    return Step(replace(position, state=State.QUEUED, losses=losses), event.reason)
