"""How streams are hashed by Keccak-256 or SHA3-256 instead of SHA-256: the same bytes in, another digest out.

What `hash_buses` says of a stream holds here too: the table that wants the digest sees to it that no name is used by
another table, and that under each exactly one digest is received, on whichever of the buses of digests.
"""

from circuits.dsl import Bus, C, Cells, cells
from circuits.tables.hash_buses import DIGEST

CHUNK = 32
LIMBS = 3


class KeccakDigest(Bus[C]):
    """Keccak-256 of a stream, as Ethereum pads it."""

    name = "keccak.digest"
    source: "C | int"
    message: "C | int"
    value: Cells[C] = cells(DIGEST)


class Sha3Digest(Bus[C]):
    """SHA3-256 of a stream (FIPS 202)."""

    name = "sha3.digest"
    source: "C | int"
    message: "C | int"
    value: Cells[C] = cells(DIGEST)


class KeccakChunk(Bus[C]):
    """Bytes of a padded message from `base` on, from padding to permutation: 32, or the last 8 of a block, then zeros.

    `sha3` tells the two paddings apart; `ends` marks the last chunk.
    """

    name = "keccak.chunk"
    source: C
    message: C
    sha3: C
    base: C
    ends: C
    value: Cells[C] = cells(CHUNK)


class KeccakLane(Bus[C]):
    """A lane of a state on its way to the next row that reads it.

    `lane` tells which one, of which of all the states that the table goes through.
    """

    name = "keccak.lane"
    lane: C
    limbs: Cells[C] = cells(LIMBS)
