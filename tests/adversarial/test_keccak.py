"""The tables of Keccak: every cell changed is caught, every rule deleted is missed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.keccak_schedule import PERIOD
from tests.adversarial.floating import floating_cells
from tests.adversarial.needed import RegisteredLie, unneeded
from tests.adversarial.reviewed import Implied
from tests.adversarial.sweep import Sweep, sweep
from tests.adversarial.witness import Witness
from tests.keccak import program, traces_of
from verifier.field import P

TABLES = (KeccakPadding, Keccak)
COUNTED = "one of the flags that add up to a flag, and each of the others follows from the row above"
NO_BASE = "a row that is not live has base 0, and the row above it would have to have -8 or -32"
IMPLIED = [
    Implied(KeccakPadding, "part: Cells[C] = flags(BLOCK_ROWS)", COUNTED),
    Implied(KeccakPadding, "air.boolean(live)", f"parts are flags; where two are 1, {NO_BASE}"),
    Implied(KeccakPadding, "air.zero((last_part - self.ends) * (1 - below.part[0]))", NO_BASE),
    Implied(
        Keccak,
        "ends: C = flag()",
        "the block below starts with the same value, and unless that is 0 or 1 its number is 0 and follows -1",
    ),
]


def on_block(block: int, **values: int) -> Callable[[Any, int], None]:
    """These values on all rows of a block."""

    def change(trace: Trace, number: int) -> None:
        for name, value in values.items():
            getattr(trace, name)[PERIOD * block : PERIOD * (block + 1)] = value

    return change


def becomes_idle(name: str) -> Callable[[Any, int], None]:
    """The flag falls where the last block of those that have it is half done."""

    def change(trace: Trace, number: int) -> None:
        rows = getattr(trace, name).nonzero()[0]
        if len(rows):
            getattr(trace, name)[rows[-PERIOD // 2 :]] = 0

    return change


# The longest of the messages below takes blocks 0 and 1, and the last block is idle.
IDLE = 3
LIES = [
    RegisteredLie(Keccak, "keccak: C = flag()", on_block(IDLE, keccak=P - 1, sha3=1)),
    RegisteredLie(Keccak, "sha3: C = flag()", on_block(IDLE, keccak=1, sha3=P - 1)),
    RegisteredLie(Keccak, "air.boolean(live)", on_block(IDLE, keccak=1, sha3=1)),
    RegisteredLie(Keccak, "air.zero(self.turn * (below.starts - self.ends))", on_block(0, ends=1)),
    RegisteredLie(Keccak, "air.zero(same * (below.keccak - self.keccak))", becomes_idle("keccak")),
    RegisteredLie(Keccak, "air.zero(same * (below.sha3 - self.sha3))", becomes_idle("sha3")),
]


@pytest.fixture(scope="module")
def sweeps() -> dict[str, list[Sweep]]:
    """Of single blocks all rows are attacked, which are once all that rows do."""
    messages: list[tuple[list[bytes], list[bytes]]] = [
        ([bytes(range(150))], [b"abc"]),
        ([b"one"], []),
        ([], [b"one"]),
    ]
    generator = np.random.default_rng(1)
    found: dict[str, list[Sweep]] = {table.name: [] for table in TABLES}
    for each in messages:
        for attacked in Witness(program(), traces_of(*each), b"").present():
            if attacked.form.name in found:
                found[attacked.form.name].append(sweep(attacked, PERIOD, generator))
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_cell_floats(sweeps: dict[str, list[Sweep]], table: AnyTable) -> None:
    complaints, _ = floating_cells(program(), sweeps[table.name], [])
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_is_needed(sweeps: dict[str, list[Sweep]], table: AnyTable) -> None:
    complaints = unneeded(program(), sweeps[table.name], IMPLIED, LIES, np.random.default_rng(1))
    assert not complaints, "\n".join(complaints)
