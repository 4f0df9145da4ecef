"""A client of a celestia-node: what a namespace holds at a height, checked down from the header's data root.

The node is asked for the header (`header.GetByHeight`) and for the namespace (`share.GetNamespaceData`).
Checked is that the roots of rows and columns hash to the data root, and that the shares are all that the rows
hold of the namespace. Not checked is the header itself, its validators and signatures: the data root is the
node's word, to be compared with a block file or an anchor that is trusted.
Source: celestia-node, nodebuilder/share and share/shwap; celestiaorg/nmt, proof.go.
"""

import base64
from dataclasses import dataclass
from typing import Any

from prover import strict_json
from prover.adapter.celestia import merkle
from prover.adapter.celestia.block_file import LARGEST_HEIGHT
from prover.adapter.celestia.json_rpc import JsonRpc
from prover.adapter.celestia.namespace import LENGTH, check_blob_namespace
from prover.adapter.celestia.namespaced_merkle import NODE, NamespaceProof
from prover.adapter.celestia.shares import SHARE, Blob, read_blobs
from prover.errors import InputError, SetupError

_HEADER, _NAMESPACE_DATA = "header.GetByHeight", "share.GetNamespaceData"
_LARGEST_WIDTH = 512


@dataclass(frozen=True)
class Header:
    """What a header commits to: a data root (32 bytes) over roots (90 bytes) of 2k rows, then 2k columns."""

    height: int
    data_root: bytes
    axis_roots: tuple[bytes, ...]

    @property
    def width(self) -> int:
        """The side k of the original square, in shares."""
        return len(self.axis_roots) // 4


@dataclass(frozen=True)
class NamespaceData:
    """All shares (512 bytes) of a namespace at a height, in order, and their blobs: none if it is absent."""

    header: Header
    shares: tuple[bytes, ...]
    blobs: tuple[Blob, ...]


class NodeClient:
    """Asks one node; methods raise SetupError as `JsonRpc.call`, or NODE_INCONSISTENT for a false answer."""

    def __init__(self, url: str, token: str | None = None, seconds: float = 30.0) -> None:
        """Arguments and errors as of `JsonRpc`."""
        self._rpc = JsonRpc(url, token, seconds)

    def header(self, height: int) -> Header:
        """The header at ``height``, its roots checked against its data root.

        Raises InputError (HEIGHT_INVALID).
        """
        if not strict_json.is_integer(height, 1, LARGEST_HEIGHT):
            message = f"Height {height} is not a whole number from 1 to {LARGEST_HEIGHT}."
            raise InputError("HEIGHT_INVALID", message, "Give the height of a block of Celestia.")
        answer = self._rpc.call(_HEADER, [height])
        try:
            named = str(answer["header"]["height"])[:20]
            data_root = bytes.fromhex(answer["header"]["data_hash"])
            rows = _decoded(answer["dah"]["row_roots"], NODE)
            columns = _decoded(answer["dah"]["column_roots"], NODE)
        except (KeyError, TypeError, ValueError) as error:
            raise self._rpc.unreadable(_HEADER, "a field is missing or malformed") from error
        side = len(rows)
        if len(columns) != side or side.bit_count() != 1 or not 2 <= side <= 2 * _LARGEST_WIDTH:
            raise self._false(height, f"has {side} roots of rows and {len(columns)} of columns")
        if named != str(height):
            raise self._false(height, f"is named {named!r}")
        # Soundness: nothing below the data root is believed but what hashes to it.
        if merkle.root([*rows, *columns]) != data_root:
            raise self._false(height, f"has roots that do not hash to its data root {data_root.hex()}")
        return Header(height, data_root, (*rows, *columns))

    def namespace_data(self, height: int, namespace: bytes) -> NamespaceData:
        """All that ``namespace`` holds at ``height``, checked against the header's data root.

        Raises InputError: HEIGHT_INVALID, NAMESPACE_INVALID, or as `read_blobs`.
        """
        check_blob_namespace(namespace)
        header = self.header(height)
        rows = [
            root
            for root in header.axis_roots[: header.width]
            if root[:LENGTH] <= namespace <= root[LENGTH : 2 * LENGTH]
        ]
        answer = self._rpc.call(_NAMESPACE_DATA, [height, base64.b64encode(namespace).decode()])
        answers = [] if answer is None else answer
        if not isinstance(answers, list):
            raise self._rpc.unreadable(_NAMESPACE_DATA, "it is not a list of rows")
        if len(answers) != len(rows):
            raise self._false(height, f"may hold the namespace in {len(rows)} rows, not {len(answers)}")
        shares: list[bytes] = []
        for root, row in zip(rows, answers, strict=True):
            shares += self._row(header, root, namespace, row)
        return NamespaceData(header, tuple(shares), tuple(read_blobs(shares, namespace)))

    def _row(self, header: Header, root: bytes, namespace: bytes, row: Any) -> list[bytes]:
        """The shares of one row of the answer, proven to be all that it holds of the namespace."""
        try:
            shares = _decoded(row["shares"] or [], SHARE)
            proof = row["proof"]
            # The node leaves out fields that are zero or empty.
            start, end = proof.get("start", 0), proof["end"]
            siblings = _decoded(proof.get("nodes") or [], NODE)
            following = _decoded([proof["leaf_hash"]], NODE)[0] if proof.get("leaf_hash") else None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._rpc.unreadable(_NAMESPACE_DATA, "a field is missing or malformed") from error
        if not all(strict_json.is_integer(each, 0, header.width) for each in (start, end)):
            raise self._rpc.unreadable(_NAMESPACE_DATA, "a range is not one of the square")
        shown = NamespaceProof(start, siblings, following)
        counted = end - start == max(1, len(shares))
        if not counted or not shown.holds(root, 2 * header.width, namespace, shares):
            raise self._false(header.height, "has a row whose proof does not hold")
        return shares

    def _false(self, height: int, what: str) -> SetupError:
        return SetupError(
            "NODE_INCONSISTENT",
            f"Block {height} of {self._rpc.name} {what}.",
            "Ask another node, and do not trust this one.",
        )


def _decoded(texts: Any, length: int) -> list[bytes]:
    """Byte strings of ``length`` bytes from a list of base64; TypeError or ValueError if it is not one."""
    if not isinstance(texts, list):
        raise TypeError
    decoded = [base64.b64decode(text, validate=True) for text in texts]
    if any(len(each) != length for each in decoded):
        raise ValueError
    return decoded
