"""docs/state.md shows the states that the code computes."""

import numpy as np

from prover.execution.payments.chain import Chain
from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access
from prover.execution.state.poseidon2 import Elements
from prover.execution.state.tree import IndexedTree, configuration_digest
from tests.docs.pages import blocks, page

A1, NEW, LOW = b"\xa1" * 20, b"\x70" * 20, b"\x05" * 20
RICH, POOR = Account(3, 10**18), Account(0, 1)


def test_the_example() -> None:
    lines = (
        line.partition(" =") for block in blocks(page("state.md"), "text") for line in block.splitlines()
    )
    shown = {name: bytes.fromhex(value) for name, _, value in lines}
    chain = Chain(
        int.from_bytes(shown["chain id"], "big"),
        int.from_bytes(shown["base fee"], "big"),
        shown["fee recipient"],
        int.from_bytes(shown["gas cap"], "big"),
    )
    tree = IndexedTree(chain, [(A1, RICH), (LOW, POOR)])
    found = {"configuration": digest(configuration_digest(chain)), "accounts": digest(tree._tree.root)}
    found |= {f"leaf {index}": leaf(tree, index) for index in range(3)}
    found["state before"] = tree.state_bytes
    paid = Account(RICH.nonce + 1, RICH.balance - 5)
    tree.apply([Access(A1, RICH, paid), Access(NEW, NO_ACCOUNT, Account(0, 5))])
    found |= {"leaf 3": leaf(tree, 3), "state after": tree.state_bytes}
    assert found == {name: shown[name] for name in found}, "\n".join(
        f"{k} = {v.hex()}" for k, v in found.items()
    )


def leaf(tree: IndexedTree, index: int) -> bytes:
    return digest(tree._tree.digests(0, np.array([index]))[0])


def digest(elements: Elements) -> bytes:
    return elements.astype(">u4").tobytes()
