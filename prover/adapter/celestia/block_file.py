"""Block files: the JSON in which celestia-app publishes its test blocks, read and checked.

Fields: height, data_hash (64 hexadecimal digits), txs (base64, as in the block), and optionally app_version
and square_size (-1 if not known). Others are ignored. Whoever hands in a file is a stranger: time and memory
are bounded, and whatever is wrong with it is an InputError.
"""

import base64
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from prover import strict_json
from prover.adapter.celestia.extended import Block, extend
from prover.adapter.celestia.square import construct_square, square_width
from prover.errors import InputError

LARGEST_FILE = 16 << 20
"""Bytes of a block file: the largest square that can be extended holds 8 MiB, 11 MiB in base64."""

LARGEST_HEIGHT = (1 << 30) - 1

_NESTING = 64
_FIX = "Give a block file as celestia-app publishes them: JSON with height, data_hash and txs."


def read_block(data: bytes) -> Block:
    """The block in a block file; its square and data root are computed and must be those that the file names.

    Raises InputError: BLOCK_UNREADABLE, BLOCK_INCONSISTENT, BLOCK_TOO_LARGE.
    """
    fields = _parse(data)
    height = _integer(fields, "height", 1, LARGEST_HEIGHT)
    _integer(fields, "app_version", 1, (1 << 32) - 1, default=1)
    size = _integer(fields, "square_size", -1, 1 << 16, default=-1)
    data_hash = fields.get("data_hash")
    if not isinstance(data_hash, str) or not re.fullmatch("[0-9A-Fa-f]{64}", data_hash):
        raise _unreadable("The field data_hash is not 64 hexadecimal digits.")
    shares = construct_square(_transactions(fields))
    if size not in (-1, square_width(len(shares))):
        raise _inconsistent(height, "square_size", str(size), str(square_width(len(shares))))
    square = extend(shares)
    if square.data_root != bytes.fromhex(data_hash):
        raise _inconsistent(height, "data_hash", data_hash.upper(), square.data_root.hex().upper())
    return Block(height, square)


def read_blocks(files: Iterable[bytes]) -> list[Block]:
    """The blocks of block files that may come in any order, sorted by height.

    Raises InputError: as `read_block`, and HEIGHT_DUPLICATE or HEIGHT_GAP if the heights are not consecutive.
    """
    blocks = sorted(map(read_block, files), key=lambda block: block.height)
    for lower, upper in pairwise(block.height for block in blocks):
        if lower == upper:
            raise InputError(
                "HEIGHT_DUPLICATE", f"Two blocks have height {lower}.", "Give each block of the range once."
            )
        if lower + 1 != upper:
            missing = f"{lower + 1}" if lower + 2 == upper else f"{lower + 1} to {upper - 1}"
            raise InputError(
                "HEIGHT_GAP",
                f"After height {lower} comes height {upper}: {missing} is missing.",
                "Give every block of the range, also those in which the namespace is absent.",
            )
    return blocks


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST_FILE:
        raise InputError(
            "BLOCK_TOO_LARGE",
            f"The block file has {len(data)} bytes; at most {LARGEST_FILE} are read.",
            "Choose blocks whose square is at most 128 x 128 shares.",
        )
    try:
        fields = strict_json.parse(data, _NESTING)
    except ValueError as error:
        raise _unreadable(f"The block file is not JSON: {str(error)[:200]}.") from error
    if not isinstance(fields, dict):
        raise _unreadable("The block file is not a JSON object.")
    return fields


def _integer(fields: dict[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    value: Any = fields.get(name, default)
    if not strict_json.is_integer(value, least, most):
        raise _unreadable(f"The field {name} is not a whole number from {least} to {most}.")
    return int(value)


def _transactions(fields: dict[str, Any]) -> list[bytes]:
    texts = fields.get("txs")
    if not isinstance(texts, list):
        raise _unreadable("The field txs is not a list.")
    transactions = []
    for index, text in enumerate(texts):
        if not isinstance(text, str) or not text:
            raise _unreadable(f"Transaction {index} is not a string of base64, or is empty.")
        try:
            transactions.append(base64.b64decode(text, validate=True))
        except ValueError as error:
            raise _unreadable(f"Transaction {index} is not base64.") from error
    return transactions


def _unreadable(message: str) -> InputError:
    return InputError("BLOCK_UNREADABLE", message, _FIX)


def _inconsistent(height: int, field: str, named: str, computed: str) -> InputError:
    return InputError(
        "BLOCK_INCONSISTENT",
        f"The file of block {height} names {field} {named}, but its transactions give {computed}.",
        "Get the block again: a transaction is missing, changed or out of order.",
    )
