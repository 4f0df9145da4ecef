"""What a rollup program is to the flow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Compiled
from circuits.tables.height import Height
from circuits.tables.node import Node
from circuits.tables.share import Share
from prover.adapter.celestia.opening import Opening
from prover.request import Request
from prover.witness.height import fill_height
from prover.witness.node import fill_node
from prover.witness.share import fill_share
from verifier.registry import Known
from verifier.statement import Statement

Matrix = NDArray[np.uint32]


@dataclass(frozen=True)
class Executed:
    """What was opened and what the program's rules made of it.

    `fill` gives every table's trace (rows, columns) by name, or raises `TableTooTall`. `snapshot` is what the next
    batch begins with, for programs whose state is more than the statement says; empty for the others.
    """

    opening: Opening
    statement: Statement
    fill: Callable[[], dict[str, Matrix]]
    snapshot: bytes = b""


@dataclass(frozen=True)
class RollupProgram:
    """A program that the verifier knows, its circuit, and its rules, which raise `InputError`."""

    known: Known
    compiled: Callable[[], Compiled]
    execute: Callable[[Opening, Request], Executed]


def settle(
    known: Known,
    compiled: Compiled,
    opening: Opening,
    chain_id: int,
    states: tuple[bytes, bytes],
    receipts_digest: bytes,
) -> Statement:
    """What can be said once what was opened has been executed; `states` are those before and after."""
    return Statement(
        layer=known.layer,
        layer_format=known.layer_format,
        mode=known.mode,
        chain_id=chain_id,
        namespace=opening.namespace,
        first_height=opening.heights[0].height,
        last_height=opening.heights[-1].height,
        anchor=opening.anchor,
        state_before=states[0],
        state_after=states[1],
        receipts_digest=receipts_digest,
        program_digest=compiled.program.digest,
    )


def fill_layer(opening: Opening) -> dict[str, Matrix]:
    """The traces of the tables that open Celestia's commitments."""
    return {
        Height.name: fill_height(opening.heights),
        Node.name: fill_node(opening.nodes, opening.namespace),
        Share.name: fill_share(opening.shares),
    }
