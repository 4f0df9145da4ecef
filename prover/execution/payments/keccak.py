"""Keccak-256 as Ethereum uses it: the original padding, not that of SHA3-256."""

from Crypto.Hash import keccak


def keccak256(data: bytes) -> bytes:
    """The digest of ``data``, 32 bytes."""
    return keccak.new(digest_bits=256, data=data).digest()
