"""The Fiat-Shamir transcript: one running SHA-256 state, every message and every challenge labelled.

One class serves prover and verifier. docs/protocol.md, section Transcript, lists the labels in order.
"""

import hashlib
from collections.abc import Iterator

from verifier.field import DEGREE, Extension, P

TAG = b"sequitur transcript 1"

_ABSORB = b"\x01"
_DRAW = b"\x02"
_BLOCK = b"\x03"
_WORK = b"\x04"
_MASK = 0x7FFFFFFF


def _labelled(label: str) -> bytes:
    name = label.encode("ascii")
    return len(name).to_bytes(1, "little") + name


class Transcript:
    """Everything said so far, and the challenges that follow from it."""

    def __init__(self) -> None:
        self.state = hashlib.sha256(TAG).digest()

    def absorb(self, label: str, data: bytes) -> None:
        """Bind all later challenges to `data`; label and length keep two messages from reading as one."""
        self.state = hashlib.sha256(
            self.state + _ABSORB + _labelled(label) + len(data).to_bytes(8, "little") + data
        ).digest()

    def draw_bytes(self, label: str) -> bytes:
        """32 uniform bytes."""
        return next(self._blocks(label))

    def draw_extension(self, label: str) -> Extension:
        """A uniform element of K: five words of 31 bits, words of P or more skipped."""
        coefficients: list[int] = []
        for block in self._blocks(label):
            for at in range(0, len(block), 4):
                word = int.from_bytes(block[at : at + 4], "little") & _MASK
                # Soundness: reducing instead of skipping would favour small elements.
                if word < P:
                    coefficients.append(word)
                if len(coefficients) == DEGREE:
                    return (
                        coefficients[0],
                        coefficients[1],
                        coefficients[2],
                        coefficients[3],
                        coefficients[4],
                    )
        raise AssertionError("the stream of blocks has no end")

    def draw_indices(self, label: str, count: int, bits: int) -> list[int]:
        """`count` uniform integers of `bits` bits, 0 <= bits <= 32, repetitions included."""
        found: list[int] = []
        mask = (1 << bits) - 1
        for block in self._blocks(label):
            for at in range(0, len(block), 4):
                if len(found) == count:
                    return found
                found.append(int.from_bytes(block[at : at + 4], "little") & mask)
        raise AssertionError("the stream of blocks has no end")

    def work_prefix(self, label: str) -> bytes:
        """What a nonce (8 bytes, little-endian) is appended to when the prover grinds at `label`."""
        return self.state + _WORK + _labelled(label)

    def work_holds(self, label: str, nonce: int, bits: int) -> bool:
        """Whether SHA-256 of the prefix and `nonce` begins with `bits` zero bits; absorbs the nonce."""
        encoded = nonce.to_bytes(8, "little")
        digest = hashlib.sha256(self.work_prefix(label) + encoded).digest()
        self.absorb(label, encoded)
        return int.from_bytes(digest, "big") >> (256 - bits) == 0

    def _blocks(self, label: str) -> Iterator[bytes]:
        self.state = hashlib.sha256(self.state + _DRAW + _labelled(label)).digest()
        counter = 0
        while True:
            yield hashlib.sha256(self.state + _BLOCK + counter.to_bytes(4, "little")).digest()
            counter += 1
