"""Lies about a message's bytes, its padding and its permutations: each is found, and where it should be."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits.tables.hash_buses import PART
from circuits.tables.keccak import LIMB_BITS, Keccak
from circuits.tables.keccak_padding import BLOCK_ROWS, KECCAK_MARKER, RATE, SHA3_MARKER, KeccakPadding
from circuits.tables.keccak_schedule import (
    LANE,
    PERIOD,
    ROUND_CONSTANTS,
    SIDES,
    SIZE,
    SQUEEZING,
    Side,
    round_row,
)
from prover import reference_keccak
from prover.reference import ReferenceEngine
from prover.witness.keccak import fill_keccak, fill_permutations
from prover.witness.keccak_padding import Padded, fill_keccak_padded, pad
from prover.witness.streams import Stream
from tests.hashing import field
from tests.keccak import SOURCE, Asker, Matrix, Traces, cut, emitted, judge, streams_of, traces_of
from verifier.field import P

# 28 bytes of the first stand in its second block, and the marker behind them; the second leaves room for one byte.
MESSAGES = [bytes(range(164)), bytes(135)]
MARKER_AT = 28
FIRST, SECOND = streams_of(MESSAGES)

Block = NDArray[np.uint8]


def _where(traces: Traces) -> set[str]:
    """The tables of which a rule is broken, and the buses that do not balance."""
    report = judge(traces)
    return {failure.table for failure in report.failures} | {entry.bus for entry in report.ledger}


def _keccak(matrix: Matrix | None, name: str) -> Matrix:
    return field(Keccak, matrix, name)


def test_the_truth_is_accepted() -> None:
    assert _where(traces_of(MESSAGES, MESSAGES)) == set()


@pytest.mark.parametrize(
    ("block", "at", "lie"),
    [
        pytest.param(1, MARKER_AT, lambda own, other: [0, own], id="marker one byte later"),
        pytest.param(1, MARKER_AT, lambda own, other: [0], id="no marker"),
        pytest.param(1, MARKER_AT, lambda own, other: [other], id="the other hash's marker"),
        pytest.param(1, MARKER_AT, lambda own, other: [0x80], id="the marker of SHA-256"),
        pytest.param(1, MARKER_AT, lambda own, other: [own, own], id="two markers"),
        pytest.param(1, RATE - 2, lambda own, other: [1], id="padding that is not zero"),
        pytest.param(1, RATE - 1, lambda own, other: [0], id="no last bit"),
        pytest.param(1, RATE - 1, lambda own, other: [0x81], id="another last byte"),
        pytest.param(2, RATE - 1, lambda own, other: [0x80], id="last bit alone where the marker joins it"),
        pytest.param(2, RATE - 1, lambda own, other: [own], id="marker alone where the last bit joins it"),
        pytest.param(2, RATE - 1, lambda own, other: [0x80 | other], id="the other hash's only byte"),
    ],
)
@pytest.mark.parametrize("sha3", [False, True], ids=["Keccak-256", "SHA3-256"])
def test_padding_that_is_not_the_standard_s(
    block: int, at: int, lie: Callable[[int, int], list[int]], sha3: bool
) -> None:
    """Permutation and digest go on honestly from the false block."""
    padded = pad([], [FIRST, SECOND]) if sha3 else pad([FIRST, SECOND])
    markers = (SHA3_MARKER, KECCAK_MARKER) if sha3 else (KECCAK_MARKER, SHA3_MARKER)
    blocks = padded.blocks.copy()
    values = lie(*markers)
    blocks[block, at : at + len(values)] = values
    sent = ([], MESSAGES) if sha3 else (MESSAGES, [])
    assert _where(traces_of(*sent, padded=padded._replace(blocks=blocks))) == {"KeccakPadding"}


@pytest.mark.parametrize(
    "hashed",
    [
        pytest.param([Stream(SOURCE, 1, FIRST.data + b"!"), SECOND], id="a byte too many"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[:-1]), SECOND], id="a byte too few"),
        pytest.param([Stream(SOURCE, 1, b"!" + FIRST.data[1:]), SECOND], id="another byte"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[1:]), SECOND], id="first byte missing"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[:80] + FIRST.data[81:]), SECOND], id="a byte missing"),
        pytest.param([Stream(SOURCE, 1, FIRST.data[RATE:]), SECOND], id="first block missing"),
        pytest.param(
            [Stream(SOURCE, 1, FIRST.data[:RATE]), Stream(SOURCE, 1, FIRST.data[RATE:]), SECOND], id="split"
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
    """Padding and permutation are true of other streams, whose digests are wanted."""
    assert _where(traces_of(MESSAGES, padded=pad(hashed))) - {"keccak.digest"} == {"hash.byte"}


def test_a_message_split_that_goes_on_counting() -> None:
    """The second half is a message of the padding that begins where the first left off."""
    halves = pad([Stream(SOURCE, 1, FIRST.data[:RATE]), Stream(SOURCE, 1, FIRST.data[RATE:])])
    traces = traces_of([FIRST.data], padded=halves)
    field(KeccakPadding, traces["KeccakPadding"], "base")[2 * BLOCK_ROWS : 3 * BLOCK_ROWS] += RATE
    assert "KeccakPadding" in _where(traces)


def _blocks(padded: Padded, blocks: Block) -> Padded:
    """The first stream in other blocks."""
    number = np.arange(len(blocks))
    last = number == len(blocks) - 1
    return padded._replace(blocks=blocks, stream=np.zeros_like(number), number=number, last=last)


def test_a_block_behind_the_padding() -> None:
    """The message goes on behind the place where it must end."""
    padded = pad([FIRST])
    blocks = np.concatenate([padded.blocks, np.zeros((1, RATE), dtype=np.uint8)])
    blocks[1, -1], blocks[2, -1] = 0, 0x80
    assert "KeccakPadding" in _where(traces_of([FIRST.data], padded=_blocks(padded, blocks)))


def test_a_message_that_ends_without_padding() -> None:
    """136 bytes, taken for a whole message."""
    message = bytes(range(RATE))
    padded = pad(streams_of([message]))
    found = _where(traces_of([message], padded=_blocks(padded, padded.blocks[:1])))
    assert found == {"KeccakPadding"}


def test_the_marker_in_the_place_of_no_byte() -> None:
    """136 bytes: what the fifth row has no bytes for holds the marker, and there the message ends."""
    message = bytes(range(RATE))
    padded = pad(streams_of([message]))
    traces = traces_of([message], padded=_blocks(padded, padded.blocks[:1]))
    row = BLOCK_ROWS - 1
    field(KeccakPadding, traces["KeccakPadding"], "data")[row, 8:] = 0
    field(KeccakPadding, traces["KeccakPadding"], "value")[row, 8] = 1
    assert "KeccakPadding" in _where(traces)


def test_bytes_in_the_place_of_no_byte() -> None:
    """More lanes than the rate has are changed."""
    traces = traces_of([b"abc"])
    field(KeccakPadding, traces["KeccakPadding"], "value")[BLOCK_ROWS - 1, 8] = 1
    field(Keccak, traces["Keccak"], "side")[SIZE - 1, LANE] = 1
    assert {"KeccakPadding", "Keccak"} <= _where(traces)


def test_padding_for_one_hash_and_digest_by_the_other() -> None:
    """The digest of Keccak-256's padding goes to those who want SHA3-256, and the other way round."""
    for padded in (pad([FIRST]), pad([], [FIRST])):
        permutations = fill_permutations(padded._replace(sha3=~padded.sha3))
        traces = traces_of([FIRST.data], padded=padded, permutations=permutations)
        assert _where(traces) == {"keccak.chunk"}


def test_a_digest_by_the_other_hash() -> None:
    """All is true, of SHA3-256, but Keccak-256 is wanted."""
    traces = traces_of([], [FIRST.data])
    asker = traces["Asker"]
    wanted = field(Asker, asker, "sha3").copy()
    field(Asker, asker, "keccak")[:], field(Asker, asker, "sha3")[:] = wanted, 0
    assert _where(traces) == {"keccak.digest", "sha3.digest"}


def test_a_stream_hashed_by_both() -> None:
    """One byte for each of two digests under one name."""
    sent = cut(streams_of([b"a"]))
    padded = pad([Stream(SOURCE, 1, b"a")], [Stream(SOURCE, 1, b"")])
    traces = traces_of([b"a"], sent=sent, padded=padded)
    field(Asker, traces["Asker"], "sha3")[:] = 0
    assert _where(traces) == {"sha3.digest"}


@pytest.mark.parametrize("kept", [slice(1, None), slice(None, -1)], ids=["first", "last"])
def test_a_block_is_not_absorbed(kept: slice) -> None:
    padded = pad([FIRST])
    permutations = fill_permutations(_blocks(padded, padded.blocks[kept]))
    assert _where(traces_of([FIRST.data], padded=padded, permutations=permutations)) == {"keccak.chunk"}


def test_a_message_begins_at_the_second_block() -> None:
    padded = pad([FIRST])
    permutations = fill_permutations(_blocks(padded, padded.blocks[1:]))
    _keccak(permutations, "block")[:PERIOD] = 1
    found = _where(traces_of([FIRST.data], padded=padded, permutations=permutations))
    assert found == {"Keccak", "keccak.chunk"}


def test_a_message_ends_before_the_last_block() -> None:
    padded = pad([FIRST])
    permutations = fill_permutations(_blocks(padded, padded.blocks[:-1]))
    _keccak(permutations, "ends")[:] = 0
    found = _where(traces_of([FIRST.data], padded=padded, permutations=permutations))
    assert {"Keccak", "keccak.chunk"} <= found


def test_a_message_begun_and_not_finished() -> None:
    """The digest is the empty message's, of the same name; the true one's first block stands in the last rows."""
    others = [Stream(SOURCE, number, b"") for number in (2, 3)]
    hashed = [*others, Stream(SOURCE, 1, b""), Stream(SOURCE, 1, bytes(RATE))]
    sent = cut([Stream(SOURCE, 1, bytes(RATE))])
    permutations = fill_keccak(hashed)[: 4 * PERIOD]
    traces = traces_of([], sent=sent, padded=pad(hashed), permutations=permutations)
    assert sorted(emitted(permutations)) == [1, 2, 3]
    report = judge(traces)
    assert [(failure.row, failure.source.text) for failure in report.failures] == [
        (4 * PERIOD - 1, "air.equal(self.ends, 1)")
    ]
    assert {"keccak.chunk", "keccak.lane"} >= {entry.bus for entry in report.ledger}


def test_a_message_lost_in_the_last_rows() -> None:
    """Its last block says that it ends and is not idle, and its squeezing row is all that is missing."""
    permutations = fill_keccak([FIRST])
    _keccak(permutations, "ends")[PERIOD:] = 0
    traces = traces_of([FIRST.data], padded=pad([FIRST]), permutations=permutations)
    assert emitted(permutations) == {}
    report = judge(traces)
    assert [failure.row for failure in report.failures] == [2 * PERIOD - 1]
    assert report.failures[0].source.text == "air.equal(self.ends, 1)"


def test_a_digest_twice_for_one_consumption() -> None:
    permutations = fill_keccak([FIRST, SECOND, SECOND])
    assert _where(traces_of(MESSAGES, permutations=permutations)) - {"keccak.digest"} == {"keccak.chunk"}


def test_a_digest_is_another() -> None:
    traces = traces_of(MESSAGES, MESSAGES)
    wanted = (field(Asker, traces["Asker"], "keccak") + field(Asker, traces["Asker"], "sha3")) == 1
    field(Asker, traces["Asker"], "digest")[wanted, -1] ^= 1
    assert _where(traces) == {"keccak.digest", "sha3.digest"}


def test_a_value_that_is_no_byte() -> None:
    """Sender and padding agree on 256, which the permutation's bits cannot be."""
    traces = traces_of([b"\x00bc"])
    parts = traces["Parts"]
    assert parts is not None
    for trace, column in ((parts, 4), (traces["Asker"], 5)):
        assert trace is not None
        trace[0, column] = 256
    field(KeccakPadding, traces["KeccakPadding"], "value")[0, 0] = 256
    assert _where(traces) == {"keccak.chunk"}


def test_a_position_twice() -> None:
    parts = cut(streams_of([FIRST.data]))
    assert _where(traces_of([FIRST.data], sent=[*parts, parts[0]])) == {"hash.byte"}


def test_a_gap_between_positions() -> None:
    parts = cut(streams_of([bytes(2 * PART)]))
    assert _where(traces_of([bytes(2 * PART)], sent=parts[1:])) == {"hash.byte"}


@pytest.mark.parametrize("block", [1, 3], ids=["between", "last"])
def test_an_idle_block_emits_a_digest(block: int) -> None:
    """A block that has absorbed nothing bears a name for which the digest is wanted."""
    idle = fill_keccak([Stream(SOURCE, 2, b""), Stream(SOURCE, 3, b""), Stream(SOURCE, 4, b"")])
    some = slice(PERIOD * block, PERIOD * (block + 1))
    for name, value in (("source", SOURCE), ("message", 9), ("keccak", 1)):
        _keccak(idle, name)[some] = value
    padded = pad([Stream(SOURCE, 2, b""), Stream(SOURCE, 3, b""), Stream(SOURCE, 4, b"")])
    if block == 1:
        padded = pad([Stream(SOURCE, 2, b""), Stream(SOURCE, 4, b"")])
    traces = traces_of([], padded=padded, permutations=idle)
    assert 9 in emitted(idle)
    assert _where(traces) == {"keccak.chunk"}


def test_a_name_taken_on_after_absorbing() -> None:
    """An idle block becomes a message's between its absorbing rows and the squeezing one."""
    idle = fill_keccak([])
    some = slice(SIZE, PERIOD)
    for name, value in (("source", SOURCE), ("message", 9), ("keccak", 1)):
        _keccak(idle, name)[some] = value
    assert _where(traces_of([], permutations=idle)) == {"Keccak"}


def test_a_digest_from_a_row_that_does_not_squeeze() -> None:
    """The digest's bits stand in the first spare row; nothing is sent from there."""
    traces = traces_of([FIRST.data])
    plane = _keccak(traces["Keccak"], "plane")
    plane[SQUEEZING + 1] = plane[SQUEEZING]
    assert _where(traces) == {"Keccak"}
    assert len(emitted(traces["Keccak"])) == 1


def test_a_digest_before_the_last_block() -> None:
    """The first block of two says that it ends, and the second that it starts."""
    permutations = fill_keccak([FIRST])
    _keccak(permutations, "ends")[:PERIOD] = 1
    _keccak(permutations, "starts")[PERIOD:] = 1
    found = _where(traces_of([FIRST.data], padded=pad([FIRST]), permutations=permutations))
    assert {"Keccak", "keccak.chunk"} <= found


# Lies about the computation: the digests that come of them are wanted, the rules alone object.


def _lying(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """The reference engine fills, with some of its names changed."""
    monkeypatch.setattr("prover.witness.keccak.native_engine", ReferenceEngine)
    for name, value in changed.items():
        monkeypatch.setattr(reference_keccak, name, value)


def test_a_message_begins_with_another_state() -> None:
    """What is left of the message before is absorbed into."""
    padded = pad([FIRST, SECOND])
    chained = padded._replace(number=np.arange(3), last=np.array([False, False, True]))
    permutations = fill_permutations(chained)
    honest = fill_permutations(padded)
    for name in ("block", "starts", "ends"):
        _keccak(permutations, name)[:] = _keccak(honest, name)
    assert _where(traces_of(MESSAGES, padded=padded, permutations=permutations)) == {"Keccak"}


def test_a_state_that_is_not_the_block_before_s() -> None:
    """The second block is absorbed into zeros, as if it were the first."""
    padded = pad([FIRST])
    permutations = fill_permutations(
        padded._replace(number=np.zeros(2, dtype=np.int64), last=np.ones(2, dtype=bool))
    )
    honest = fill_permutations(padded)
    for name in ("block", "starts", "ends"):
        _keccak(permutations, name)[:] = _keccak(honest, name)
    assert _where(traces_of([FIRST.data], padded=padded, permutations=permutations)) == {"keccak.lane"}


def test_a_capacity_lane_that_a_block_changes() -> None:
    """Lane 17 enters the first permutation with a bit that no chunk brought."""
    permutations = fill_keccak([SECOND])
    row = 0
    account = _keccak(permutations, "account")
    account[row, 4 * len(LIMB_BITS)] ^= 1
    found = _where(traces_of([MESSAGES[1]], padded=pad(streams_of([MESSAGES[1]])), permutations=permutations))
    assert {"Keccak", "keccak.lane"} <= found


def test_a_round_is_skipped() -> None:
    """Round 7 gives what it received, which round 8 receives."""
    permutations = fill_keccak([FIRST])
    here, there = (slice(round_row(number, 0), round_row(number + 1, 0)) for number in (7, 8))
    for name in ("plane", "side", "incoming", "outgoing", "account"):
        values = _keccak(permutations, name)
        values[there] = values[here]
    assert {"Keccak", "keccak.lane"} <= _where(traces_of([FIRST.data], permutations=permutations))


def test_one_round_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last round gives what it received."""
    honest = reference_keccak._round

    def skipping(state: reference_keccak.Words, number: int) -> reference_keccak.Words:
        return state.copy() if number == len(ROUND_CONSTANTS) - 1 else honest(state, number)

    _lying(monkeypatch, _round=skipping)
    assert {"keccak.lane"} <= _where(traces_of(MESSAGES))


def test_a_constant_of_another_round(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *others = ROUND_CONSTANTS
    _lying(monkeypatch, ROUND_WORDS=np.array([second, first, *others], dtype=np.uint64))
    assert _where(traces_of(MESSAGES)) == {"Keccak"}


def test_the_last_constant_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    *others, last = ROUND_CONSTANTS
    _lying(monkeypatch, ROUND_WORDS=np.array([*others, last ^ 1], dtype=np.uint64))
    assert _where(traces_of(MESSAGES)) == {"Keccak"}


@pytest.mark.parametrize("both", [False, True], ids=["one copy", "both copies"])
def test_another_effect(monkeypatch: pytest.MonkeyPatch, both: bool) -> None:
    """Theta with one bit of D changed in every round, in one of its copies or in both; all else follows from it."""
    honest = reference_keccak._effect

    def effect(state: reference_keccak.Words) -> reference_keccak.Words:
        found: reference_keccak.Words = honest(state)
        found[..., 2] ^= np.uint64(1 << 40)
        return found

    _lying(monkeypatch, _effect=effect)
    traces = traces_of([FIRST.data])
    if not both:
        place = SIDES[1].index((Side.EFFECT, 2))
        rows = [round_row(number, 1) for number in range(len(ROUND_CONSTANTS))]
        side = _keccak(traces["Keccak"], "side")
        side[rows, LANE * place + 40] ^= 1
    assert "Keccak" in _where(traces)


def test_an_account_that_is_off_all_the_way() -> None:
    """Every row carries on what the first one got wrong."""
    permutations = fill_keccak([FIRST])
    account = _keccak(permutations, "account")
    rows = [round_row(3, phase) for phase in range(1, SIZE)]
    account[rows, 7] = (account[rows, 7].astype(np.int64) + P - 1) % P
    assert _where(traces_of([FIRST.data], permutations=permutations)) == {"Keccak"}


def test_lanes_exchanged_between_rounds() -> None:
    """Lanes 1 and 2 arrive in each other's place: every plane is true of what it received."""
    permutations = fill_keccak([FIRST])
    values = _keccak(permutations, "incoming")[round_row(5, 0)]
    first, second = (slice(len(LIMB_BITS) * at, len(LIMB_BITS) * (at + 1)) for at in (1, 2))
    values[first], values[second] = values[second].copy(), values[first].copy()
    assert _where(traces_of([FIRST.data], permutations=permutations)) == {"Keccak", "keccak.lane"}


@pytest.mark.parametrize("name", ["plane", "side"])
@pytest.mark.parametrize("row", [0, round_row(2, 0), round_row(2, 2), SQUEEZING])
def test_a_bit_that_is_none(name: str, row: int) -> None:
    permutations = fill_keccak([FIRST])
    _keccak(permutations, name)[row, 5] = 3
    assert "Keccak" in _where(traces_of([FIRST.data], permutations=permutations))


def test_a_two_where_only_bits_may_stand() -> None:
    """LOW may be 2, an effect may not, though the account would hold it: D = 2 is D = 0 and one more half."""
    permutations = fill_keccak([FIRST])
    side = _keccak(permutations, "side")
    row = round_row(2, 1)
    side[row, 9] = 2
    report = judge(traces_of([FIRST.data], permutations=permutations))
    assert "air.zero(value * (value - 1) * (value - 2 * self.low[index]))" in {
        failure.source.text for failure in report.failures
    }


def test_serial_numbers_that_meet() -> None:
    """Two blocks with one serial number could swap the lanes of their states."""
    permutations = fill_keccak([FIRST, SECOND])
    _keccak(permutations, "serial")[PERIOD:] -= 1
    assert "Keccak" in _where(traces_of(MESSAGES, permutations=permutations))


def test_padding_filled_twice_for_one_stream() -> None:
    padded = pad([FIRST, FIRST])
    traces = traces_of([FIRST.data])
    traces["KeccakPadding"] = fill_keccak_padded(padded)
    assert "hash.byte" in _where(traces)
