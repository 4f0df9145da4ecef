"""Proofs of the toys, made in a moment, and ways to take them apart."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeVar

import pytest

from prover.engine import Engine
from prover.kernel import NativeEngine
from prover.reference import ReferenceEngine
from prover.stark import Traces, prove
from tests import toys
from verifier import stark
from verifier.channel import Channel
from verifier.errors import Rejected
from verifier.field import Extension
from verifier.profile import Profile
from verifier.program import Program
from verifier.proof import encode_header
from verifier.shape import Shape

T = TypeVar("T")

QUICK = Profile("quick", 1, 0, 60, 2, 3, 3, 20)
"""Enough queries that no lie of these tests slips through by luck, few enough for thousands of proofs."""

ENGINES: dict[str, Callable[[], Engine]] = {"native": NativeEngine, "reference": ReferenceEngine}
TOYS = toys.all_toys()


class Made(NamedTuple):
    """A proof's messages (the file without its header), and what it was made for."""

    program: Program
    heights: tuple[int | None, ...]
    statement: bytes
    profile: Profile
    messages: bytes

    def shape(self) -> Shape:
        return Shape(self.program, self.heights, self.profile)

    def check(self) -> None:
        """Raise `Rejected` unless the proof holds."""
        stark.verify(self.shape(), self.statement, self.messages)

    def accepted(self) -> bool:
        try:
            self.check()
        except Rejected:
            return False
        return True


def heights_of(program: Program, traces: Traces) -> tuple[int | None, ...]:
    found = [traces.get(table.name) for table in program.tables]
    return tuple(None if trace is None else len(trace).bit_length() - 1 for trace in found)


def make(
    toy: toys.Toy,
    *,
    traces: Traces | None = None,
    statement: bytes | None = None,
    profile: Profile = QUICK,
    engine: Engine | None = None,
    second_wave: Callable[[bytes], Traces] = toys.second_wave,
) -> Made:
    """Prove a toy, with other traces or another statement where given."""
    program = toy.compiled.program
    filled = toy.traces if traces is None else traces
    said = toy.statement if statement is None else statement
    result = prove(
        program,
        filled,
        said,
        profile,
        engine or NativeEngine(),
        preprocessed=toy.compiled.preprocessed,
        second_wave=second_wave if program.two_waves else None,
    )
    heights = heights_of(program, filled)
    header = len(encode_header(profile.name, said, bytes(len(heights))))
    return Made(program, heights, said, profile, result.proof[header:])


@cache
def honest(name: str, profile: Profile = QUICK) -> Made:
    """The proof of a toy by name."""
    return make(TOYS[name], profile=profile)


class Region(NamedTuple):
    """One field of a proof: what the verifier read it as, and its bytes."""

    name: str
    start: int
    length: int


def regions(made: Made, monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """The fields of a proof in the order of its bytes, as the verifier reads them."""
    found: list[Region] = []

    class Recording(Channel):
        def receive_root(self, label: str) -> bytes:
            return self._named(f"root {label}", lambda: super(Recording, self).receive_root(label))

        def receive_extensions(self, label: str, count: int) -> list[Extension]:
            return self._named(label, lambda: super(Recording, self).receive_extensions(label, count))

        def check_work(self, label: str, bits: int) -> None:
            self._named(label, lambda: super(Recording, self).check_work(label, bits))

        def receive_rows(self, count: int, width: int) -> list[tuple[bytes, tuple[int, ...]]]:
            return self._named("rows", lambda: super(Recording, self).receive_rows(count, width))

        def receive_siblings(self, count: int) -> list[bytes]:
            return self._named("siblings", lambda: super(Recording, self).receive_siblings(count))

        def _named(self, name: str, read: Callable[[], T]) -> T:
            start = self._at
            value = read()
            found.append(Region(name, start, self._at - start))
            return value

    with monkeypatch.context() as patch:
        patch.setattr(stark, "Channel", Recording)
        made.check()
    return [region for region in found if region.length]
