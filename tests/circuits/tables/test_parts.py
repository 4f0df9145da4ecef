"""The table of parts, and the streams that parts make."""

from collections.abc import Callable

import pytest

from circuits.tables.hash_buses import PART
from circuits.tables.parts import Parts
from prover.witness.streams import Stream, gather
from tests.hashing import SOURCE, Matrix, PartRow, cut, judge, sent_bytes, sent_parts, traces_of

MESSAGES = [bytes(range(100)), b"another", b""]


def part(base: int, data: bytes) -> PartRow:
    return PartRow(SOURCE, 1, base, data.ljust(PART, b"\0"), bytes([1] * len(data)).ljust(PART, b"\0"))


def test_parts_and_single_bytes_make_streams() -> None:
    parts, singles = cut(Stream(SOURCE, 2, MESSAGES[0]))
    others = [part(0, b"abc"), part(3, b"d")]
    assert gather(sent_parts(parts + others), sent_bytes(singles)) == [
        Stream(SOURCE, 1, b"abcd"),
        Stream(SOURCE, 2, MESSAGES[0]),
    ]
    assert gather(sent_parts([]), sent_bytes([])) == []


def _idle_row_sends(parts: Matrix) -> None:
    parts[-1, Parts.layout()["mask"][0]] = 1


def _idle_row_repeats(parts: Matrix) -> None:
    parts[-1] = parts[0]
    parts[-1, Parts.layout()["live"][0]] = 0


def _row_repeats(parts: Matrix) -> None:
    parts[-1] = parts[0]


def _byte_changes(parts: Matrix) -> None:
    parts[1, Parts.layout()["value"][0] + 5] ^= 1


def _byte_is_left_out(parts: Matrix) -> None:
    parts[1, Parts.layout()["mask"][0] + 5] = 0


def _part_moves(parts: Matrix) -> None:
    parts[1, Parts.layout()["base"][0]] += 1


def _part_changes_its_stream(parts: Matrix) -> None:
    parts[1, Parts.layout()["message"][0]] += 1


def _mask_is_no_flag(parts: Matrix) -> None:
    parts[1, Parts.layout()["mask"][0] + 5] = 2


@pytest.mark.parametrize(
    "lie",
    [
        _idle_row_sends,
        _idle_row_repeats,
        _row_repeats,
        _byte_changes,
        _byte_is_left_out,
        _part_moves,
        _part_changes_its_stream,
        _mask_is_no_flag,
    ],
)
def test_lies_are_found(lie: Callable[[Matrix], None]) -> None:
    traces = traces_of(MESSAGES)
    assert judge(traces).ok
    parts = traces["Parts"]
    assert parts is not None
    assert not parts[-1].any(), "the last row is idle"
    lie(parts)
    assert not judge(traces).ok
