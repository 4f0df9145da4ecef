"""The whole flow as its callers see it: the account it gives, and what it says to input it cannot prove."""

import json
from dataclasses import replace
from typing import Any

import pytest

from prover import pipeline
from prover.account import Cancelled, Progress
from prover.adapter.celestia.builder import build_block
from prover.errors import InputError, SetupError
from prover.pipeline import PREPARATION, Request, prove_batch
from prover.stark import STAGES
from tests.celestia_log.scenes import FIRST_HEIGHT, OURS, blob, built
from verifier.profile import DIRECT_100
from verifier.verify import verify

SCENE = built(1)
REQUEST = Request("celestia", "log", OURS, SCENE.files, 7, b"", DIRECT_100.name)


def other_block(**fields: Any) -> bytes:
    return json.dumps({**json.loads(SCENE.files[0]), **fields}).encode()


def test_the_account_tells_every_stage_in_order() -> None:
    told: list[Progress] = []
    settlement = prove_batch(REQUEST, told.append)
    names = PREPARATION + STAGES
    assert told == [Progress(name, number, len(names)) for number, name in enumerate(names)]
    assert tuple(stage.name for stage in settlement.record.stages) == names
    assert all(stage.peak_memory_bytes > 1 << 20 for stage in settlement.record.stages)
    by_name = {stage.name: stage for stage in settlement.record.stages}
    assert by_name["fill tables"].cells == by_name["commit main"].cells > 0
    verdict = verify(settlement.proof, DIRECT_100.name)
    assert verdict.accepted and verdict.security is not None
    assert (verdict.security.bits, verdict.security.binding) == (
        settlement.record.bits,
        settlement.record.binding,
    )


def test_the_same_request_gives_the_same_bytes_whatever_the_order_of_its_blocks() -> None:
    scene = built(1, 3)
    request = replace(REQUEST, blocks=scene.files)
    first, again = prove_batch(request), prove_batch(replace(request, blocks=scene.files[::-1]))
    assert first.proof == again.proof


@pytest.mark.parametrize("stage", range(len(PREPARATION) + len(STAGES)))
def test_it_stops_before_any_stage(stage: int) -> None:
    told: list[Progress] = []
    with pytest.raises(Cancelled):
        prove_batch(REQUEST, told.append, lambda: len(told) == stage)
    assert len(told) == stage


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"layer": "espresso"}, "LAYER_UNKNOWN"),
        ({"program": "chess"}, "PROGRAM_UNKNOWN"),
        ({"profile": "direct-1"}, "PROFILE_UNKNOWN"),
        ({"namespace": OURS[1:]}, "NAMESPACE_INVALID"),
        ({"namespace": OURS + b"\0"}, "NAMESPACE_INVALID"),
        ({"namespace": b"\xff" * 29}, "NAMESPACE_INVALID"),
        ({"namespace": bytes(28) + b"\x04"}, "NAMESPACE_INVALID"),
        ({"chain_id": 2**64}, "CHAIN_ID_INVALID"),
        ({"chain_id": -1}, "CHAIN_ID_INVALID"),
        ({"state_before": bytes(31)}, "STATE_INVALID"),
        ({"blocks": ()}, "BLOCKS_MISSING"),
        ({"blocks": (b"no block",)}, "BLOCK_UNREADABLE"),
        ({"blocks": (other_block(data_hash="00" * 32),)}, "BLOCK_INCONSISTENT"),
        ({"blocks": (other_block(height=FIRST_HEIGHT + 2), SCENE.files[0])}, "HEIGHT_GAP"),
        ({"blocks": (SCENE.files[0], SCENE.files[0])}, "HEIGHT_DUPLICATE"),
        ({"blocks": (other_block(height=2**30),)}, "BLOCK_UNREADABLE"),
    ],
)
def test_what_cannot_be_proven_is_told_with_what_to_do(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as refused:
        prove_batch(replace(REQUEST, **changes))
    assert refused.value.code == code
    assert refused.value.fix


def test_a_batch_too_large_for_a_table_is_refused_before_it_is_filled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("circuits.tables.sha256.Sha256.max_log_height", 8)
    with pytest.raises(InputError, match="Sha256") as refused:
        prove_batch(REQUEST)
    assert refused.value.code == "BATCH_TOO_LARGE"


def test_a_proof_that_needs_more_memory_than_there_is_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "available", lambda: 100 << 20)
    with pytest.raises(SetupError, match="100 MiB are left") as refused:
        prove_batch(REQUEST)
    assert refused.value.code == "MEMORY_EXCEEDED"


def test_without_the_kernel_it_says_how_to_build_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "prover.kernel", None)
    with pytest.raises(SetupError, match="make") as refused:
        prove_batch(REQUEST)
    assert refused.value.code == "KERNEL_MISSING"


def test_a_block_of_other_peoples_blobs_is_proven_absent() -> None:
    file = build_block(FIRST_HEIGHT, [blob(3000, "theirs", bytes(19) + b"theirs....")])
    settlement = prove_batch(replace(REQUEST, blocks=(file,)))
    assert verify(settlement.proof, DIRECT_100.name).accepted
