"""Celestia: squares, roots and blobs of its blocks, computed from the bytes of the block and checked."""

from prover.adapter.celestia.block_file import read_block, read_blocks
from prover.adapter.celestia.extended import Block, ExtendedSquare, extend
from prover.adapter.celestia.merkle import data_root_tuple, tuple_root
from prover.adapter.celestia.namespace import check_blob_namespace
from prover.adapter.celestia.shares import Blob, read_blobs

__all__ = [
    "Blob",
    "Block",
    "ExtendedSquare",
    "check_blob_namespace",
    "data_root_tuple",
    "extend",
    "read_blobs",
    "read_block",
    "read_blocks",
    "tuple_root",
]
