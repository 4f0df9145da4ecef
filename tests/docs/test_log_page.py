"""docs/log.md shows the chain that the code computes."""

from hashlib import sha256
from pathlib import Path

from prover.adapter.celestia import read_blobs, read_blocks
from prover.execution.log import GENESIS_STATE, execute
from prover.execution.ordered import OrderedHeight
from tests.docs.pages import blocks, page

BLOCK = Path(__file__).parents[2] / "examples" / "celestia_mainnet_block_10126899.json"
NAMESPACE = bytes(19) + b"relay-data"


def test_the_example_is_the_real_block() -> None:
    lines = (line.partition(" = ") for line in blocks(page("log.md"), "text")[0].splitlines())
    shown = {name: bytes.fromhex(value) for name, _, value in lines}
    (block,) = read_blocks((BLOCK.read_bytes(),))
    (blob,) = read_blobs(block.square.shares, NAMESPACE)
    assert (blob.version, blob.signer, blob.data) == (1, shown["signer"], shown["data"])
    assert shown["item"] == b"\0\1" + blob.signer + blob.data
    assert shown["item digest"] == sha256(shown["item"]).digest()
    item, end = execute(GENESIS_STATE, 0, (OrderedHeight(block.height, (shown["item"],)),))
    assert shown["state after the item"] == item.after
    assert shown["end of the height"] == end.absorbed
    assert shown["state after"] == end.after
