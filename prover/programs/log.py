"""The `log` program: a hash chain over what was ordered (docs/log.md)."""

from collections.abc import Sequence
from functools import partial

from circuits.programs.celestia_log import celestia_log
from circuits.tables.log import Log
from prover.adapter.celestia.opening import Opening
from prover.adapter.celestia.ordering import ordered_items
from prover.execution.log import GENESIS_STATE, Step, execute
from prover.programs.base import Executed, Matrix, RollupProgram, fill_layer, settle
from prover.request import Request
from prover.witness.hashing import fill_hashing
from prover.witness.log import fill_log
from verifier.registry import CELESTIA_LOG, NO_RECEIPTS
from verifier.statement import Statement


def execute_log(opening: Opening, request: Request) -> Executed:
    """Absorb what was opened; raises `InputError` for shares that no consensus would order."""
    state = request.state_before or GENESIS_STATE
    steps = execute(state, request.chain_id, ordered_items(opening))
    statement = settle_log(opening, steps, request.chain_id, state)
    return Executed(opening, statement, partial(fill_tables, opening, steps, request.chain_id))


def settle_log(opening: Opening, steps: Sequence[Step], chain_id: int, state: bytes) -> Statement:
    """What can be said of steps that absorbed what was opened."""
    states = state, steps[-1].after
    return settle(CELESTIA_LOG, celestia_log(), opening, chain_id, states, NO_RECEIPTS)


def fill_tables(opening: Opening, steps: Sequence[Step], chain_id: int) -> dict[str, Matrix]:
    """Every table's trace."""
    return fill_hashing(celestia_log(), fill_speaking(opening, steps, chain_id))


def fill_speaking(opening: Opening, steps: Sequence[Step], chain_id: int) -> dict[str, Matrix]:
    """The traces of the tables that have something to say; the others hash for them."""
    return {**fill_layer(opening), Log.name: fill_log(steps, chain_id)}


LOG = RollupProgram(CELESTIA_LOG, celestia_log, execute_log)
