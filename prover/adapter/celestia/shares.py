"""Shares of 512 bytes: blobs and transactions split into them, and blobs read back.

A share is a namespace (29 bytes), an info byte (version · 2 + 1 if a sequence begins here), in the first
share of a sequence its length in bytes (u32, big endian) and for version 1 the signer (20 bytes), then data,
filled up with zeros. Shares of transactions carry four bytes more before their data: where in the share the
first transaction begins that begins in it, or zero. Source: celestia-app, specs/src/shares.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prover.adapter.celestia.namespace import LENGTH
from prover.errors import InputError

SHARE = 512
"""Bytes of a share."""

SIGNER = 20
"""Bytes of a signer's address."""

SIGNED = 1
"""The share version whose sequences begin with their signer; all others are read as version 0 is."""

VERSIONS = (0, SIGNED)
"""Share versions in which a blob can be posted."""

_INFO = LENGTH + 1
_FIRST = SHARE - _INFO - 4
_CONTINUATION = SHARE - _INFO
_COMPACT_FIRST, _COMPACT_CONTINUATION = _FIRST - 4, _CONTINUATION - 4


@dataclass(frozen=True, slots=True)
class Blob:
    """Data posted to a namespace, at least one byte; the signer has 20 bytes in version 1 and none in 0."""

    namespace: bytes
    data: bytes
    version: int = 0
    signer: bytes = b""


def blob_share_count(blob: Blob) -> int:
    """The number of shares that ``blob`` is split into."""
    rest = len(blob.data) - (_FIRST - len(blob.signer))
    return 1 + max(0, -(-rest // _CONTINUATION))


def split_blob(blob: Blob) -> list[bytes]:
    """The shares of ``blob``, in order."""
    first = _FIRST - len(blob.signer)
    info = blob.version << 1
    head = blob.namespace + bytes([info | 1]) + len(blob.data).to_bytes(4, "big") + blob.signer
    shares = [head + blob.data[:first]]
    prefix = blob.namespace + bytes([info])
    for start in range(first, len(blob.data), _CONTINUATION):
        shares.append(prefix + blob.data[start : start + _CONTINUATION])
    shares[-1] = shares[-1].ljust(SHARE, b"\0")
    return shares


def padding_share(namespace: bytes, version: int = 0) -> bytes:
    """A share that begins a sequence of no bytes: the next blob may not begin here."""
    return (namespace + bytes([version << 1 | 1])).ljust(SHARE, b"\0")


def compact_share_count(length: int) -> int:
    """The number of shares that hold ``length`` bytes of transactions, their length prefixes counted."""
    if length == 0:
        return 0
    return 1 + max(0, -(-(length - _COMPACT_FIRST) // _COMPACT_CONTINUATION))


def split_transactions(namespace: bytes, transactions: Sequence[bytes]) -> list[bytes]:
    """One sequence of shares of ``transactions``, each after its length as a varint; none for none."""
    stream = bytearray()
    starts = []
    for transaction in transactions:
        starts.append(len(stream))
        stream += varint(len(transaction)) + transaction
    shares = []
    begin, unit = 0, 0
    while begin < len(stream):
        first = begin == 0
        head = namespace + bytes([first]) + (len(stream).to_bytes(4, "big") if first else b"")
        end = begin + (_COMPACT_FIRST if first else _COMPACT_CONTINUATION)
        offset = 0
        if unit < len(starts) and starts[unit] < end:
            offset = len(head) + 4 + starts[unit] - begin
        while unit < len(starts) and starts[unit] < end:
            unit += 1
        shares.append((head + offset.to_bytes(4, "big") + stream[begin:end]).ljust(SHARE, b"\0"))
        begin = end
    return shares


def varint(value: int) -> bytes:
    """``value`` in groups of seven bits, lowest first, the top bit set in all bytes but the last."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_blobs(shares: Iterable[bytes], namespace: bytes) -> list[Blob]:
    """The blobs of ``namespace`` among ``shares``, in order; padding and other namespaces are skipped.

    Raises InputError (SHARES_MALFORMED) if the shares are not whole sequences, each of the length it announces and
    filled up with zeros, as consensus makes them.
    """
    blobs: list[Blob] = []
    head, missing = Blob(namespace, b""), 0
    data = bytearray()
    for number, share in enumerate(share for share in shares if share[:LENGTH] == namespace):
        version, start = share[LENGTH] >> 1, share[LENGTH] & 1
        if start:
            if missing:
                raise _malformed(namespace, number, f"begins a sequence while {missing} bytes are missing")
            missing = int.from_bytes(share[_INFO : _INFO + 4], "big")
            body = _INFO + 4 + (SIGNER if version == SIGNED and missing else 0)
            head = Blob(namespace, b"", version, share[_INFO + 4 : body])
            data.clear()
        else:
            if not missing:
                raise _malformed(namespace, number, "continues a sequence that does not exist")
            if version != head.version:
                raise _malformed(namespace, number, f"has version {version} in a sequence of {head.version}")
            body = _INFO
        taken = share[body : body + missing]
        if any(share[body + len(taken) :]):
            raise _malformed(namespace, number, "is not filled up with zeros")
        data += taken
        missing -= len(taken)
        if taken and not missing:
            blobs.append(Blob(namespace, bytes(data), head.version, head.signer))
    if missing:
        raise InputError(
            "SHARES_MALFORMED",
            f"The shares of namespace {namespace.hex()} end while {missing} bytes are missing.",
            "Get the block again, from another source.",
        )
    return blobs


def _malformed(namespace: bytes, number: int, what: str) -> InputError:
    return InputError(
        "SHARES_MALFORMED",
        f"Share {number} of namespace {namespace.hex()} {what}.",
        "Get the block again, from another source.",
    )
