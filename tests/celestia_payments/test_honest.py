"""What people pay each other is proven, whatever else is ordered between."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from circuits.dsl import Report, check
from circuits.programs.celestia_payments import celestia_payments
from prover.adapter.celestia import read_blocks
from prover.adapter.celestia.opening import open_namespace
from prover.errors import InputError
from prover.execution.payments import snapshot
from prover.execution.payments.genesis import read_genesis
from prover.execution.state.tree import IndexedTree
from prover.pipeline import Settlement, prove_batch
from prover.programs.base import Executed
from prover.programs.payments import execute_payments
from prover.request import Request
from tests.celestia_payments.scenes import CHAIN_ID, NAMESPACE, Scene, circle, genesis, junk
from verifier.profile import COMPACT_128, DIRECT_100
from verifier.verify import verify


def request_of(scene: Scene, **more: Any) -> Request:
    """The request to prove a scene."""
    return Request(
        "celestia",
        "payments",
        NAMESPACE,
        scene.files,
        profile=DIRECT_100.name,
        genesis=scene.genesis,
        **more,
    )


@cache
def executed(scene: Scene) -> Executed:
    """A scene, opened and executed."""
    return execute_payments(open_namespace(read_blocks(scene.files), NAMESPACE), request_of(scene))


def report(scene: Scene) -> Report:
    """What the mock prover says of a scene."""
    told = executed(scene)
    return check(celestia_payments(), told.fill(), told.statement.encode())


@pytest.mark.parametrize("scene", [circle(3), junk(), Scene(circle(1).files, genesis(1), circle(1).items)])
def test_the_tables_hold(scene: Scene) -> None:
    found = report(scene)
    assert found.ok, str(found)


@cache
def proven() -> Settlement:
    """The proof of payments with junk between."""
    return prove_batch(request_of(junk()))


def test_payments_with_junk_between_are_proven() -> None:
    settlement = proven()
    verdict = verify(settlement.proof, DIRECT_100.name, settlement.statement.show())
    assert verdict.accepted, verdict.reason
    assert settlement.statement.chain_id == CHAIN_ID
    chain, first = read_genesis(junk().genesis).chain, read_genesis(junk().genesis).state
    assert settlement.statement.state_before == IndexedTree(chain, first).state_bytes
    after = snapshot.decode(settlement.snapshot)
    assert settlement.statement.state_after == IndexedTree(chain, after).state_bytes


def test_a_compact_proof_says_the_same_and_is_smaller() -> None:
    request = replace(request_of(junk()), profile=COMPACT_128.name)
    settlement = prove_batch(request)
    assert settlement.statement == proven().statement
    assert settlement.record.bits == COMPACT_128.bits
    verdict = verify(settlement.proof, COMPACT_128.name)
    assert verdict.accepted, verdict.reason
    assert len(settlement.proof) < len(proven().proof)
    assert not verify(settlement.proof, DIRECT_100.name).accepted


def test_a_bare_statement_of_others_is_rejected() -> None:
    proof = bytearray(proven().proof)
    at = proof.index(b"SQTRSTM1")
    for offset in range(0, 263, 7):
        proof[at + offset] ^= 1
        assert not verify(bytes(proof), DIRECT_100.name).accepted
        proof[at + offset] ^= 1


def test_the_next_batch_begins_with_the_snapshot_of_the_last() -> None:
    first = proven()
    assert verify(first.proof, DIRECT_100.name).accepted
    told = execute_payments(
        open_namespace(read_blocks(circle(5).files), NAMESPACE),
        request_of(circle(5), snapshot=first.snapshot, state_before=first.statement.state_after),
    )
    assert told.statement.state_before == first.statement.state_after
    # Three of the five have paid before, with the same nonces.
    assert told.statement.state_after != first.statement.state_after


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state_before": bytes(32)}, "STATE_MISMATCH"),
        ({"snapshot": b"none"}, "SNAPSHOT_UNREADABLE"),
        ({"genesis": b"{}"}, "GENESIS_UNREADABLE"),
        ({"genesis": b""}, "GENESIS_MISSING"),
        ({"chain_id": 5}, "CHAIN_ID_MISMATCH"),
    ],
)
def test_accounts_that_are_not_those_of_the_state_are_refused(changes: dict[str, Any], code: str) -> None:
    fields = vars(request_of(circle(1))) | changes
    with pytest.raises(InputError) as refused:
        prove_batch(Request(**fields))
    assert refused.value.code == code
