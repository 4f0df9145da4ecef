"""The proof file: a header that names profile, statement and heights, then the transcript's messages.

    magic | format version u16 | profile length u8, name | statement | heights, one byte a table | messages

Big-endian integers in the header; the length of everything follows from what comes before it, and nothing may
follow the last message.
"""

from dataclasses import dataclass

from verifier.errors import Rejected
from verifier.statement import LENGTH as STATEMENT_BYTES
from verifier.statement import Statement

MAGIC = b"SQTRPRF1"
FORMAT_VERSION = 1
MAX_PROOF_BYTES = 64 << 20
_ABSENT = 255


@dataclass(frozen=True)
class Header:
    """What a proof says of itself; `length` is where the messages begin."""

    profile: str
    statement: Statement
    heights: tuple[int | None, ...]
    length: int


def encode_header(profile: str, statement: bytes, heights: bytes) -> bytes:
    """The header's canonical bytes."""
    name = profile.encode("ascii")
    return MAGIC + FORMAT_VERSION.to_bytes(2, "big") + bytes([len(name)]) + name + statement + heights


def decode_statement(proof: bytes) -> tuple[str, Statement, int]:
    """Profile name, statement, and where the heights begin; raises `Rejected`."""
    if len(proof) > MAX_PROOF_BYTES:
        raise Rejected(f"a proof has at most {MAX_PROOF_BYTES} bytes")
    if not proof.startswith(MAGIC):
        raise Rejected("not a Sequitur proof: wrong magic")
    at = len(MAGIC)
    version = int.from_bytes(proof[at : at + 2], "big")
    if version != FORMAT_VERSION:
        raise Rejected(f"proof format {version} is not known; this verifier reads {FORMAT_VERSION}")
    length = proof[at + 2] if len(proof) > at + 2 else 0
    at += 3
    name = proof[at : at + length]
    if len(name) != length or not length or not name.isascii() or not name.decode("ascii").isprintable():
        raise Rejected("the profile's name is not readable")
    at += length
    encoded = proof[at : at + STATEMENT_BYTES]
    return name.decode("ascii"), Statement.decode(encoded), at + STATEMENT_BYTES


def decode_header(proof: bytes, tables: int) -> Header:
    """The header of a proof for a program of `tables` tables; raises `Rejected`."""
    profile, statement, at = decode_statement(proof)
    encoded = proof[at : at + tables]
    if len(encoded) != tables:
        raise Rejected("the proof ends within its heights")
    heights = tuple(None if height == _ABSENT else height for height in encoded)
    return Header(profile, statement, heights, at + tables)
