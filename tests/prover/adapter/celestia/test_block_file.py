import base64
import itertools
import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.adapter.celestia import Blob, read_blobs, read_block, read_blocks
from prover.adapter.celestia.block_file import LARGEST_FILE
from prover.adapter.celestia.builder import build_block
from prover.errors import InputError
from tests.prover.adapter.celestia.samples import MAINNET, MAINNET_HEIGHT, blobs, namespace

FIELDS: dict[str, Any] = json.loads(MAINNET)

WRONG_HEIGHTS: list[Any] = [0, -1, 1 << 30, 10**4000, True, 1.0, 1e300, "7", None, [], {}]
WRONG_VERSIONS: list[Any] = [0, -1, True, "6", None, 1 << 40]
WRONG_SIZES: list[Any] = [-2, True, "8", None, 8.0, 1 << 40]
WRONG_HASHES: list[Any] = [None, 7, "", "00" * 31, "00" * 33, "0x" + "00" * 31, "é" * 64, "0" * 64 + "\n"]
WRONG_TRANSACTIONS: list[Any] = [
    *[None, "", {}, 7, [7], [None], [["AA=="]]],
    *[["A"], ["A==="], ["AA==\n"], ["AA"], ["é"], ["\ud800"], ["_-=="], [""]],
]


def refused(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read_block(data)
    assert caught.value.fix
    return caught.value


def with_field(name: str, value: Any) -> bytes:
    return json.dumps({**FIELDS, name: value}).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in FIELDS.items() if key != name}).encode()


def test_a_block_is_read_with_its_height() -> None:
    assert read_block(MAINNET).height == MAINNET_HEIGHT


@pytest.mark.parametrize("name", ["app_version", "square_size"])
def test_fields_that_can_be_derived_may_be_missing(name: str) -> None:
    assert read_block(without(name)) == read_block(MAINNET)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf" + MAINNET,
        MAINNET[:-3],
        MAINNET + b"{}",
        b"null",
        b"[]",
        b'"height"',
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"height": NaN}',
        b'{"height": Infinity}',
        MAINNET.replace(b'"height"', b'"height": 1, "height"', 1),
        *(without(name) for name in ("height", "data_hash", "txs")),
        *(with_field("height", value) for value in WRONG_HEIGHTS),
        *(with_field("app_version", value) for value in WRONG_VERSIONS),
        *(with_field("square_size", value) for value in WRONG_SIZES),
        *(with_field("data_hash", value) for value in WRONG_HASHES),
        *(with_field("txs", value) for value in WRONG_TRANSACTIONS),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_block_file_is_unreadable(data: bytes) -> None:
    assert refused(data).code == "BLOCK_UNREADABLE"


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    assert refused(b"[" * (LARGEST_FILE + 1)).code == "BLOCK_TOO_LARGE"


def test_a_file_of_brackets_is_refused_before_it_fills_the_memory() -> None:
    assert "lists and objects" in refused(b'{"txs": [' + b"[]," * 1_000_000 + b"[]]}").message


def test_a_square_that_cannot_be_extended_says_so() -> None:
    pay = base64.b64encode(b"o" * 470).decode()
    error = refused(with_field("txs", [pay] * 17000))
    assert error.code == "BLOCK_TOO_LARGE"
    assert "128" in error.message


def test_another_data_hash_is_named_with_the_right_one() -> None:
    error = refused(with_field("data_hash", "00" * 32))
    assert error.code == "BLOCK_INCONSISTENT"
    assert "00" * 32 in error.message
    assert FIELDS["data_hash"] in error.message


def test_another_square_size_is_named_with_the_right_one() -> None:
    error = refused(with_field("square_size", 16))
    assert error.code == "BLOCK_INCONSISTENT"
    assert "16" in error.message
    assert "8" in error.message


@pytest.mark.parametrize(
    "change",
    [
        lambda texts: texts[:-1],
        lambda texts: texts[::-1],
        lambda texts: [*texts, texts[0]],
        lambda texts: [*texts, base64.b64encode(b"ordinary").decode()],
        lambda texts: [],
    ],
)
def test_transactions_missing_moved_or_added_are_noticed(change: Any) -> None:
    assert refused(with_field("txs", change(FIELDS["txs"]))).code == "BLOCK_INCONSISTENT"


@settings(deadline=None, max_examples=300)
@given(st.randoms(use_true_random=False))
def test_a_changed_file_is_read_or_refused(random: random.Random) -> None:
    data = bytearray(MAINNET)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        match random.randrange(4):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at : at + random.randint(1, 100)]
            case 2:
                data[at:at] = random.choice([b"{", b"[", b'"', b"\\", b"9", b",", b"\x00", b"\xff"])
            case 3:
                del data[at:]
                break
    assert_read_or_refused(bytes(data))


@settings(deadline=None, max_examples=300)
@given(st.randoms(use_true_random=False), st.integers(0, len(FIELDS["txs"]) - 1))
def test_a_changed_transaction_is_read_or_refused(random: random.Random, index: int) -> None:
    transaction = bytearray(base64.b64decode(FIELDS["txs"][index]))
    for _ in range(random.randint(1, 3)):
        # Both ends hold the envelope: its lengths, field numbers and types.
        at = random.choice(
            [random.randrange(len(transaction)), random.randrange(8), -1 - random.randrange(8)]
        )
        transaction[at] = random.randrange(256)
    if random.random() < 0.2:
        del transaction[random.randrange(len(transaction)) :]
    texts = list(FIELDS["txs"])
    texts[index] = base64.b64encode(transaction).decode()
    assert_read_or_refused(with_field("txs", texts))


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["height", "app_version", "data_hash", "square_size", "txs", "more"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=8,
        ),
    )
)
def test_any_values_are_read_or_refused(fields: dict[str, Any]) -> None:
    assert_read_or_refused(json.dumps({**FIELDS, **fields}).encode())
    assert_read_or_refused(json.dumps(fields).encode())


def assert_read_or_refused(data: bytes) -> None:
    try:
        block = read_block(data)
    except InputError as error:
        assert error.code in ("BLOCK_UNREADABLE", "BLOCK_INCONSISTENT", "BLOCK_TOO_LARGE")
        assert error.message
        assert error.fix
    else:
        assert block.data_root.hex().upper() == json.loads(data)["data_hash"].upper()


def test_many_small_transactions_do_not_take_long() -> None:
    begin = time.perf_counter()
    refused(with_field("txs", ["QQ=="] * 300_000))
    assert time.perf_counter() - begin < 30


@settings(deadline=None, max_examples=50)
@given(
    st.lists(blobs(), max_size=8),
    st.lists(st.binary(min_size=1, max_size=600), max_size=3),
    st.integers(1, 9),
)
def test_a_built_block_is_read_with_its_blobs_in_order(
    items: list[Blob], transactions: list[bytes], height: int
) -> None:
    data = build_block(height, items, transactions)
    assert data == build_block(height, items, transactions)
    block = read_block(data)
    assert block.height == height
    names = [share[:29] for share in block.square.shares]
    assert names == sorted(names)
    for name in {blob.namespace for blob in items} | {namespace(0xFFFF)}:
        expected = [blob for blob in items if blob.namespace == name]
        assert read_blobs(block.square.shares, name) == expected


@pytest.mark.parametrize(
    ("blob", "code"),
    [
        (Blob(namespace(1), b"data"), "NAMESPACE_INVALID"),
        (Blob(b"short", b"data"), "NAMESPACE_INVALID"),
        (Blob(namespace(0x100), b""), "BLOB_INVALID"),
        (Blob(namespace(0x100), b"data", 1), "BLOB_INVALID"),
        (Blob(namespace(0x100), b"data", 2, bytes(20)), "BLOB_INVALID"),
        (Blob(namespace(0x100), bytes(9 << 20)), "BLOCK_TOO_LARGE"),
    ],
)
def test_no_block_is_built_of_a_blob_that_no_block_holds(blob: Blob, code: str) -> None:
    with pytest.raises(InputError) as caught:
        build_block(1, [blob])
    assert caught.value.code == code


def built(*heights: int) -> list[bytes]:
    return [build_block(height, [Blob(namespace(0x100), bytes([height % 251]) * 9)]) for height in heights]


def test_blocks_come_in_any_order_and_leave_in_that_of_their_heights() -> None:
    expected = [read_block(data) for data in built(7, 8, 9)]
    for files in itertools.permutations(built(7, 8, 9)):
        assert read_blocks(files) == expected
    assert read_blocks([]) == []


@pytest.mark.parametrize(
    ("heights", "code", "named"),
    [
        ((7, 8, 7), "HEIGHT_DUPLICATE", ["7"]),
        ((9, 7), "HEIGHT_GAP", ["7", "8", "9"]),
        ((11, 7, 8), "HEIGHT_GAP", ["8", "9 to 10", "11"]),
    ],
)
def test_heights_twice_or_missing_are_named(heights: tuple[int, ...], code: str, named: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_blocks(built(*heights))
    assert caught.value.code == code
    assert all(text in caught.value.message for text in named)
