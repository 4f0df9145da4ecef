"""Blocks to prove things about: built ones with every kind of row in them, and the real mainnet block."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from prover.adapter.celestia import Blob, Block, read_blobs, read_blocks
from prover.adapter.celestia.builder import build_block

LOWER = bytes(19) + b"aaaaaaaaaa"
OURS = bytes(19) + b"mmmmmmmmmm"
HIGHER = bytes(19) + b"zzzzzzzzzz"
SIGNER = bytes(range(1, 21))
ONE, ONLY_HIGHER, LONG, SIGNED, ABSENT_WITHIN, PADDED, LAST = 1, 3, 4, 6, 7, 8, 9
MAINNET = Path(__file__).parents[2] / "examples" / "celestia_mainnet_block_10126899.json"
FIRST_HEIGHT = 1_000_000

__all__ = ["Blob", "Scene", "blob", "built", "read_blobs", "scene"]


def blob(size: int, fill: str, namespace: bytes = OURS, signer: bytes = b"") -> Blob:
    """A blob of `size` bytes that do not repeat, of version 1 if it has a signer."""
    stream = b"".join(sha256(f"{fill} {index}".encode()).digest() for index in range(size // 32 + 1))
    return Blob(namespace, stream[:size], 1 if signer else 0, signer)


HEIGHTS: tuple[tuple[str, tuple[Blob, ...]], ...] = (
    ("an empty block", ()),
    ("one blob of one share", (blob(35, "one"),)),
    ("only a lower namespace", (blob(700, "low", LOWER),)),
    ("only a higher namespace", (blob(700, "high", HIGHER),)),
    ("a blob over three rows", (blob(100, "low", LOWER), blob(5000, "long"), blob(10, "high", HIGHER))),
    ("three blobs of several rows", (blob(3900, "first"), blob(1, "second"), blob(900, "third"))),
    ("signers", (blob(458, "fits", signer=SIGNER), blob(459, "does not", signer=SIGNER), blob(478, "plain"))),
    ("absent within a row", (blob(20, "low", LOWER), blob(20, "high", HIGHER))),
    ("padding between", (blob(1, "a"), blob(1, "b"), blob(482 * 66, "aligned to two shares"))),
    ("one more at the end", (blob(482 + 478, "exactly two shares"),)),
)


@dataclass(frozen=True)
class Scene:
    """Consecutive blocks as files, and what they order for `namespace`, told apart from the product's code."""

    files: tuple[bytes, ...]
    namespace: bytes
    blobs: tuple[tuple[int, tuple[Blob, ...]], ...]

    def blocks(self) -> list[Block]:
        """The blocks, read."""
        return _read(self.files)

    def state_after(self, state: bytes, chain_id: int) -> bytes:
        """S' by the formula of docs/log.md."""
        for height, blobs in self.blobs:
            for each in blobs:
                item = sha256(b"\0" + bytes([each.version]) + each.signer + each.data).digest()
                state = sha256(b"\1" + state + item).digest()
            end = chain_id.to_bytes(8, "big") + height.to_bytes(8, "big") + len(blobs).to_bytes(4, "big")
            state = sha256(b"\2" + state + end).digest()
        return state


@cache
def _read(files: tuple[bytes, ...]) -> list[Block]:
    return read_blocks(files)


@cache
def built(*numbers: int, namespace: bytes = OURS) -> Scene:
    """The heights of those numbers, one after the other."""
    contents = [HEIGHTS[number][1] for number in numbers]
    return scene(contents, namespace)


def scene(contents: Sequence[Sequence[Blob]], namespace: bytes = OURS) -> Scene:
    """Blocks with these blobs, from `FIRST_HEIGHT` on."""
    heights = range(FIRST_HEIGHT, FIRST_HEIGHT + len(contents))
    files = tuple(build_block(height, blobs) for height, blobs in zip(heights, contents, strict=True))
    ours = tuple(
        (height, tuple(each for each in blobs if each.namespace == namespace))
        for height, blobs in zip(heights, contents, strict=True)
    )
    return Scene(files, namespace, ours)
