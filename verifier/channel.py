"""The verifier's end of the conversation: what a proof's bytes say, absorbed as they are received."""

from verifier.errors import Rejected
from verifier.field import DEGREE, Extension, decode
from verifier.merkle import DIGEST_BYTES
from verifier.transcript import Transcript

ELEMENT_BYTES = 4
EXTENSION_BYTES = ELEMENT_BYTES * DEGREE


class Channel:
    """Reads a proof once, front to back; every method raises `Rejected` for bytes that do not fit."""

    def __init__(self, data: bytes, transcript: Transcript) -> None:
        self.transcript = transcript
        self._data = data
        self._at = 0

    def receive_root(self, label: str) -> bytes:
        """A tree's root."""
        root = self._take(DIGEST_BYTES)
        self.transcript.absorb(label, root)
        return root

    def receive_extensions(self, label: str, count: int) -> list[Extension]:
        """`count` elements of K."""
        data = self._take(count * EXTENSION_BYTES)
        self.transcript.absorb(label, data)
        flat = decode(data)
        return [
            (flat[at], flat[at + 1], flat[at + 2], flat[at + 3], flat[at + 4])
            for at in range(0, len(flat), DEGREE)
        ]

    def challenge(self, label: str) -> Extension:
        """An element of K that follows from everything so far."""
        return self.transcript.draw_extension(label)

    def seed(self, label: str) -> bytes:
        """32 bytes that follow from everything so far."""
        return self.transcript.draw_bytes(label)

    def indices(self, label: str, count: int, bits: int) -> list[int]:
        """Query positions that follow from everything so far."""
        return self.transcript.draw_indices(label, count, bits)

    def check_work(self, label: str, bits: int) -> None:
        """Proof of work before a challenge; with zero bits nothing is sent."""
        if bits and not self.transcript.work_holds(label, int.from_bytes(self._take(8), "little"), bits):
            raise Rejected(f"proof of work for {label} is missing")

    def receive_rows(self, count: int, width: int) -> list[tuple[bytes, tuple[int, ...]]]:
        """`count` opened rows of `width` base elements: canonical bytes and values. Bound by their tree."""
        size = width * ELEMENT_BYTES
        data = self._take(count * size)
        values = decode(data)
        return [
            (data[row * size : (row + 1) * size], values[row * width : (row + 1) * width])
            for row in range(count)
        ]

    def receive_siblings(self, count: int) -> list[bytes]:
        """`count` digests of a multiproof."""
        data = self._take(count * DIGEST_BYTES)
        return [data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES)]

    def finish(self) -> None:
        """Nothing may be left over."""
        if self._at != len(self._data):
            raise Rejected(f"{len(self._data) - self._at} bytes follow the proof")

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise Rejected("the proof ends too early")
        self._at += count
        return self._data[self._at - count : self._at]
