"""Who signed: the recovery of an Ethereum address from an ECDSA signature over secp256k1."""

from coincurve import PublicKey

from prover.execution.payments.keccak import keccak256

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Points of the curve, the one at infinity among them; `n` in SEC 2, section 2.4.1."""


def recover_address(digest: bytes, parity: int, r: int, s: int) -> bytes | None:
    """The address (20 bytes) whose key signed ``digest`` (32 bytes), or None if no key can have.

    ``parity`` (0 or 1) is that of the y-coordinate of the point whose x-coordinate is ``r``; r and s are below
    2^256. None if r or s is 0 or at least the order, if s is above half of it (EIP-2), if r is not the
    x-coordinate of a point, and if the key would be the point at infinity (SEC 1, section 4.1.6).
    """
    if not 0 < r < ORDER or not 0 < s <= ORDER // 2:
        return None
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except ValueError:
        return None
    return keccak256(key.format(compressed=False)[1:])[12:]
