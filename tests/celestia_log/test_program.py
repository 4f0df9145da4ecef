"""The program as a whole: its file, its bounds, its size."""

from collections import Counter

from circuits.dsl import cost, unproven_weights
from circuits.programs.celestia_log import celestia_log
from verifier.registry import CELESTIA_LOG, FOLDER, load


def test_the_verifier_has_the_program_that_the_circuit_compiles_to() -> None:
    assert (FOLDER / CELESTIA_LOG.file).read_bytes() == celestia_log().program.encode()
    assert load(CELESTIA_LOG).digest == celestia_log().program.digest


def test_multiplicities_without_an_evident_bound_are_those_argued_for() -> None:
    """Each stands beside a comment that says why its multiplicity is 0 or 1."""
    found = Counter(table for table, _ in unproven_weights(celestia_log()))
    assert found == {"Node": 7, "Share": 1, "Sha256": 1}


def test_the_program_is_narrow() -> None:
    assert sum(each.columns for each in cost(celestia_log())) <= 1100
