"""Fills `circuits.tables.state`, and all tables of the state together."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled, Trace
from circuits.tables.state import State
from circuits.tables.state_buses import ADDRESS, BASE_FEE, CHAIN_ID, GAS_CAP, Configuration
from prover.execution.state.batch import Batch
from prover.execution.state.leaf import hash_blocks, limbs
from prover.execution.state.tree import configuration_blocks
from prover.witness.access import fill_access
from prover.witness.account import fill_account
from prover.witness.asked import asked
from prover.witness.poseidon2 import fill_poseidon2
from prover.witness.rows import zeroed
from prover.witness.state_node import fill_state_node

Traces = Mapping[str, NDArray[np.uint32] | None]


def fill_state_tables(compiled: Compiled, traces: Traces, batch: Batch) -> dict[str, NDArray[np.uint32]]:
    """The traces of `circuits.programs.state.TABLES`; `traces` are those of all tables that ask them."""
    found = {
        "State": fill_state(compiled, traces, batch),
        "StateNode": fill_state_node(batch),
        "Account": fill_account(batch),
        "Access": fill_access(batch),
    }
    return found | {"Poseidon2": fill_poseidon2(compiled, {**traces, **found})}


def fill_state(compiled: Compiled, traces: Traces, batch: Batch) -> NDArray[np.uint32]:
    """The trace, one row; `traces` are those of the tables that ask how the chain is configured."""
    trace: Trace = zeroed(State, 1)
    trace.before, trace.after = batch.state_before, batch.state_after
    trace.count_before, trace.count_after = batch.count_before, batch.count_after
    chain = batch.chain
    trace.chain_id = limbs([chain.chain_id], CHAIN_ID)
    trace.base_fee = limbs([chain.base_fee], BASE_FEE)
    trace.fee_recipient = limbs([int.from_bytes(chain.fee_recipient, "big")], ADDRESS)
    trace.gas_cap = limbs([chain.gas_cap], GAS_CAP)
    trace.first_block, trace.configuration = hash_blocks(configuration_blocks(chain)[None])[0]
    _, times = asked(compiled, traces, Configuration, Configuration.length())
    trace.asked = times.sum()
    return trace.matrix
