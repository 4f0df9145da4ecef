"""Payments through gRPC and on the command line: real proofs that chain by their snapshots."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.commands.demo_payments import NAMES
from prover.errors import InputError
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import snapshot
from prover.execution.payments.executor import execute
from prover.execution.payments.genesis import read_genesis
from prover.execution.state.tree import IndexedTree
from prover.service import status
from prover.service.client import Client
from prover.v1 import prover_pb2
from tests.celestia_payments.scenes import CHAIN_ID, NAMESPACE, PEOPLE, Scene, genesis, payment, scene
from tests.docs.pages import blocks, section
from tests.end_to_end.conftest import ROOT, SEQUITUR, environment

pytestmark = pytest.mark.end_to_end

State = prover_pb2.BatchProof
Check = Callable[..., dict[str, Any]]
README = section((ROOT / "examples" / "README.md").read_text(encoding="utf-8"), "Payments")


def story() -> Scene:
    """Two heights: the second one's payments need the first one's nonces."""
    one, two, three = PEOPLE[:3]
    return scene(
        [
            [payment(one, two.address, 10**17, 0), b"junk", payment(two, b"\x77" * 20, 5, 0)],
            [payment(one, three.address, 10**16, 1), payment(one, two.address, 10**17, 0)],
        ]
    )


def batch(*files: bytes, **fields: Any) -> prover_pb2.Batch:
    chosen = {"program": "payments", "genesis": genesis(), **fields}
    return prover_pb2.Batch(layer="celestia", namespace=NAMESPACE, blocks=files, **chosen)


def finished(client: Client, name: str) -> prover_pb2.BatchProof:
    *_, last = client.watch(name)
    assert last.HasField("terminal")
    return client.get(name)


def test_two_batches_chain_by_their_accounts(client: Client, bare: Check) -> None:
    made = story()
    chain, before = (found := read_genesis(made.genesis)).chain, found.state
    proofs = []
    accounts = b""
    for file in made.files:
        proof = finished(client, client.create(batch(file, snapshot=accounts)))
        assert proof.state == State.SUCCEEDED, proof.error.message
        accounts = proof.snapshot_after.data
        assert IndexedTree(chain, snapshot.decode(accounts)).state_bytes == proof.statement.state_after
        proofs.append(proof)
    first, second = (proof.statement for proof in proofs)
    assert first.state_before == IndexedTree(chain, before).state_bytes
    assert second.state_before == first.state_after
    # The same as if both heights had been one batch.
    ordered = [
        OrderedHeight(height, tuple(b"\0\0" + item for item in items))
        for height, items in enumerate(made.items, first.first_height)
    ]
    assert accounts == snapshot.encode(execute(chain, before, ordered).state)
    for proof in proofs:
        expected = {
            name: getattr(proof.statement, name).hex()
            for name in ("state_before", "state_after", "receipts_digest")
        }
        answer = bare(proof.proof.data, namespace=NAMESPACE.hex(), chain_id=CHAIN_ID, **expected)
        assert answer["accepted"], answer
        assert answer["provable_bits"] >= 128
    assert not bare(proofs[1].proof.data, state_before=first.state_before.hex())["accepted"]


def test_accounts_that_do_not_fit_are_refused_before_proving(client: Client) -> None:
    made = story()
    found = read_genesis(made.genesis)
    state = IndexedTree(found.chain, found.state).state_bytes
    richer = snapshot.encode(read_genesis(genesis(10**19)).state)
    cases = {
        "GENESIS_UNREADABLE": batch(*made.files, genesis=b"{}"),
        "SNAPSHOT_UNREADABLE": batch(*made.files, snapshot=made.genesis),
        "STATE_MISMATCH": batch(*made.files, snapshot=richer, state_before=state),
        "CHAIN_ID_MISMATCH": batch(*made.files, chain_id=CHAIN_ID + 1),
    }
    for reason, wrong in cases.items():
        failed = finished(client, client.create(wrong))
        assert failed.state == State.FAILED, reason
        assert (status.details(failed.error)["reason"], failed.attempts) == (reason, 1)
        assert not failed.HasField("snapshot_after")
    for wrong, reason in (
        (batch(*made.files, genesis=b""), "GENESIS_MISSING"),
        (batch(*made.files, program="log"), "GENESIS_UNWANTED"),
    ):
        with pytest.raises(InputError) as caught:
            client.create(wrong)
        assert caught.value.code == reason


def test_the_same_request_with_other_accounts_is_refused(client: Client) -> None:
    made, request_id = story(), str(uuid.uuid4())
    name = client.create(batch(*made.files), request_id)
    for other in (batch(*made.files, genesis=genesis(10**19)), batch(*made.files, snapshot=b"x")):
        with pytest.raises(InputError) as caught:
            client.create(other, request_id)
        assert caught.value.code == "REQUEST_ID_REUSED"
    assert client.create(batch(*made.files), request_id) == name
    client.cancel(name)


def test_the_walk_through_of_the_examples_goes_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (script,) = blocks(README, "sh")
    (shown,) = blocks(README, "text")
    python = f"'{sys.executable}'"
    functions = f'sequitur() {{ {python} -P -m prover.cli "$@"; }}\npython() {{ {python} "$@"; }}\n'
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", functions + script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith(shown)
    assert ended.stdout.count("ACCEPTED") == 2


def test_the_second_act_of_the_demo_shows_that_outcomes_and_balances_are_proven(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*SEQUITUR, "demo", "--act", "2", "--json", "--payments-out", "kept.proof"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["bare_python_says"] == "ACCEPTED"
    assert told["outcomes_are_proven"] is told["balances_are_proven"] is True
    assert told["size_bytes"] == (tmp_path / "kept.proof").stat().st_size
    assert {each["height"] for each in told["outcomes"]} == {1, 2, 3}
    reasons = [each["outcome"] for each in told["outcomes"]]
    assert reasons.count("executed") == 11
    assert {f"ignored: {reason}" for reason in ("WRONG_NONCE", "INSUFFICIENT_BALANCE", "WRONG_TYPE")} <= set(
        reasons
    )
    names = [each["name"] for each in told["balances"]]
    assert set(NAMES) < set(names)
    assert all(each["before"] != each["after"] for each in told["balances"])
