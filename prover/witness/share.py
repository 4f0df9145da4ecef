"""Fills `circuits.tables.share`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables import share as layout
from circuits.tables.share import HEADER, INFORMATION_AT, LENGTH_BYTES, ROWS, SIGNER, WIDTH
from prover.adapter.celestia.opening import Share
from prover.witness.rows import bit_rows, zeroed
from verifier.field import P

_BODY = HEADER + LENGTH_BYTES


def fill_share(shares: Sequence[Share]) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns), sixteen rows a share."""
    trace = zeroed(layout.Share, ROWS * len(shares))
    # These columns count on, whether there is a share or not.
    trace.base = (WIDTH * (np.arange(len(trace.matrix)) % ROWS) - WIDTH) % P
    trace.version_inverse = P - 1
    cursor = _Cursor()
    for number, share in enumerate(shares):
        rows = slice(ROWS * number, ROWS * (number + 1))
        following = shares[number + 1] if number + 1 < len(shares) else None
        _fill_place(trace, rows, share, following)
        cursor.fill(trace, rows, share.data)
    trace.begins[0] = bool(shares)
    trace.begins[ROWS::ROWS] = trace.ends[ROWS - 1 : -1 : ROWS] & trace.live[ROWS::ROWS]
    trace.item[ROWS * len(shares) :] = cursor.item
    return trace.matrix


def _fill_place(trace: Trace, rows: slice, share: Share, following: Share | None) -> None:
    trace.live[rows] = 1
    trace.height[rows] = share.height
    trace.path[rows] = share.path
    trace.place[rows] = share.place
    trace.node[rows] = share.node
    last = rows.stop - 1
    if following is None or following.height != share.height:
        trace.ends[last] = 1
    elif following.path == share.path:
        trace.same_row[last] = 1
    else:
        trace.next_row[last] = 1


class _Cursor:
    """Where reading is between two shares: the item's number, its next position, what its sequence still holds."""

    def __init__(self) -> None:
        self.item = 0
        self.position = 0
        self.remaining = 0

    def fill(self, trace: Trace, rows: slice, share: bytes) -> None:
        first = rows.start
        information = share[INFORMATION_AT]
        version, starts = information >> 1, information & 1
        trace.value[rows] = np.frombuffer(share, dtype=np.uint8).reshape(ROWS, WIDTH)
        trace.version[first] = bit_rows([version], trace.version.shape[1])[0]
        trace.is_version_one[first] = version == 1
        trace.version_inverse[first] = 0 if version == 1 else pow(version - 1, -1, P)
        trace.starts[rows] = starts
        trace.head[first] = starts
        body = HEADER
        before_head = self.remaining
        if starts:
            length = int.from_bytes(share[HEADER:_BODY], "big")
            trace.opens[rows] = length > 0
            trace.length_inverse[first] = pow(length, -1, P) if length % P else 0
            trace.is_signed[first] = length > 0 and version == 1
            self.item += length > 0
            self.remaining = length + SIGNER * (length > 0 and version == 1)
            self.position = 2
            body = _BODY
        taken = min(self.remaining, len(share) - body)
        data = np.zeros(len(share), dtype=np.uint32)
        data[body : body + taken] = 1
        counts = data.reshape(ROWS, WIDTH).sum(axis=1)
        trace.data[rows] = data.reshape(ROWS, WIDTH)
        trace.carries[rows] = counts > 0
        trace.item[rows] = self.item
        trace.base[rows] = (self.position - body + WIDTH * np.arange(ROWS)) % P
        left = self.remaining - (np.cumsum(counts) - counts)
        trace.remaining[rows] = left
        if starts:
            trace.remaining[first] = before_head
        self.remaining -= taken
        self.position += layout.SHARE - body
