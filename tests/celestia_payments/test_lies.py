"""Every lie about payments is caught, in the tables and in the proof."""

import pytest

from tests.celestia_payments.lies import LIES, PLAIN
from tests.celestia_payments.lying_prover import tell


def test_without_a_lie_all_is_well() -> None:
    assert not tell(PLAIN).complaint()


@pytest.mark.parametrize("name", LIES)
def test_the_mock_prover_says_what_is_wrong(name: str) -> None:
    told = LIES[name]
    assert told.caught_by in tell(told.about, told.lie).complaint()


@pytest.mark.slow
@pytest.mark.parametrize("name", LIES)
def test_the_verifier_rejects_the_proof(name: str) -> None:
    told = LIES[name]
    verdict = tell(told.about, told.lie).verdict()
    assert not verdict.accepted
    assert "buses" in verdict.reason or "rules of table" in verdict.reason
