"""The state's part of a program: its tables, and what the verifier tells them."""

from typing import Any

from circuits.dsl import BoundaryMessage, public_integer, verifier_receives, verifier_sends
from circuits.dsl.compile import AnyTable
from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.access import Access
from circuits.tables.account import Account
from circuits.tables.poseidon2 import Poseidon2
from circuits.tables.state import State
from circuits.tables.state_buses import CHAIN_ID, StateAfter, StateBefore
from circuits.tables.state_node import StateNode
from verifier.statement import OFFSETS

TABLES: tuple[AnyTable, ...] = (State, StateNode, Account, Access, Poseidon2)

ELEMENT = 4
"""Bytes of an element of a state; the verifier refuses those that are no field element."""


def boundaries() -> tuple[BoundaryMessage, ...]:
    """The verifier's messages: both states, and the chain id."""
    at, length = OFFSETS["chain_id"]
    chain_id = [public_integer(at + length - 2 * limb, 2) for limb in range(1, CHAIN_ID + 1)]
    return (
        verifier_sends(StateBefore(_elements("state_before"), chain_id)),
        verifier_receives(StateAfter(_elements("state_after"))),
    )


def _elements(name: str) -> list[Any]:
    at, _ = OFFSETS[name]
    return [public_integer(at + ELEMENT * number, ELEMENT) for number in range(DIGEST)]
