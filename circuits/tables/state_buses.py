"""Messages about the state: its tree, its accounts, and how a rollup's rules read and write them (docs/state.md).

Numbers wider than a cell come in limbs of sixteen bits, the least significant first.
"""

from circuits.dsl import Bus, C, Cells, cells
from circuits.gadgets.poseidon2 import DIGEST

LIMB = 16
ADDRESS = 10
BALANCE = 16
NONCE = 4
CHAIN_ID = 4
BASE_FEE = 4
GAS_CAP = 2

DEPTH = 32
"""Levels of the accounts' tree above its leaves, which are level 0."""

STATE_LEVEL = DEPTH + 2
"""Where the state stands: above accounts and their number, and the configuration."""


class StateBefore(Bus[C]):
    """The statement's state before and chain id, from the verifier."""

    name = "state.before"
    state: Cells[C] = cells(DIGEST)
    chain_id: Cells[C] = cells(CHAIN_ID)


class StateAfter(Bus[C]):
    """The statement's state after, to the verifier."""

    name = "state.after"
    state: Cells[C] = cells(DIGEST)


class Configuration(Bus[C]):
    """How the chain is configured; looked up by whoever needs it."""

    name = "state.configuration"
    chain_id: Cells[C] = cells(CHAIN_ID)
    base_fee: Cells[C] = cells(BASE_FEE)
    fee_recipient: Cells[C] = cells(ADDRESS)
    gas_cap: Cells[C] = cells(GAS_CAP)


class NodeChange(Bus[C]):
    """A node of the state's tree, from its parent: what it was and what it becomes."""

    name = "state.node"
    level: "C | int"
    index: "C | int"
    before: Cells[C] = cells(DIGEST)
    after: Cells[C] = cells(DIGEST)


class FirstFreeIndex(Bus[C]):
    """How many leaves there are before: where the first account that comes to be gets its leaf."""

    name = "state.first_free_index"
    index: C


class LastFreeIndex(Bus[C]):
    """How many leaves there are after."""

    name = "state.last_free_index"
    index: C


class AccountValue(Bus[C]):
    """What an address has after the access numbered `time`, 0 being before all; sent there, received by the next.

    `index` is the leaf's; of an account that does not exist yet it says where it will be.
    """

    name = "state.account"
    address: Cells[C] = cells(ADDRESS)
    time: "C | int"
    exists: "C | int"
    index: C
    nonce: Cells[C] = cells(NONCE)
    balance: Cells[C] = cells(BALANCE)


class AccountAccess(Bus[C]):
    """An access by a rollup's rules: what the address had, and what it has from then on.

    `number` counts all accesses of the batch from 1 in the order in which the rules mean them. An address without
    account has nonce and balance 0; whoever gets anything else comes to exist. A read gives back what it got.
    The sender owes nothing but the numbers: whatever is received has limbs of sixteen bits, address and values.
    """

    name = "state.access"
    number: C
    address: Cells[C] = cells(ADDRESS)
    nonce_before: Cells[C] = cells(NONCE)
    balance_before: Cells[C] = cells(BALANCE)
    nonce_after: Cells[C] = cells(NONCE)
    balance_after: Cells[C] = cells(BALANCE)
