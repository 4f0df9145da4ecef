"""A changed cell is found, wherever it stands: every column, on rows of every kind."""

from functools import cache

import numpy as np
import pytest

from circuits.dsl import unproven_weights
from prover.witness.secp256k1_recovery import Request
from tests.adversarial.floating import floating_cells
from tests.adversarial.sweep import sweep
from tests.adversarial.witness import Witness
from tests.recovery import TABLES, oracle, program, recover, traces_of
from tests.secp256k1.scenes import NOT_AN_X, digest, on_known_nonce, signed

MOST_ROWS = 160
ATTACKED = [table.name for table in TABLES if table.name != "Secp256k1Base"]


@cache
def witness() -> Witness:
    """Each case, a batch that fills no table, and so idle rows."""
    plain = signed(7, digest("plain"), 1234)
    requests = [
        plain,
        on_known_nonce(987, 12345, -1),
        on_known_nonce(987, 12345, 1),
        signed(8, 0, 4321),
        Request(4, plain.hash, 0, NOT_AN_X, plain.s),
        Request(5, plain.hash, 0, 0, plain.s),
        Request(6, plain.hash, 0, plain.r, 2**255),
        signed(9, digest("more"), 2**200 + 3),
        Request(8, plain.hash, 1 - plain.parity, plain.r, plain.s),
    ]
    recoveries = [recover(request) for request in requests]
    return Witness(program(), traces_of(recoveries, [oracle(request) for request in requests]), b"")


@pytest.mark.parametrize("table", ATTACKED)
def test_no_cell_floats(table: str) -> None:
    (attacked,) = (each for each in witness().present() if each.form.name == table)
    found = sweep(attacked, MOST_ROWS, np.random.default_rng(1))
    complaints, _ = floating_cells(program(), [found], [])
    assert not complaints, "\n".join(complaints[:50])


def test_multiplicities_without_an_evident_bound_are_those_argued_for() -> None:
    """Products of periodic columns, which are 0 or 1, with flags, and sums of cases that exclude each other."""
    found = {table for table, _ in unproven_weights(program())}
    assert found == {"Secp256k1Signature", "Secp256k1Ladder", "Secp256k1Addition"}
