"""A changed cell is found, wherever it stands: in each column of each table, on a row where it is used."""

from functools import cache
from random import Random

import pytest

from circuits.dsl import check
from circuits.tables.secp256k1_addition import FINAL, Secp256k1Addition
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import STEPS, Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from prover.witness.secp256k1_recovery import recover
from tests.recovery import Traces, oracle, program, traces_of
from tests.secp256k1.scenes import digest, on_known_nonce, signed
from verifier.field import P
from verifier.program import Operation

REQUESTS = [
    signed(7, digest("plain"), 1234),
    on_known_nonce(987, 12345, -1),
    on_known_nonce(987, 12345, 1),
    signed(8, 0, 4321),
]

TABLES = (
    Secp256k1Signature,
    Secp256k1Unit,
    Secp256k1Ladder,
    Secp256k1Addition,
    Secp256k1Comparison,
    Secp256k1Relation,
)


@cache
def honest() -> Traces:
    return traces_of([recover(request) for request in REQUESTS], [oracle(request) for request in REQUESTS])


def cases() -> list[tuple[str, str, int, int]]:
    """Table, column, its number and a row, one for each column: rows by chance among those of the first signature."""
    random = Random(9)
    found = []
    for table in TABLES:
        for column, name in enumerate(table.column_names(Operation.MAIN)):
            field = name.partition("[")[0]
            row = {
                "Secp256k1Signature": 0,
                "Secp256k1Unit": random.randrange(4),
                "Secp256k1Ladder": random.randrange(STEPS - 1),
                "Secp256k1Addition": random.randrange(2, FINAL - 3),
                "Secp256k1Comparison": random.randrange(5),
                "Secp256k1Relation": random.randrange(90),
            }[table.name]
            if field.startswith("first_") and table is Secp256k1Addition:
                row = 2
            found.append((table.name, name, column, row))
    return found


CASES = cases()


@pytest.mark.parametrize("part", range(4))
def test_a_sample_of_columns(part: int) -> None:
    """One of forty columns; `test_every_column` takes them all."""
    assert not floating(CASES[part * 10 :: 40])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(16))
def test_every_column(part: int) -> None:
    assert not floating(CASES[part::16])


def floating(some: list[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
    """The cells that may be changed without anyone noticing."""
    found = []
    for table, name, column, row in some:
        traces = honest()
        trace = traces[table]
        assert trace is not None
        before = trace[row, column]
        trace[row, column] = (int(before) + 1) % P
        if check(program(), traces, b"").ok:
            found.append((table, name, column, row))
        trace[row, column] = before
    return found
