from hashlib import sha256

import pytest

from prover.adapter.celestia import merkle, tuple_root
from prover.adapter.celestia.block_file import read_block
from prover.adapter.celestia.merkle import data_root_tuple
from tests.prover.adapter.celestia.samples import MAINNET, vectors

VECTORS = vectors("roots.json")["merkle_roots"]


@pytest.mark.parametrize("count", range(9))
def test_the_root_is_that_of_the_published_suite(count: int) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"][:count]]
    assert merkle.root(leaves).hex() == VECTORS["roots"][count]


@pytest.mark.parametrize("count", [*range(1, 20), 31, 32, 33])
def test_each_node_is_the_root_over_the_leaves_that_its_place_names(count: int) -> None:
    leaves = [bytes([index]) for index in range(count)]
    for level, nodes in enumerate(merkle.levels(leaves)):
        assert len(nodes) == -(-count // (1 << level))
        for index, node in enumerate(nodes):
            assert node == merkle.root(leaves[index << level : (index + 1) << level])


def test_the_tuple_root_of_one_block_hashes_height_and_data_root() -> None:
    block = read_block(MAINNET)
    leaf = bytes(28) + block.height.to_bytes(4, "big") + block.data_root
    assert data_root_tuple(block.height, block.data_root) == leaf
    assert tuple_root([block]) == sha256(b"\x00" + leaf).digest()
