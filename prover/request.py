"""What can be asked for: layers, programs, and a request that names one of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prover.adapter.celestia import check_blob_namespace
from prover.errors import InputError
from prover.execution.log import GENESIS_STATE
from verifier.profile import DEFAULT, PROFILES

LAYERS: Mapping[str, Callable[[bytes], None]] = {"celestia": check_blob_namespace}
"""Sequencing layers, with the check that raises InputError unless a namespace can be a rollup's."""

PROGRAMS = ("log", "payments")
WITH_ACCOUNTS = ("payments",)
"""Programs whose state are accounts, so that a genesis file has to be given."""

LAST_CHAIN_ID = 2**64 - 1


@dataclass(frozen=True)
class Request:
    """What to prove. `blocks` are block files in any order; an empty state is the program's genesis state.

    A program with accounts needs the chain's `genesis` file and, behind its first batch, the `snapshot` of all
    accounts that came with the last proof.
    """

    layer: str
    program: str
    namespace: bytes
    blocks: tuple[bytes, ...]
    chain_id: int = 0
    state_before: bytes = b""
    profile: str = DEFAULT
    genesis: bytes = b""
    snapshot: bytes = b""


def check_request(request: Request) -> None:
    """Raise `InputError` unless layer, program, namespace, chain id, state and profile are possible ones."""
    if request.layer not in LAYERS:
        raise InputError(
            "LAYER_UNKNOWN", f"There is no layer {request.layer!r}.", f"Use one of: {', '.join(LAYERS)}."
        )
    if request.program not in PROGRAMS:
        raise InputError(
            "PROGRAM_UNKNOWN",
            f"There is no program {request.program!r}.",
            f"Use one of: {', '.join(PROGRAMS)}.",
        )
    if request.profile not in PROFILES:
        raise InputError(
            "PROFILE_UNKNOWN",
            f"There is no profile {request.profile!r}.",
            f"Use one of: {', '.join(PROFILES)}.",
        )
    LAYERS[request.layer](request.namespace)
    if not 0 <= request.chain_id <= LAST_CHAIN_ID:
        raise InputError(
            "CHAIN_ID_INVALID", f"{request.chain_id} is no chain id.", "Give one from 0 to 2^64 - 1."
        )
    if len(request.state_before) not in (0, len(GENESIS_STATE)):
        found = len(request.state_before)
        raise InputError(
            "STATE_INVALID", f"A state has 32 bytes, not {found}.", "Give the state after the last proof."
        )
    has_accounts = request.program in WITH_ACCOUNTS
    if has_accounts and not request.genesis:
        raise InputError(
            "GENESIS_MISSING",
            f"The program {request.program} needs to know its chain.",
            "Give the chain's genesis file.",
        )
    if not has_accounts and (request.genesis or request.snapshot):
        raise InputError(
            "GENESIS_UNWANTED",
            f"The program {request.program} has no accounts.",
            "Leave genesis file and snapshot out, or ask for payments.",
        )
    if not request.blocks:
        raise InputError(
            "BLOCKS_MISSING", "There is no block to prove.", "Give a block file for every height."
        )
