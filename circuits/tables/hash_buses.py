"""How the other tables have messages hashed: bytes in, thirty-two bytes of SHA-256 out.

A *stream* is a message to be hashed, named (source, message). The table that wants the digest owes one thing:
no name is used by another table, and exactly one digest is received under each. Then what was sent under the
name are the positions 0 .. n-1, each once, and the digest is SHA-256 of their bytes; n = 0 is allowed. The
argument stands at `Sha256`.
"""

from collections.abc import Sequence

from circuits.dsl import Bus, C, Cells, cells

PART = 32
CHUNK = 16
DIGEST = 32


class HashByte(Bus[C]):
    """One byte of a stream; what is not a byte is not received.

    `source` is the wanting table's own number, `message` the stream's number there, `position` counts from 0.
    """

    name = "hash.byte"
    source: "C | int"
    message: "C | int"
    position: "C | int"
    value: "C | int"


class HashPart(Bus[C]):
    """Up to 32 bytes of a stream: `value[j]` stands at position `base + j` where the flag `mask[j]` is 1.

    Values that `mask` leaves out have no meaning; any that the sender fixes will do.
    """

    name = "hash.part"
    source: "C | int"
    message: "C | int"
    base: "C | int"
    value: "Sequence[C | int]" = cells(PART)
    mask: "Sequence[C | int]" = cells(PART)


class HashDigest(Bus[C]):
    """The digest of a stream, sent once by the hash and received by the table that wanted it."""

    name = "hash.digest"
    source: "C | int"
    message: "C | int"
    value: Cells[C] = cells(DIGEST)


class HashChunk(Bus[C]):
    """Sixteen bytes of a padded message, from padding to compression; `ends` marks the last chunk."""

    name = "hash.chunk"
    source: C
    message: C
    chunk: C
    ends: C
    value: Cells[C] = cells(CHUNK)
