"""Fills `circuits.tables.node`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from circuits.tables.celestia_buses import COLUMNS, DATA_ROOT, ROW
from circuits.tables.node import DIGEST, HEIGHT_BYTES, NAMESPACE, NODE_BYTES, Node
from prover.adapter.celestia import opening
from prover.adapter.celestia.opening import Kind
from prover.witness.rows import bit_rows, byte_rows, zeroed


def fill_node(nodes: Sequence[opening.Node], namespace: bytes) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns); a node's row is its number."""
    trace = zeroed(Node, len(nodes))
    count = len(nodes)
    for kind in Kind:
        getattr(trace, kind.value)[:count] = [node.kind == kind for node in nodes]
    for name, role in (("row", ROW), ("columns", COLUMNS), ("data_root", DATA_ROOT)):
        getattr(trace, name)[:count] = [node.at.role == role for node in nodes]
    for name in ("first", "last", "leftmost", "offset", "height", "path", "place"):
        getattr(trace, name)[:count] = [getattr(node.at, name) for node in nodes]
    trace.root[:count] = [node.at.parent is None for node in nodes]
    trace.parent[:count] = [node.at.parent or 0 for node in nodes]
    trace.number = np.arange(len(trace.matrix))
    trace.namespace = np.frombuffer(namespace, dtype=np.uint8)
    data = byte_rows([_bytes(node) for node in nodes], NODE_BYTES)
    trace.lowest[:count] = data[:, :NAMESPACE]
    trace.highest[:count] = data[:, NAMESPACE : 2 * NAMESPACE]
    trace.digest[:count] = data[:, 2 * NAMESPACE :]
    differs = [_difference(node, namespace) for node in nodes]
    for row, (at, _) in enumerate(differs):
        if at is not None:
            trace.differs_at[row, at] = 1
    trace.bits[:count] = bit_rows([bits for _, bits in differs], 8)
    return trace.matrix


def _bytes(node: opening.Node) -> bytes:
    if len(node.data) == NODE_BYTES:
        return node.data
    height = node.at.height.to_bytes(HEIGHT_BYTES, "big") if node.kind == Kind.TUPLE_LEAF else b""
    return height.ljust(NODE_BYTES - DIGEST, b"\0") + node.data


def _difference(node: opening.Node, namespace: bytes) -> tuple[int | None, int]:
    """Where a closed node's range first differs from the namespace, and what `bits` hold of any node."""
    if node.kind == Kind.TUPLE_LEAF:
        return None, node.at.height >> 24
    if node.kind not in (Kind.BEFORE, Kind.AFTER):
        return None, 0
    low, high = node.data[NAMESPACE : 2 * NAMESPACE], namespace
    if node.kind == Kind.AFTER:
        low, high = namespace, node.data[:NAMESPACE]
    at = next((index for index in range(NAMESPACE) if low[index] != high[index]), 0)
    return at, high[at] - low[at] - 1
