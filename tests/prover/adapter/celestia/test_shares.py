import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.adapter.celestia import Blob, read_blobs
from prover.adapter.celestia.shares import (
    blob_share_count,
    compact_share_count,
    padding_share,
    split_blob,
    split_transactions,
    varint,
)
from prover.errors import InputError
from tests.prover.adapter.celestia.samples import blobs, namespace

NAME = namespace(0x1234)
SIGNER = bytes(range(20))
LONG = Blob(NAME, bytes(range(1, 251)) * 8, 1, SIGNER)


@settings(deadline=None)
@given(st.lists(st.tuples(blobs(), st.integers(0, 3))))
def test_blobs_are_read_back_from_their_shares_without_the_padding(items: list[tuple[Blob, int]]) -> None:
    shares = []
    for blob, padding in items:
        split = split_blob(blob)
        assert len(split) == blob_share_count(blob)
        shares += split + [padding_share(blob.namespace, blob.version)] * padding
    assert all(len(share) == 512 for share in shares)
    for number in range(256, 261):
        name = namespace(number)
        assert read_blobs(shares, name) == [blob for blob, _ in items if blob.namespace == name]


def test_the_first_share_names_length_and_signer() -> None:
    first, *_, last = split_blob(LONG)
    assert first == NAME + b"\x03" + (2000).to_bytes(4, "big") + SIGNER + LONG.data[:458]
    assert last == (NAME + b"\x02" + LONG.data[458 + 3 * 482 :]).ljust(512, b"\x00")


@given(st.lists(st.binary(max_size=1200), max_size=6))
def test_transactions_are_found_where_their_shares_say(transactions: list[bytes]) -> None:
    shares = split_transactions(namespace(1), transactions)
    stream = b"".join(varint(len(each)) + each for each in transactions)
    assert len(shares) == compact_share_count(len(stream))
    starts = [len(b"".join(varint(len(e)) + e for e in transactions[:i])) for i in range(len(transactions))]
    position = 0
    for index, share in enumerate(shares):
        head = 34 if index == 0 else 30
        assert share[:30] == namespace(1) + bytes([index == 0])
        if index == 0:
            assert share[30:34] == len(stream).to_bytes(4, "big")
        body = share[head + 4 :]
        assert stream[position : position + len(body)].ljust(len(body), b"\x00") == body
        inside = [start for start in starts if position <= start < position + len(body)]
        expected = inside[0] - position + head + 4 if inside else 0
        assert share[head : head + 4] == expected.to_bytes(4, "big")
        position += len(body)


def changed(share: bytes, at: int, value: int) -> bytes:
    return share[:at] + bytes([value]) + share[at + 1 :]


WHOLE = split_blob(LONG)
FEW = split_blob(Blob(NAME, b"few"))


@pytest.mark.parametrize(
    "shares",
    [
        WHOLE[:-1],
        WHOLE[1:],
        [*WHOLE, WHOLE[-1]],
        [*WHOLE[:2], *FEW],
        [*WHOLE[:2], padding_share(NAME, 1), *WHOLE[2:]],
        [WHOLE[0], changed(WHOLE[1], 29, 0), *WHOLE[2:]],
        [*WHOLE[:-1], changed(WHOLE[-1], 511, 1)],
        [changed(padding_share(NAME), 100, 1)],
        [changed(FEW[0], 30, 255)],
        [changed(FEW[0], 29, 0)],
    ],
)
def test_sequences_that_are_not_whole_are_refused(shares: list[bytes]) -> None:
    with pytest.raises(InputError) as refused:
        read_blobs(shares, NAME)
    assert refused.value.code == "SHARES_MALFORMED"


def test_other_versions_are_read_as_unsigned() -> None:
    blob = Blob(NAME, bytes(range(200)) * 4, 127)
    assert read_blobs(split_blob(blob), NAME) == [blob]


@given(st.lists(st.binary(min_size=483, max_size=483).map(NAME.__add__), max_size=4))
def test_no_share_makes_the_reader_fail_otherwise(shares: list[bytes]) -> None:
    try:
        read_blobs(shares, NAME)
    except InputError as error:
        assert error.code == "SHARES_MALFORMED"
