import base64
import json
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from prover.adapter.celestia import Blob, extend, merkle, namespaced_merkle, read_blobs, read_block
from prover.adapter.celestia.shares import SHARE, blob_share_count, split_blob
from prover.adapter.celestia.square import construct_square, square_width, subtree_width
from prover.adapter.celestia.transactions import (
    BlobTransaction,
    decode_transaction,
    encode_blob_transaction,
    encode_index_wrapper,
)
from prover.errors import InputError
from tests.prover.adapter.celestia.samples import MAINNET, MOCHA, namespace, vectors

ROOTS = vectors("roots.json")
FACTS = vectors("mainnet_block_10126899.json")


@pytest.mark.parametrize("vector", ROOTS["data_roots"], ids=lambda vector: vector["source"])
def test_the_data_root_is_the_published_one(vector: dict[str, Any]) -> None:
    prefix, fill = (bytes.fromhex(vector["share"][part]) for part in ("prefix", "fill"))
    share = prefix + fill * (SHARE - len(prefix))
    square = extend([share] * vector["width"] ** 2)
    assert square.width == vector["width"]
    assert square.data_root.hex() == vector["root"]


def test_a_real_block_has_the_square_that_its_header_commits_to() -> None:
    block = read_block(MAINNET)
    assert block.square.width == FACTS["width"]
    assert block.data_root.hex().upper() == FACTS["data_hash"]


@pytest.mark.parametrize("name", FACTS["namespaces"])
def test_a_real_block_holds_the_blobs_of_each_namespace(name: str) -> None:
    found = read_blobs(read_block(MAINNET).square.shares, bytes.fromhex(name))
    assert [
        {"version": blob.version, "bytes": len(blob.data), "shares": blob_share_count(blob)} for blob in found
    ] == FACTS["namespaces"][name]
    assert all(len(blob.signer) == 20 * blob.version for blob in found)


def test_a_real_block_without_a_named_width_is_read_too() -> None:
    block = read_block(MOCHA)
    assert block.square.width == 2
    assert block.data_root.hex() == json.loads(MOCHA)["data_hash"].lower()


def test_the_nodes_of_the_rows_are_kept_down_to_the_shares() -> None:
    square = read_block(MAINNET).square
    width = square.width
    assert len(square.shares) == width**2
    assert len(square.axis_roots) == 4 * width
    for row in range(width):
        levels = square.row_levels(row)
        assert [len(level) for level in levels] == [2 * width >> level for level in range(len(levels))]
        assert levels[-1] == [square.axis_roots[row]]
        for column in range(width):
            share = square.shares[row * width + column]
            assert levels[0][column] == namespaced_merkle.leaf(share[:29], share)
        for below, above in pairwise(levels):
            pairs = zip(below[::2], below[1::2], strict=True)
            assert above == [namespaced_merkle.node(left, right) for left, right in pairs]
    assert merkle.root(square.axis_roots) == square.data_root


def commitment(blob: Blob, join: Callable[[list[bytes]], bytes]) -> bytes:
    """The commitment of MsgPayForBlobs: a range of trees over the blob's shares, joined."""
    leaves = [namespaced_merkle.leaf(blob.namespace, share) for share in split_blob(blob)]
    roots = []
    size = subtree_width(len(leaves))
    while leaves:
        while size > len(leaves):
            size //= 2
        roots.append(namespaced_merkle.levels(leaves[:size])[-1][0])
        del leaves[:size]
    return join(roots)


@pytest.mark.parametrize("vector", ROOTS["share_commitments"], ids=lambda vector: vector["source"])
def test_the_share_commitment_is_the_published_one(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["data"]["byte"]) * vector["data"]["length"]
    blob = Blob(bytes.fromhex(vector["namespace"]), data, vector["version"])
    plain = commitment(blob, lambda roots: sha256(b"".join(sha256(root).digest() for root in roots)).digest())
    assert plain.hex() == vector["commitment"]


@pytest.mark.parametrize("file", [MAINNET, MOCHA], ids=["mainnet", "mocha"])
def test_every_real_payment_names_the_commitments_of_its_blobs(file: bytes) -> None:
    for text in json.loads(file)["txs"]:
        decoded = decode_transaction(base64.b64decode(text), "it")
        assert decoded is not None
        for blob in decoded.blobs:
            assert commitment(blob, merkle.root) in decoded.payment


@pytest.mark.parametrize(
    ("shares", "width"),
    [(1, 1), (2, 1), (64, 1), (65, 2), (128, 2), (129, 4), (256, 4), (257, 8), (4096, 64), (16384, 128)],
)
def test_the_subtree_width_grows_with_every_64_shares(shares: int, width: int) -> None:
    assert subtree_width(shares) == width


@pytest.mark.parametrize(("shares", "width"), [(0, 1), (1, 1), (2, 2), (4, 2), (5, 4), (16, 4), (17, 8)])
def test_the_square_is_the_smallest_that_holds_the_shares(shares: int, width: int) -> None:
    assert square_width(shares) == width


def envelope(*blobs: Blob, payment: bytes = b"payment") -> bytes:
    return encode_blob_transaction(BlobTransaction(payment, blobs))


def test_blobs_stand_at_multiples_of_their_subtree_width_in_the_order_of_namespaces() -> None:
    wide = Blob(namespace(0x300), b"w" * (478 + 482 * 99))
    narrow = Blob(namespace(0x200), b"n", 1, bytes(20))
    again = Blob(namespace(0x300), b"a" * (478 + 482 * 99))
    shares = construct_square([b"ordinary", envelope(wide, narrow), envelope(again)])
    assert [share[:29] for share in shares] == sorted(share[:29] for share in shares)
    starts = [index for index, share in enumerate(shares) if share[29] & 1 and share[:29] > namespace(0xFF)]
    assert starts[:4] == [2, 3, 4, 104], "narrow blob, its padding, the wide ones"
    assert shares[3] == (narrow.namespace + b"\x03").ljust(SHARE, b"\x00")
    assert encode_index_wrapper(b"payment", [4, 2]) in shares[1]
    assert encode_index_wrapper(b"payment", [104]) in shares[1]
    assert len(shares) == 16**2


def test_room_is_reserved_for_share_indexes_of_the_largest_size() -> None:
    blob = Blob(namespace(0x200), b"data")
    payment = bytes(460)
    assert len(encode_index_wrapper(payment, [2])) == 474 - 2
    shares = construct_square([envelope(blob, payment=payment)])
    assert len(encode_index_wrapper(payment, [512 * 512])) == 474
    assert [share[:29] for share in shares[:3]] == [namespace(4), namespace(0xFF), blob.namespace]


def test_the_square_has_room_for_padding_that_it_turns_out_not_to_need() -> None:
    blob = Blob(namespace(0x200), bytes(478 + 482 * 251))
    shares = construct_square([b"o" * 1000, envelope(blob)])
    assert shares[4][:29] == blob.namespace, "behind three shares of the transaction and one of the payment"
    assert shares[255][:29] == blob.namespace
    assert len(shares) == 32**2


def test_an_empty_block_is_one_padding_share() -> None:
    assert construct_square([]) == ((b"\xff" * 28 + b"\xfe\x01").ljust(SHARE, b"\x00"),)


GOOD = Blob(namespace(0x200), b"data")


@pytest.mark.parametrize(
    ("transactions", "code"),
    [
        ([envelope(GOOD), b"ordinary"], "BLOCK_INCONSISTENT"),
        ([envelope()], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200), b""))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(4), b"data"))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200)[1:], b"data"))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200), b"data", 2, bytes(20)))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200), b"data", 1, bytes(19)))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200), b"data", 0, bytes(20)))], "BLOCK_UNREADABLE"),
        ([envelope(Blob(namespace(0x200), bytes(1 << 23)))], "BLOCK_TOO_LARGE"),
        ([b"o" * 400] * 20000, "BLOCK_TOO_LARGE"),
    ],
)
def test_transactions_of_no_block_are_refused(transactions: list[bytes], code: str) -> None:
    with pytest.raises(InputError) as refused:
        construct_square(transactions)
    assert refused.value.code == code
    assert refused.value.fix
