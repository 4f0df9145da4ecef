"""A transaction of type 2 (EIP-1559, EIP-2718) from the one encoding it has (docs/payments.md, Decoding)."""

from dataclasses import dataclass

from prover.execution.payments.keccak import keccak256
from prover.execution.payments.outcome import Ignored, Reason
from prover.execution.payments.rlp import NotCanonical, Reader, encode_list

TYPE = 2
LONGEST = 128 << 10
"""Bytes of a transaction; a longer item is not looked into."""

ADDRESS = 20
STORAGE_KEY = 32


@dataclass(frozen=True)
class Access:
    """An entry of an access list: an address (20 bytes) and storage keys (32 bytes each)."""

    address: bytes
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Transaction:
    """The twelve fields of type 2, and the hash that was signed. `to` is empty for a contract creation."""

    chain_id: int
    nonce: int
    max_priority_fee: int
    max_fee: int
    gas_limit: int
    to: bytes
    value: int
    data: bytes
    access_list: tuple[Access, ...]
    parity: int
    r: int
    s: int
    signing_hash: bytes

    @property
    def creates(self) -> bool:
        """Whether it asks for a contract to be created."""
        return not self.to


def decode(data: bytes) -> Transaction:
    """The transaction in an item's data; raises `Ignored` (TOO_LONG, WRONG_TYPE, MALFORMED)."""
    if len(data) > LONGEST:
        raise Ignored(Reason.TOO_LONG)
    if data[:1] != bytes([TYPE]):
        raise Ignored(Reason.WRONG_TYPE)
    try:
        return _fields(data)
    except NotCanonical as error:
        raise Ignored(Reason.MALFORMED) from error


def _fields(data: bytes) -> Transaction:
    whole = Reader(data, 1, len(data))
    fields = whole.list()
    start = fields.position
    chain_id = fields.number(8)
    nonce = fields.number(8)
    max_priority_fee = fields.number(32)
    max_fee = fields.number(32)
    gas_limit = fields.number(8)
    to = fields.string()
    value = fields.number(32)
    calldata = fields.string()
    access_list = _access_list(fields.list())
    signed = data[start : fields.position]
    parity = fields.number(1)
    r = fields.number(32)
    s = fields.number(32)
    if len(to) not in (0, ADDRESS) or parity > 1:
        raise NotCanonical("a recipient is neither absent nor an address, or a parity neither 0 nor 1")
    if not fields.at_end() or not whole.at_end():
        raise NotCanonical("something follows the last field")
    return Transaction(
        chain_id,
        nonce,
        max_priority_fee,
        max_fee,
        gas_limit,
        to,
        value,
        calldata,
        access_list,
        parity,
        r,
        s,
        signing_hash=keccak256(bytes([TYPE]) + encode_list(signed)),
    )


def _access_list(entries: Reader) -> tuple[Access, ...]:
    accesses = []
    while not entries.at_end():
        entry = entries.list()
        address = entry.fixed(ADDRESS)
        keys = entry.list()
        listed = []
        while not keys.at_end():
            listed.append(keys.fixed(STORAGE_KEY))
        if not entry.at_end():
            raise NotCanonical("an access list entry has more than two values")
        accesses.append(Access(address, tuple(listed)))
    return tuple(accesses)
