"""What a proof claims, in one canonical encoding whose bytes are the public values of every program.

Fixed length, big-endian integers, variable fields padded with zeros behind their length byte:

    magic 8 | layer u16 | layer format u16 | mode u8 | chain id u64 | namespace length u8, 32 bytes |
    first height u64 | last height u64 | anchor length u8, 64 bytes | state before 32 | state after 32 |
    receipts digest 32 | program digest 32

docs/statement.md shows an example in hex.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

from verifier.errors import Rejected

MAGIC = b"SQTRSTM1"
CELESTIA = 1
"""Layer id of Celestia; its anchor is a Blobstream data root tuple root of 32 bytes."""

LAYER_NAMES = {CELESTIA: "celestia"}
_MAX_NAMESPACE = 32
_MAX_ANCHOR = 64
_DIGEST = 32

_LENGTHS = (
    ("magic", len(MAGIC)),
    ("layer", 2),
    ("layer_format", 2),
    ("mode", 1),
    ("chain_id", 8),
    ("namespace_length", 1),
    ("namespace", _MAX_NAMESPACE),
    ("first_height", 8),
    ("last_height", 8),
    ("anchor_length", 1),
    ("anchor", _MAX_ANCHOR),
    ("state_before", _DIGEST),
    ("state_after", _DIGEST),
    ("receipts_digest", _DIGEST),
    ("program_digest", _DIGEST),
)


def _offsets() -> dict[str, tuple[int, int]]:
    found, at = {}, 0
    for name, length in _LENGTHS:
        found[name] = at, length
        at += length
    return found


OFFSETS = _offsets()
"""Offset and length in bytes of every field; boundary messages are taken from here."""

LENGTH = sum(length for _, length in _LENGTHS)


@dataclass(frozen=True)
class Statement:
    """What the layer ordered for `namespace` from `first_height` to `last_height` takes `state_before` to
    `state_after` by the program's rules.

    `anchor` is what the settlement side already trusts of the layer. Statements of one rollup chain: the next
    one's first height is this one's last plus one, and its `state_before` is this one's `state_after`.
    """

    layer: int
    layer_format: int
    mode: int
    chain_id: int
    namespace: bytes
    first_height: int
    last_height: int
    anchor: bytes
    state_before: bytes
    state_after: bytes
    receipts_digest: bytes
    program_digest: bytes

    FIELDS: ClassVar[tuple[str, ...]]

    def encode(self) -> bytes:
        """The canonical bytes. Raises `ValueError` for a field that does not fit its place."""
        values: dict[str, int | bytes] = {name: getattr(self, name) for name in self.FIELDS}
        values |= {
            "magic": MAGIC,
            "namespace_length": len(self.namespace),
            "anchor_length": len(self.anchor),
        }
        parts = []
        for name, length in _LENGTHS:
            value = values[name]
            if isinstance(value, int):
                if not 0 <= value < 1 << 8 * length:
                    raise ValueError(f"{name} {value} does not fit into {length} bytes")
                parts.append(value.to_bytes(length, "big"))
                continue
            exact = name not in ("namespace", "anchor")
            if len(value) > length or (exact and len(value) != length):
                raise ValueError(f"{name} has {len(value)} bytes; {length} fit")
            parts.append(value.ljust(length, b"\0"))
        return b"".join(parts)

    @staticmethod
    def decode(data: bytes) -> "Statement":
        """The statement whose canonical bytes are `data`; raises `Rejected`."""
        if len(data) != LENGTH:
            raise Rejected(f"a statement has {LENGTH} bytes, not {len(data)}")
        raw = {name: data[at : at + length] for name, (at, length) in OFFSETS.items()}
        if raw["magic"] != MAGIC:
            raise Rejected("not a statement: wrong magic")
        for name in ("namespace", "anchor"):
            length = raw[f"{name}_length"][0]
            # Soundness: one statement, one encoding; padding may carry nothing.
            if length > len(raw[name]) or any(raw[name][length:]):
                raise Rejected(f"the {name} is not canonical")
            raw[name] = raw[name][:length]
        return Statement(
            layer=int.from_bytes(raw["layer"], "big"),
            layer_format=int.from_bytes(raw["layer_format"], "big"),
            mode=raw["mode"][0],
            chain_id=int.from_bytes(raw["chain_id"], "big"),
            namespace=raw["namespace"],
            first_height=int.from_bytes(raw["first_height"], "big"),
            last_height=int.from_bytes(raw["last_height"], "big"),
            anchor=raw["anchor"],
            state_before=raw["state_before"],
            state_after=raw["state_after"],
            receipts_digest=raw["receipts_digest"],
            program_digest=raw["program_digest"],
        )

    def show(self) -> dict[str, str | int]:
        """Every field by name: integers as they are, bytes in hex."""
        found: dict[str, str | int] = {}
        for name in self.FIELDS:
            value = getattr(self, name)
            found[name] = value.hex() if isinstance(value, bytes) else value
        return found


Statement.FIELDS = tuple(field.name for field in fields(Statement))
