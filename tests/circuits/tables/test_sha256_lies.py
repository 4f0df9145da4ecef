"""Lies about a message's bytes, its padding and its compression: each is found, and where it should be."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits.tables.sha256 import CONSTANTS, INITIAL, MESSAGE_ROWS, ROUND_ROWS, Sha256
from circuits.tables.sha256_padding import Sha256Padding
from prover import reference_sha256
from prover.reference import ReferenceEngine
from prover.witness.sha256 import fill_compressions, fill_sha256
from prover.witness.sha256_padding import BLOCK, Padded, pad
from prover.witness.streams import Stream
from tests.hashing import SOURCE, Messages, Traces, cut_all, emitted, field, judge, streams_of, traces_of
from verifier.field import P

# 22 bytes of the first stand in its third block, and the marker behind them.
MESSAGES = [bytes(range(150)), b"nine byte"]
MARKER_AT = 22
FIRST, SECOND = streams_of(MESSAGES)

Block = NDArray[np.uint8]


def _where(traces: Traces) -> set[str]:
    """The tables of which a rule is broken, and the buses that do not balance."""
    report = judge(traces)
    return {failure.table for failure in report.failures} | {entry.bus for entry in report.ledger}


def test_the_truth_is_accepted() -> None:
    assert _where(traces_of(MESSAGES)) == set()


def _write(at: int, *values: int) -> Callable[[Block], None]:
    def write(block: Block) -> None:
        block[at : at + len(values)] = values

    return write


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_write(56, *(8 * 149).to_bytes(8, "big")), id="length one byte less"),
        pytest.param(_write(56, *(8 * 150 + 1).to_bytes(8, "big")), id="length one bit more"),
        pytest.param(_write(56, *(8 * 150 + P).to_bytes(8, "big")), id="length and the modulus"),
        pytest.param(_write(56, *(8 * 150 + 2**32).to_bytes(8, "big")), id="length in the upper word"),
        pytest.param(_write(MARKER_AT, 0, 0x80), id="marker one byte later"),
        pytest.param(_write(MARKER_AT, 0), id="no marker"),
        pytest.param(_write(MARKER_AT, 0x81), id="another marker"),
        pytest.param(_write(MARKER_AT + 1, 0x80), id="two markers"),
        pytest.param(_write(55, 1), id="padding that is not zero"),
    ],
)
def test_padding_that_is_not_the_standard_s(change: Callable[[Block], None]) -> None:
    """Compression and digest go on honestly from the false block."""
    padded = pad([FIRST, SECOND])
    blocks = padded.blocks.copy()
    change(blocks[2])
    assert _where(traces_of(MESSAGES, padded=padded._replace(blocks=blocks))) == {"Sha256Padding"}


@pytest.mark.parametrize(
    "hashed",
    [
        pytest.param([Stream(SOURCE, 1, FIRST.data + b"!"), SECOND], id="a byte too many"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[:-1]), SECOND], id="a byte too few"),
        pytest.param([Stream(SOURCE, 1, b"!" + FIRST.data[1:]), SECOND], id="another byte"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[1:]), SECOND], id="first byte missing"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[64:]), SECOND], id="first block missing"),
        pytest.param(
            [Stream(SOURCE, 1, FIRST.data[:64]), Stream(SOURCE, 1, FIRST.data[64:]), SECOND], id="split"
        ),
        pytest.param([Stream(SOURCE, 1, FIRST.data + SECOND.data)], id="merged"),
        pytest.param([SECOND], id="left out"),
        pytest.param([FIRST, FIRST, SECOND], id="twice"),
        pytest.param([FIRST, SECOND, Stream(SOURCE, 3, b"more")], id="one that nobody sent"),
        pytest.param([Stream(SOURCE, 2, FIRST.data), Stream(SOURCE, 1, SECOND.data)], id="names exchanged"),
        pytest.param([Stream(SOURCE + 1, 1, FIRST.data), SECOND], id="another source"),
    ],
)
def test_other_streams_than_were_sent(hashed: Sequence[Stream]) -> None:
    """Padding and compression are true of other streams, whose digests are wanted."""
    assert _where(traces_of(MESSAGES, padded=pad(hashed))) - {"hash.digest"} == {"hash.byte"}


def test_a_message_split_that_goes_on_counting() -> None:
    """The second half is a message of the padding that begins at chunk 4, where the first left off."""
    halves = pad([Stream(SOURCE, 1, FIRST.data[:64]), Stream(SOURCE, 1, FIRST.data[64:])])
    traces = traces_of([FIRST.data], padded=halves)
    second = slice(8, 16)
    field(Sha256Padding, traces["Sha256Padding"], "chunk")[second] += 4
    assert "Sha256Padding" in _where(traces)


def test_a_block_between_marker_and_length() -> None:
    """The message goes on behind the place where it must end."""
    padded = pad([FIRST])
    blocks = np.concatenate([padded.blocks, np.zeros((1, BLOCK), dtype=np.uint8)])
    blocks[3, 56:], blocks[2, 56:] = padded.blocks[2, 56:], 0
    assert "Sha256Padding" in _where(traces_of([FIRST.data], padded=_blocks(padded, blocks)))


def test_a_length_where_it_has_no_room() -> None:
    """60 bytes, cut off by a length in their own block."""
    message = bytes(60)
    padded = pad(streams_of([message]))
    blocks = padded.blocks[:1].copy()
    blocks[0, 56:] = padded.blocks[1, 56:]
    assert "Sha256Padding" in _where(traces_of([message], padded=_blocks(padded, blocks)))


def _blocks(padded: Padded, blocks: Block) -> Padded:
    """The first stream in other blocks."""
    number = np.arange(len(blocks))
    last = number == len(blocks) - 1
    return padded._replace(blocks=blocks, stream=np.zeros_like(number), number=number, last=last)


@pytest.mark.parametrize("kept", [slice(1, None), slice(None, -1)], ids=["first", "last"])
def test_a_block_is_not_compressed(kept: slice) -> None:
    padded = pad([FIRST])
    compressions = fill_compressions(_blocks(padded, padded.blocks[kept]))
    assert _where(traces_of([FIRST.data], padded=padded, compressions=compressions)) == {"hash.chunk"}


def test_a_compression_begins_at_the_second_block() -> None:
    padded = pad([FIRST])
    compressions = fill_compressions(_blocks(padded, padded.blocks[1:]))
    live = field(Sha256, compressions, "fresh") == 0
    field(Sha256, compressions, "chunk")[live] += MESSAGE_ROWS
    found = _where(traces_of([FIRST.data], padded=padded, compressions=compressions))
    assert found == {"Sha256", "hash.chunk"}


def test_a_compression_ends_before_the_last_block() -> None:
    padded = pad([FIRST])
    compressions = fill_compressions(_blocks(padded, padded.blocks[:-1]))
    field(Sha256, compressions, "ends")[:] = 0
    found = _where(traces_of([FIRST.data], padded=padded, compressions=compressions))
    assert found == {"Sha256", "hash.chunk"}


def test_a_compression_begun_and_not_finished() -> None:
    """The digest is the empty message's, of the same name; the true chunks are lost in the last rows."""
    others = [Stream(SOURCE, number, b"") for number in (2, 3)]
    hashed = [*others, Stream(SOURCE, 1, b""), Stream(SOURCE, 1, b"true")]
    traces = traces_of([b"true", b"", b""], padded=pad(hashed), compressions=fill_sha256(hashed)[:64])
    report = judge(traces)
    assert not report.ledger
    assert [(failure.row, failure.source.text) for failure in report.failures] == [
        (63, "air.equal(self.fresh + self.done, 1)")
    ]


def test_a_digest_twice_for_one_consumption() -> None:
    compressions = fill_sha256([FIRST, SECOND, SECOND])
    assert _where(traces_of(MESSAGES, compressions=compressions)) == {"hash.chunk"}


def test_a_digest_is_another() -> None:
    traces = traces_of(MESSAGES)
    wanted = field(Messages, traces["Messages"], "wanted") == 1
    field(Messages, traces["Messages"], "digest")[wanted, -1] ^= 1
    assert _where(traces) == {"hash.digest"}


def test_a_digest_is_wanted_twice() -> None:
    traces = traces_of(MESSAGES)
    messages = traces["Messages"]
    assert messages is not None
    assert not messages[-1].any()
    messages[-1] = messages[field(Messages, messages, "wanted") == 1][0]
    assert _where(traces) == {"hash.digest"}


def test_a_value_that_is_no_byte() -> None:
    """Sender and padding agree on 256, which the compression's bits cannot be."""
    parts, singles = cut_all([b"abc"])
    sent = parts, [replace(singles[0], value=256), *singles[1:]]
    traces = traces_of([b"\x00bc"], sent=sent)
    field(Sha256Padding, traces["Sha256Padding"], "value")[0, 0] = 256
    assert _where(traces) == {"hash.chunk"}


def test_a_gap_between_positions() -> None:
    parts, singles = cut_all([FIRST.data])
    sent = [*parts[:-1], replace(parts[-1], base=parts[-1].base + 1)], singles
    assert _where(traces_of([FIRST.data], sent=sent)) == {"hash.byte"}


def test_a_position_twice() -> None:
    parts, singles = cut_all([FIRST.data])
    assert _where(traces_of([FIRST.data], sent=(parts, [*singles, singles[0]]))) == {"hash.byte"}


@pytest.mark.parametrize("row", [0, 20, -1], ids=["first", "between", "last"])
def test_an_idle_row_emits_a_digest(row: int) -> None:
    """A row that has compressed nothing says `done`, under a name for which the digest is wanted."""
    idle = fill_sha256([SECOND])
    for name, honest, lie in (("fresh", 1, 0), ("done", 0, 1), ("source", 0, SOURCE), ("message", 0, 9)):
        assert field(Sha256, idle, name)[row] == honest
        field(Sha256, idle, name)[row] = lie
    assert sorted(dict(emitted(idle))) == [2, 9]
    traces = traces_of([b"", SECOND.data], padded=pad([SECOND]), compressions=idle)
    assert _where(traces) == {"Sha256"}


def test_a_digest_without_the_last_rounds() -> None:
    """`done` follows the fifteenth row of rounds."""
    compressions = fill_sha256(streams_of([SECOND.data]))
    at = ROUND_ROWS
    field(Sha256, compressions, "rounds")[at] = 0
    field(Sha256, compressions, "done")[at] = 1
    field(Sha256, compressions, "done")[at + 1] = 0
    field(Sha256, compressions, "fresh")[at + 1] = 1
    assert _where(traces_of([SECOND.data], compressions=compressions)) == {"Sha256"}


# Lies about the computation: the digests that come of them are wanted, the rules alone object.


def _lying(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """The reference engine fills, with some of its names changed."""
    monkeypatch.setattr("prover.witness.sha256.native_engine", ReferenceEngine)
    for name, value in changed.items():
        monkeypatch.setattr(reference_sha256, name, value)


def test_another_initial_value(monkeypatch: pytest.MonkeyPatch) -> None:
    _lying(monkeypatch, INITIAL=(INITIAL[0] ^ 1, *INITIAL[1:]))
    assert _where(traces_of(MESSAGES)) == {"Sha256"}


def test_another_chaining_value(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = reference_sha256._after

    def after(state: Sequence[int], schedule: Sequence[int]) -> list[int]:
        first, *others = honest(state, schedule)
        return [first ^ 1, *others]

    _lying(monkeypatch, _after=after)
    assert _where(traces_of(MESSAGES)) == {"Sha256"}


def test_a_constant_of_another_round(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *others = CONSTANTS
    exchanged = (second, first, *others)
    shape = reference_sha256.ROUND_CONSTANTS.shape
    constants = np.array(exchanged, dtype=np.uint64).reshape(shape)
    _lying(monkeypatch, CONSTANTS=exchanged, ROUND_CONSTANTS=constants)
    assert _where(traces_of(MESSAGES)) == {"Sha256"}


def test_another_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    """One word behind those of the message is changed, and those after it follow from the change."""
    honest = reference_sha256._schedule

    def schedule(blocks: Block) -> NDArray[np.uint64]:
        found: NDArray[np.uint64] = honest(blocks)
        found[20] ^= np.uint64(1)
        return found

    _lying(monkeypatch, _schedule=schedule)
    assert _where(traces_of(MESSAGES)) == {"Sha256"}
