"""The life of a job: hand-picked steps, and laws over every sequence of events."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.store.lifecycle import (
    CancelRequested,
    Event,
    HandedBack,
    Lost,
    Position,
    Refused,
    Settled,
    Started,
    State,
    step,
)

RUNNING = Position(State.RUNNING, attempt=2, losses=1)


@pytest.mark.parametrize(
    ("before", "event", "after", "reason"),
    [
        (Position(State.QUEUED), Started(), Position(State.RUNNING, attempt=1), "STARTED"),
        (RUNNING, Settled(2), replace(RUNNING, state=State.SUCCEEDED), "PROVEN"),
        (RUNNING, Refused(2, "BAD"), replace(RUNNING, state=State.FAILED), "BAD"),
        (RUNNING, Lost(2, "DIED"), replace(RUNNING, state=State.QUEUED, losses=2), "DIED"),
        (replace(RUNNING, losses=2), Lost(2, "DIED"), Position(State.FAILED, 2, 3), "ATTEMPTS_EXHAUSTED"),
        (RUNNING, HandedBack(2), replace(RUNNING, state=State.QUEUED), "HANDED_BACK"),
        (Position(State.QUEUED), CancelRequested(), Position(State.CANCELLED, 0, 0, True), "CANCELLED"),
        (RUNNING, CancelRequested(), replace(RUNNING, cancel_requested=True), "CANCEL_REQUESTED"),
        (
            replace(RUNNING, cancel_requested=True),
            Lost(2, "X"),
            Position(State.CANCELLED, 2, 1, True),
            "CANCELLED",
        ),
        (
            replace(RUNNING, cancel_requested=True),
            Settled(2),
            Position(State.SUCCEEDED, 2, 1, True),
            "PROVEN",
        ),
    ],
)
def test_events_lead_where_they_should(before: Position, event: Event, after: Position, reason: str) -> None:
    taken = step(before, event, allowed_losses=2)
    assert taken is not None
    assert (taken.position, taken.reason) == (after, reason)


@pytest.mark.parametrize("event", [Settled(1), Refused(1, "X"), Lost(1, "X"), HandedBack(3), Started()])
def test_reports_of_another_attempt_change_nothing(event: Event) -> None:
    assert step(RUNNING, event, allowed_losses=2) is None


def events() -> st.SearchStrategy[Event]:
    attempt = st.integers(0, 5)
    return st.one_of(
        st.just(Started()),
        st.just(CancelRequested()),
        st.builds(Settled, attempt),
        st.builds(Refused, attempt, st.just("BAD")),
        st.builds(Lost, attempt, st.just("DIED")),
        st.builds(HandedBack, attempt),
    )


@given(st.lists(events(), max_size=40), st.integers(0, 3))
def test_no_sequence_of_events_breaks_the_laws(sequence: list[Event], allowed_losses: int) -> None:
    position = Position(State.QUEUED)
    for event in sequence:
        taken = step(position, event, allowed_losses)
        if taken is None:
            continue
        after = taken.position
        assert not position.state.terminal
        assert after != position
        assert position.attempt <= after.attempt <= position.attempt + 1
        assert (after.attempt > position.attempt) == isinstance(event, Started)
        assert position.losses <= after.losses <= allowed_losses + 1
        assert after.cancel_requested or not position.cancel_requested
        assert (after.state is State.SUCCEEDED) == isinstance(event, Settled)
        position = after
