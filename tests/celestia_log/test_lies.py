"""Every lie about the order is caught, in the tables and in the proof."""

import pytest

from tests.celestia_log.lies import LIES
from tests.celestia_log.lying_prover import tell


@pytest.mark.parametrize("name", LIES)
def test_the_mock_prover_says_what_is_wrong(name: str) -> None:
    told = LIES[name]
    report = tell(told.about, told.lie).check()
    assert not report.ok
    assert told.caught_by in str(report)


@pytest.mark.parametrize("name", LIES)
def test_the_verifier_rejects_the_proof(name: str) -> None:
    told = LIES[name]
    verdict = tell(told.about, told.lie).verdict()
    assert not verdict.accepted
    assert "buses" in verdict.reason or "rules of table" in verdict.reason
