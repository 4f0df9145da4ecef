"""The transcript: every byte, label and length of what was said moves every later challenge."""

import hashlib
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.field import P
from verifier.transcript import TAG, Transcript

Steps = list[tuple[str, bytes]]

steps = st.lists(st.tuples(st.sampled_from(["a", "b", "ab", "ba"]), st.binary(max_size=3)), max_size=4)


def spoken(said: Steps) -> Transcript:
    transcript = Transcript()
    for label, data in said:
        transcript.absorb(label, data)
    return transcript


@given(steps, steps)
def test_two_conversations_never_share_a_state(first: Steps, second: Steps) -> None:
    assert (spoken(first).state == spoken(second).state) == (first == second)


def test_bytes_may_not_move_between_label_and_message_or_between_messages() -> None:
    told: list[Steps] = [
        [("a", b"bc")],
        [("ab", b"c")],
        [("a", b"b"), ("a", b"c")],
        [("a", b"bc"), ("a", b"")],
        [("a", b"")],
    ]
    assert len({spoken(said).state for said in told}) == len(told)


def test_the_formulas_are_those_of_the_protocol() -> None:
    transcript = Transcript()
    start = hashlib.sha256(TAG).digest()
    assert transcript.state == start
    transcript.absorb("root", b"xyz")
    absorbed = hashlib.sha256(start + b"\x01" + b"\x04root" + (3).to_bytes(8, "little") + b"xyz").digest()
    assert transcript.state == absorbed
    drawn = hashlib.sha256(absorbed + b"\x02" + b"\x04seed").digest()
    block = hashlib.sha256(drawn + b"\x03" + bytes(4)).digest()
    assert transcript.draw_bytes("seed") == block
    assert transcript.state == drawn


def test_an_element_skips_words_outside_the_field() -> None:
    transcript = Transcript()
    for _ in range(2000):
        state = hashlib.sha256(transcript.state + b"\x02\x01x").digest()
        stream = b"".join(
            hashlib.sha256(state + b"\x03" + number.to_bytes(4, "little")).digest() for number in range(2)
        )
        words = [int.from_bytes(stream[at : at + 4], "little") & 0x7FFFFFFF for at in range(0, 64, 4)]
        assert list(transcript.draw_extension("x")) == [word for word in words if word < P][:5]


DRAWS: dict[str, Callable[[Transcript, str], object]] = {
    "bytes": Transcript.draw_bytes,
    "extension": Transcript.draw_extension,
    "indices": lambda transcript, label: tuple(transcript.draw_indices(label, 6, 20)),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_depend_on_history_and_label_and_move_the_state(
    draw: Callable[[Transcript, str], object],
) -> None:
    said = [("a", b"1")]
    assert draw(spoken(said), "x") == draw(spoken(said), "x")
    assert draw(spoken(said), "x") != draw(spoken(said), "y")
    assert draw(spoken(said), "x") != draw(spoken([("a", b"2")]), "x")
    twice = spoken(said)
    assert draw(twice, "x") != draw(twice, "x")


def test_an_absorb_is_not_a_draw_and_neither_is_work() -> None:
    drawing, absorbing, working = spoken([]), spoken([]), spoken([])
    drawing.draw_bytes("x")
    absorbing.absorb("x", b"")
    working.work_holds("x", 0, 1)
    assert len({drawing.state, absorbing.state, working.state}) == 3


@pytest.mark.parametrize(("count", "bits"), [(0, 5), (1, 0), (7, 1), (8, 24), (261, 17), (3, 32)])
def test_indices_are_of_their_number_and_size(count: int, bits: int) -> None:
    found = Transcript().draw_indices("queries", count, bits)
    assert len(found) == count
    assert all(0 <= index < 1 << bits for index in found)


def test_indices_are_spread_evenly() -> None:
    seen = Counter(Transcript().draw_indices("queries", 16000, 4))
    assert len(seen) == 16
    assert all(850 < times < 1150 for times in seen.values())


def leading_zero_bits(digest: bytes) -> int:
    return 256 - int.from_bytes(digest, "big").bit_length()


@pytest.mark.parametrize("bits", [0, 1, 4, 9])
def test_work_is_a_hash_of_the_state_and_the_nonce(bits: int) -> None:
    prefix = spoken([("a", b"1")]).work_prefix("work")
    found = 0
    for nonce in range(16 << bits):
        digest = hashlib.sha256(prefix + nonce.to_bytes(8, "little")).digest()
        enough = leading_zero_bits(digest) >= bits
        assert spoken([("a", b"1")]).work_holds("work", nonce, bits) == enough
        found += enough
    assert found


def test_a_nonce_moves_what_follows() -> None:
    first, second = spoken([]), spoken([])
    first.work_holds("work", 1, 0)
    second.work_holds("work", 2, 0)
    assert first.draw_bytes("x") != second.draw_bytes("x")
