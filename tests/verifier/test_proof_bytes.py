"""Whatever is done to an honest proof's bytes, or to what it is checked against, it is rejected."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.verifier.proofs import QUICK, TOYS, Made, honest, regions
from verifier.errors import Rejected
from verifier.field import P
from verifier.profile import Profile

# Between them: two waves, preprocessed and periodic columns, absent tables, one-row tables, four heights.
SAMPLES_A_TOY = 700


@pytest.fixture(params=TOYS)
def made(request: pytest.FixtureRequest) -> Made:
    return honest(request.param)


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def assert_rejected(made: Made, **changes: object) -> None:
    with pytest.raises(Rejected):
        made._replace(**changes).check()  # type: ignore[arg-type]


def test_an_honest_proof_is_accepted(made: Made) -> None:
    made.check()


def test_every_field_is_read_once_and_in_order(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 0
    for region in regions(made, monkeypatch):
        assert region.start == at
        at += region.length
    assert at == len(made.messages) <= made.shape().max_bytes


def test_a_changed_byte_anywhere_is_rejected(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(len(made.messages))
    fields = regions(made, monkeypatch)
    positions = {region.start + offset for region in fields for offset in {0, region.length - 1}}
    positions |= {rng.randrange(region.start, region.start + region.length) for region in fields}
    positions |= {rng.randrange(len(made.messages)) for _ in range(SAMPLES_A_TOY)}
    for at in sorted(positions):
        other = made.messages[at] ^ rng.randrange(1, 256)
        assert_rejected(made, messages=changed(made.messages, at, other))


def test_every_bit_of_a_small_proof_counts() -> None:
    made = honest("absent")
    for at in range(len(made.messages)):
        for bit in range(8):
            assert_rejected(made, messages=changed(made.messages, at, made.messages[at] ^ 1 << bit))


def test_an_element_has_one_encoding(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = Counter[str]()
    for region in regions(made, monkeypatch):
        if region.name.startswith(("root", "work", "siblings")):
            continue
        for at in range(region.start, region.start + region.length, 4):
            value = int.from_bytes(made.messages[at : at + 4], "little")
            if tried[region.name] < 8:
                tried[region.name] += 1
                alias = (value + P).to_bytes(4, "little")
                with pytest.raises(Rejected, match="not canonical"):
                    made._replace(messages=made.messages[:at] + alias + made.messages[at + 4 :]).check()
    assert tried["rows"] == tried["opened values"] == 8


def test_a_shorter_proof_is_rejected(made: Made) -> None:
    rng = random.Random(1)
    lengths = {0, 1, len(made.messages) - 1} | {rng.randrange(len(made.messages)) for _ in range(100)}
    for length in sorted(lengths):
        with pytest.raises(Rejected):
            made._replace(messages=made.messages[:length]).check()


@pytest.mark.parametrize("tail", [b"\0", bytes(4), bytes(32), b"\xff" * 100])
def test_a_longer_proof_is_rejected(made: Made, tail: bytes) -> None:
    assert_rejected(made, messages=made.messages + tail)
    assert_rejected(made, messages=tail + made.messages)


def test_a_giant_is_refused_before_it_is_read(made: Made) -> None:
    with pytest.raises(Rejected, match="longer"):
        made._replace(messages=bytes(made.shape().max_bytes + 1)).check()


def test_fields_do_not_swap(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = regions(made, monkeypatch)
    for first, second in pairwise(fields):
        one = made.messages[first.start : first.start + first.length]
        other = made.messages[second.start : second.start + second.length]
        if one != other:
            end = second.start + second.length
            assert_rejected(made, messages=made.messages[: first.start] + other + one + made.messages[end:])


def test_a_removed_field_is_rejected(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for region in regions(made, monkeypatch):
        end = region.start + region.length
        assert_rejected(made, messages=made.messages[: region.start] + made.messages[end:])


def test_random_bytes_are_rejected(made: Made) -> None:
    rng = random.Random(2)
    for _ in range(50):
        assert_rejected(made, messages=rng.randbytes(len(made.messages)))


def test_every_bit_of_the_statement_counts(made: Made) -> None:
    for at in range(len(made.statement)):
        for bit in range(8):
            assert_rejected(made, statement=changed(made.statement, at, made.statement[at] ^ 1 << bit))
    assert_rejected(made, statement=made.statement + b"\0")


def test_other_heights_are_rejected(made: Made) -> None:
    for table, height in enumerate(made.heights):
        for other in {None, 0, 1, 2, 3, 4, 5, 22, 23, 24, 254} - {height}:
            assert_rejected(made, heights=(*made.heights[:table], other, *made.heights[table + 1 :]))
    assert_rejected(made, heights=(*made.heights, 0))
    assert_rejected(made, heights=made.heights[:-1])


def test_a_proof_of_one_program_is_none_of_another(made: Made) -> None:
    for other in TOYS:
        if (program := TOYS[other].compiled.program) != made.program:
            assert_rejected(made, program=program)
    assert_rejected(made, program=replace(made.program, name="another"))
    if made.program.preprocessed_roots:
        assert_rejected(made, program=replace(made.program, preprocessed_roots=(b"\1" * 32,) * 2))


@pytest.mark.parametrize(
    "profile",
    [
        replace(QUICK, name="other"),
        replace(QUICK, queries=61),
        replace(QUICK, queries=59),
        replace(QUICK, final_log_degree=1),
        replace(QUICK, max_log_arity=1),
        replace(QUICK, query_grinding=4),
        replace(QUICK, bits=19),
        replace(QUICK, log_blowup=2),
    ],
    ids=repr,
)
def test_a_proof_under_one_profile_is_none_under_another(made: Made, profile: Profile) -> None:
    assert_rejected(made, profile=profile)
