"""The prover's end of the conversation: the twin of `verifier.channel`, writing what that one reads."""

from collections.abc import Callable, Iterable

import numpy as np

from prover.engine import Matrix
from verifier.field import Extension
from verifier.transcript import Transcript


def element_bytes(values: Matrix) -> bytes:
    """Canonical bytes of field elements, row by row."""
    return np.ascontiguousarray(values, dtype="<u4").tobytes()


class Channel:
    """Collects a proof's bytes and absorbs them as they are sent."""

    def __init__(self, transcript: Transcript, grind: Callable[[bytes, int], int]) -> None:
        self.transcript = transcript
        self._grind = grind
        self._parts: list[bytes] = []

    def send_root(self, label: str, root: bytes) -> None:
        """A tree's root."""
        self._send(label, root)

    def send_extensions(self, label: str, values: Matrix) -> None:
        """Elements of K, shape (count, 5)."""
        self._send(label, element_bytes(values))

    def challenge(self, label: str) -> Extension:
        """An element of K that follows from everything so far."""
        return self.transcript.draw_extension(label)

    def seed(self, label: str) -> bytes:
        """32 bytes that follow from everything so far."""
        return self.transcript.draw_bytes(label)

    def work(self, label: str, bits: int) -> None:
        """Proof of work before a challenge; with zero bits nothing is sent."""
        if bits:
            nonce = self._grind(self.transcript.work_prefix(label), bits)
            self._send(label, nonce.to_bytes(8, "little"))

    def send_rows(self, rows: Matrix) -> None:
        """Opened rows; their root was absorbed long before."""
        self._parts.append(element_bytes(rows))

    def send_siblings(self, siblings: Iterable[bytes]) -> None:
        """The digests of a multiproof."""
        self._parts.extend(siblings)

    def finish(self) -> bytes:
        """All bytes sent."""
        return b"".join(self._parts)

    def _send(self, label: str, data: bytes) -> None:
        self.transcript.absorb(label, data)
        self._parts.append(data)
