"""The original data square, built again from the transactions of a block.

Transactions, payments for blobs, padding, blobs in the order of their namespaces (equal ones in the order of
the block), each at a multiple of its subtree width, and padding to a square whose side is a power of two.
Source: celestia-app, specs/src/data_square_layout.md; go-square, builder.go.
"""

from collections.abc import Sequence
from math import isqrt

from prover.adapter.celestia.namespace import (
    PAY_FOR_BLOB,
    PRIMARY_RESERVED_PADDING,
    TAIL_PADDING,
    TRANSACTION,
)
from prover.adapter.celestia.reed_solomon import LARGEST_WIDTH
from prover.adapter.celestia.shares import (
    blob_share_count,
    compact_share_count,
    padding_share,
    split_blob,
    split_transactions,
    varint,
)
from prover.adapter.celestia.transactions import BlobTransaction, decode_transaction, encode_index_wrapper
from prover.errors import InputError

_SUBTREE_ROOT_THRESHOLD = 64
_WORST_SHARE_INDEX = 512 * 512


def square_width(shares: int) -> int:
    """The side of the smallest square of a power of two that holds ``shares`` shares; 1 for none."""
    return _power_of_two(isqrt(shares - 1) + 1) if shares else 1


def subtree_width(shares: int) -> int:
    """Shares that one subtree of a blob's commitment covers; blobs begin at its multiples."""
    return min(_power_of_two(-(-shares // _SUBTREE_ROOT_THRESHOLD)), square_width(shares))


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


def construct_square(transactions: Sequence[bytes]) -> tuple[bytes, ...]:
    """The shares of the original square, row by row.

    Raises InputError: BLOCK_UNREADABLE for a blob that no block can hold, BLOCK_INCONSISTENT if an ordinary
    transaction follows one that pays for blobs, BLOCK_TOO_LARGE if the square is wider than can be extended.
    """
    ordinary, paying = _classify(transactions)
    placed = sorted(
        (
            (blob, payment, place)
            for payment, each in enumerate(paying)
            for place, blob in enumerate(each.blobs)
        ),
        key=lambda entry: entry[0].namespace,
    )
    counts = [blob_share_count(blob) for blob, _, _ in placed]

    # The chain reserves room for the payments before it knows where the blobs begin: share indexes of the
    # largest size, and for each blob the most padding that can stand before it.
    worst = [_wrapped(each, [_WORST_SHARE_INDEX] * len(each.blobs)) for each in paying]
    reserved = _compact_shares(ordinary) + _compact_shares(worst)
    width = square_width(reserved + sum(count + subtree_width(count) - 1 for count in counts))
    if width > LARGEST_WIDTH:
        raise too_wide(width)

    indexes = [[0] * len(each.blobs) for each in paying]
    sequences: list[bytes] = []
    filler = padding_share(PRIMARY_RESERVED_PADDING)
    for (blob, payment, place), count in zip(placed, counts, strict=True):
        sequences += [filler] * (-(reserved + len(sequences)) % subtree_width(count))
        indexes[payment][place] = reserved + len(sequences)
        sequences += split_blob(blob)
        filler = padding_share(blob.namespace, blob.version)

    shares = split_transactions(TRANSACTION, ordinary)
    shares += split_transactions(PAY_FOR_BLOB, list(map(_wrapped, paying, indexes)))
    shares += [padding_share(PRIMARY_RESERVED_PADDING)] * (reserved - len(shares)) + sequences
    shares += [padding_share(TAIL_PADDING)] * (width * width - len(shares))
    return tuple(shares)


def too_wide(width: int) -> InputError:
    """The typed error for a square of ``width``, wider than its extension is known here."""
    return InputError(
        "BLOCK_TOO_LARGE",
        f"The block's square is {width} shares wide; at most {LARGEST_WIDTH} can be read.",
        f"Wider squares are extended over GF(2^16), which is not built in: choose blocks of up to "
        f"{LARGEST_WIDTH} x {LARGEST_WIDTH} shares.",
    )


def _classify(transactions: Sequence[bytes]) -> tuple[list[bytes], list[BlobTransaction]]:
    ordinary: list[bytes] = []
    paying: list[BlobTransaction] = []
    for index, transaction in enumerate(transactions):
        decoded = decode_transaction(transaction, f"Transaction {index}")
        if decoded is not None:
            paying.append(decoded)
        elif paying:
            raise InputError(
                "BLOCK_INCONSISTENT",
                f"Transaction {index} pays for no blob but follows one that does.",
                "Keep the transactions in the order of the block; payments of Fibre cannot be read yet.",
            )
        else:
            ordinary.append(transaction)
    return ordinary, paying


def _wrapped(transaction: BlobTransaction, share_indexes: list[int]) -> bytes:
    return encode_index_wrapper(transaction.payment, share_indexes)


def _compact_shares(transactions: Sequence[bytes]) -> int:
    return compact_share_count(sum(len(varint(len(each))) + len(each) for each in transactions))
