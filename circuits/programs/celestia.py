"""Celestia's half of a program: which tables open its commitments, and what the verifier tells them."""

from typing import Any

from circuits.dsl import BoundaryMessage, public_bytes, public_integer, verifier_receives, verifier_sends
from circuits.dsl.compile import AnyTable
from circuits.tables.celestia_buses import Anchor, FirstHeight, LastHeight, SearchedNamespace
from circuits.tables.height import Height
from circuits.tables.node import DIGEST, NAMESPACE, Node
from circuits.tables.share import Share
from verifier.statement import OFFSETS

TABLES: tuple[AnyTable, ...] = (Height, Node, Share)


def public(name: str, length: int | None = None) -> Any:
    """The bytes of a field of the statement, or the first `length` of them, one cell each."""
    offset, size = OFFSETS[name]
    return public_bytes(offset, size if length is None else length)


def public_height(name: str) -> Any:
    """A height of the statement, for one cell."""
    return public_integer(*OFFSETS[name])


def boundaries() -> tuple[BoundaryMessage, ...]:
    """The verifier's messages: anchor, namespace, first and last height."""
    return (
        verifier_sends(Anchor(public("anchor", DIGEST))),
        verifier_sends(SearchedNamespace(public("namespace", NAMESPACE))),
        verifier_sends(FirstHeight(public_height("first_height"))),
        verifier_receives(LastHeight(public_height("last_height"))),
    )
