"""What is true is proven, and the new state is what thirty lines of other code make of the same blobs."""

import pytest

from circuits.dsl import check
from circuits.programs.celestia_log import celestia_log
from prover.adapter.celestia import Blob, Block, extend
from prover.adapter.celestia.namespace import TAIL_PADDING
from prover.adapter.celestia.opening import Kind, open_namespace
from prover.adapter.celestia.shares import padding_share, split_blob
from prover.pipeline import Request, prove_batch
from prover.programs.log import execute_log
from tests.celestia_log import scenes
from tests.celestia_log.lying_prover import CHAIN_ID, opened, tell
from tests.celestia_log.scenes import HEIGHTS, HIGHER, LOWER, MAINNET, OURS, Scene, blob, built, scene
from verifier.profile import DIRECT_100
from verifier.verify import verify

NOWHERE = bytes(19) + b"nnnnnnnnnn"
BELOW_ALL, ABOVE_ALL = bytes(27) + b"\x01\0", bytes(19) + b"\xff" * 10
STATE = bytes(range(32))
MAINNET_BLOBS = {
    "48ebd3411d6431afa0c5": [2318],
    "72656c61792d64617461": [13],
    "736f6c6178792d736f76": [13],
    "ca1de12a8c022bd46803": [5473],
    "e27869573bab26ce73f5": [465],
}
"""Namespaces of mainnet block 10126899, less their leading zeros, and the sizes of their blobs."""


def holds(scene_: Scene, state: bytes = bytes(32)) -> None:
    told = tell(scene_, state=state)
    report = told.check()
    assert report.ok, str(report)
    assert told.statement.state_after == scene_.state_after(state, CHAIN_ID)


@pytest.mark.parametrize("number", range(len(HEIGHTS)), ids=[name for name, _ in HEIGHTS])
@pytest.mark.parametrize("namespace", [OURS, LOWER, HIGHER, NOWHERE, BELOW_ALL, ABOVE_ALL], ids=bytes.hex)
def test_every_kind_of_height_holds_for_every_namespace(number: int, namespace: bytes) -> None:
    holds(built(number, namespace=namespace), STATE)


def test_the_scenes_have_every_kind_of_node_and_share() -> None:
    openings = [opened(built(number)) for number in range(len(HEIGHTS))] + [opened(built(0, 1))]
    assert {node.kind for each in openings for node in each.nodes} == set(Kind)
    shares = [share.data for each in openings for share in each.shares]
    assert {share[29] for share in shares} == {0, 1, 2, 3}
    assert any(share[29] & 1 and share[30:34] == bytes(4) for share in shares)


@pytest.mark.parametrize("size", [1, 457, 458, 459, 477, 478, 479, 480, 960, 961, 2405, 2406])
@pytest.mark.parametrize("signer", [b"", scenes.SIGNER], ids=["unsigned", "signed"])
def test_blobs_of_every_length_around_the_ends_of_shares(size: int, signer: bytes) -> None:
    holds(scene([(blob(size, "sized", signer=signer), blob(3, "next"))]))


def test_share_versions_that_nobody_knows_hold_too() -> None:
    ours, signed = Blob(OURS, bytes(600), 2), Blob(OURS, b"x", 127)
    shares = [*split_blob(ours), *split_blob(signed), padding_share(TAIL_PADDING)]
    block = Block(scenes.FIRST_HEIGHT, extend(shares))
    told = Scene((b"",), OURS, ((block.height, (ours, signed)),))
    opening = open_namespace([block], OURS)
    executed = execute_log(opening, Request("celestia", "log", OURS, (), CHAIN_ID))
    assert executed.statement.state_after == told.state_after(bytes(32), CHAIN_ID)
    report = check(celestia_log(), executed.fill(), executed.statement.encode())
    assert report.ok, str(report)


def prove(told: Scene, state: bytes = b"") -> None:
    request = Request("celestia", "log", told.namespace, told.files, CHAIN_ID, state, DIRECT_100.name)
    settlement = prove_batch(request)
    verdict = verify(settlement.proof, DIRECT_100.name, settlement.statement.show())
    assert verdict.accepted, verdict.reason
    assert verdict.statement == settlement.statement
    assert settlement.statement.state_after == told.state_after(state or bytes(32), CHAIN_ID)
    heights = settlement.statement.first_height, settlement.statement.last_height
    assert heights == (told.blobs[0][0], told.blobs[-1][0])


@pytest.mark.parametrize("namespace", [OURS, LOWER, NOWHERE], ids=bytes.hex)
def test_a_range_of_ten_heights_is_proven(namespace: bytes) -> None:
    prove(built(*range(len(HEIGHTS)), namespace=namespace), STATE)


@pytest.mark.parametrize("namespace", [*MAINNET_BLOBS, "50505050505050505050"])
def test_every_namespace_of_the_mainnet_block_is_proven(namespace: str) -> None:
    full = bytes(19) + bytes.fromhex(namespace)
    file = MAINNET.read_bytes()
    mainnet = Scene((file,), full, ())
    (height,) = mainnet.blocks()
    found = shares_of(mainnet)
    assert [len(each.data) for each in found] == MAINNET_BLOBS.get(namespace, [])
    prove(Scene((file,), full, ((height.height, tuple(found)),)))


def shares_of(told: Scene) -> list[scenes.Blob]:
    (block,) = told.blocks()
    return scenes.read_blobs(block.square.shares, told.namespace)


def test_statements_of_consecutive_batches_chain() -> None:
    first = tell(built(1, 4)).statement
    blocks = [HEIGHTS[1][1], HEIGHTS[4][1], HEIGHTS[6][1]]
    whole = scene(blocks)
    second = Scene(whole.files[2:], OURS, whole.blobs[2:])
    after = tell(second, state=first.state_after).statement
    assert after.first_height == first.last_height + 1
    assert after.state_before == first.state_after
    assert after.state_after == tell(whole).statement.state_after
