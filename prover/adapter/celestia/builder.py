"""Block files made from blobs, for tests and demonstrations: the format and the square of a real block."""

import base64
import json
from collections.abc import Sequence
from hashlib import shake_256

from prover.adapter.celestia.extended import extend
from prover.adapter.celestia.shares import Blob
from prover.adapter.celestia.square import construct_square, square_width
from prover.adapter.celestia.transactions import BlobTransaction, check_blob, encode_blob_transaction

_APP_VERSION = 6
_PAYMENT = 330
"""Bytes of a usual transaction that pays for one blob."""


def build_block(height: int, blobs: Sequence[Blob], transactions: Sequence[bytes] = ()) -> bytes:
    """The block file of a block with ``transactions`` that pay for no blob and a payment for each blob.

    The payments are bytes without meaning; the same arguments give the same file. Raises InputError:
    NAMESPACE_INVALID or BLOB_INVALID for a blob that the chain would not take, BLOCK_TOO_LARGE.
    """
    for blob in blobs:
        check_blob(blob)
    paying = [
        encode_blob_transaction(BlobTransaction(_payment(height, index), (blob,)))
        for index, blob in enumerate(blobs)
    ]
    square = construct_square([*transactions, *paying])
    fields = {
        "height": height,
        "app_version": _APP_VERSION,
        "data_hash": extend(square).data_root.hex().upper(),
        "square_size": square_width(len(square)),
        "txs": [base64.b64encode(each).decode() for each in (*transactions, *paying)],
    }
    return json.dumps(fields, indent=2).encode() + b"\n"


def _payment(height: int, index: int) -> bytes:
    return shake_256(f"payment {index} at height {height}".encode()).digest(_PAYMENT)
