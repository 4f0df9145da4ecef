"""What a challenge follows from: all that was said before it, in order, on both sides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.verifier.proofs import TOYS, Made, honest, make, regions
from verifier import security
from verifier.errors import Rejected
from verifier.merkle import DIGEST_BYTES
from verifier.program import Program
from verifier.schedule import schedule
from verifier.security import Grinding
from verifier.transcript import Transcript


class Event(NamedTuple):
    """One step of a transcript: what was absorbed, or None for a draw."""

    label: str
    data: bytes | None


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Event]]:
    """All steps of every transcript used inside."""
    events: list[Event] = []
    absorb, blocks = Transcript.absorb, Transcript._blocks

    def absorbing(self: Transcript, label: str, data: bytes) -> None:
        events.append(Event(label, data))
        absorb(self, label, data)

    def drawing(self: Transcript, label: str) -> Iterator[bytes]:
        events.append(Event(label, None))
        return blocks(self, label)

    with monkeypatch.context() as patch:
        patch.setattr(Transcript, "absorb", absorbing)
        patch.setattr(Transcript, "_blocks", drawing)
        yield events


def grind_everywhere(monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    """Have both sides grind at every site, also where these small programs need no work."""

    def everywhere(program: Program, heights: Sequence[int | None], profile: security.Profile) -> Grinding:
        folds = schedule({height + profile.log_blowup for height in heights if height is not None}, profile)
        return Grinding(bits, bits, bits, bits, (bits,) * len(folds), bits)

    monkeypatch.setattr(security, "grinding", everywhere)


def rounds(made: Made, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    with recorded(monkeypatch) as events:
        made.check()
    return events


@pytest.mark.parametrize("name", TOYS)
def test_both_sides_say_and_draw_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch) as events:
        made = make(TOYS[name])
    assert events == rounds(made, monkeypatch)


@pytest.mark.parametrize("name", TOYS)
def test_every_byte_before_the_queries_is_absorbed_before_the_next_draw(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte received but absorbed late or never would let a prover choose it after the challenge."""
    made = honest(name)
    shape, events = made.shape(), rounds(made, monkeypatch)
    known = [event.data for event in events[:5]]
    assert known[:3] == [shape.profile.digest, shape.program.digest, made.statement]
    assert known[3:] == [
        bytes(255 if height is None else height for height in made.heights),
        shape.preprocessed_root,
    ]
    absorbed = b"".join(event.data for event in events[5:] if event.data is not None)
    assert made.messages.startswith(absorbed)
    draws = [event.label for event in events if event.data is None]
    assert draws[-1] == events[-1].label == "queries"
    # What is left is bound by the roots among what was absorbed.
    roots = {event.data for event in events if event.data is not None and len(event.data) == DIGEST_BYTES}
    assert len(roots) >= len(shape.trees) + len(shape.folds)


@pytest.mark.parametrize("name", TOYS)
def test_a_challenge_follows_from_every_message_before_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events = rounds(honest(name), monkeypatch)

    def challenges(changed: int | None) -> list[bytes]:
        transcript, found = Transcript(), []
        for number, (label, data) in enumerate(events):
            if data is None:
                found.append(transcript.draw_bytes(label))
            else:
                transcript.absorb(label, data + b"\0" if number == changed else data)
        return found

    before = challenges(None)
    for number, event in enumerate(events):
        if event.data is not None:
            earlier = sum(each.data is None for each in events[:number])
            after = challenges(number)
            assert after[:earlier] == before[:earlier]
            assert not set(after[earlier:]) & set(before[earlier:])


def test_work_is_checked_at_every_site(monkeypatch: pytest.MonkeyPatch) -> None:
    grind_everywhere(monkeypatch, 6)
    made = make(TOYS["ranges"])
    sites = [region for region in regions(made, monkeypatch) if region.name.startswith("work")]
    assert [site.name for site in sites] == [
        "work lookup",
        "work constraints",
        "work out of domain",
        "work batching",
        *(f"work fold {number}" for number in range(len(made.shape().folds))),
        "work queries",
    ]
    for site in sites:
        told = 0
        for nonce in range(40):
            end = site.start + site.length
            other = made.messages[: site.start] + nonce.to_bytes(8, "little") + made.messages[end:]
            if other == made.messages:
                continue
            with pytest.raises(Rejected) as rejection:
                made._replace(messages=other).check()
            told += rejection.value.reason == f"proof of work for {site.name} is missing"
        assert told > 30
