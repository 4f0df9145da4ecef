"""Key holders, and transactions that they sign: encoded and hashed by execution-specs, not by the code under test."""

from dataclasses import dataclass, replace
from typing import Any

from coincurve import PrivateKey
from ethereum.forks.cancun.fork_types import Address
from ethereum.forks.cancun.transactions import Access, FeeMarketTransaction, signing_hash_1559
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes, Bytes0, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from prover.execution.payments.keccak import keccak256


@dataclass(frozen=True)
class Person:
    """Someone with a private key."""

    key: PrivateKey
    address: bytes


def person(number: int) -> Person:
    """The holder of private key ``number``."""
    key = PrivateKey(number.to_bytes(32, "big"))
    return Person(key, keccak256(key.public_key.format(compressed=False)[1:])[12:])


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have signed; numbers may be of any size that fits their field in the specification."""

    chain_id: int
    nonce: int
    max_priority_fee: int
    max_fee: int
    gas_limit: int
    to: bytes
    value: int
    data: bytes = b""
    access_list: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()

    def but(self, **changed: Any) -> "Wish":
        """The same with other values for some fields."""
        return replace(self, **changed)


def fields(wish: Wish, parity: int = 0, r: int = 0, s: int = 0) -> FeeMarketTransaction:
    """The specification's transaction."""
    return FeeMarketTransaction(
        chain_id=U64(wish.chain_id),
        nonce=U256(wish.nonce),
        max_priority_fee_per_gas=Uint(wish.max_priority_fee),
        max_fee_per_gas=Uint(wish.max_fee),
        gas=Uint(wish.gas_limit),
        to=Address(wish.to) if wish.to else Bytes0(),
        value=U256(wish.value),
        data=Bytes(wish.data),
        access_list=tuple(
            Access(account=Address(address), slots=tuple(map(Bytes32, keys)))
            for address, keys in wish.access_list
        ),
        y_parity=U256(parity),
        r=U256(r),
        s=U256(s),
    )


def signature(wish: Wish, by: Person) -> tuple[int, int, int]:
    """Parity, r and s."""
    signed = by.key.sign_recoverable(bytes(signing_hash_1559(fields(wish))), hasher=None)
    return signed[64], int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big")


def encode(wish: Wish, parity: int, r: int, s: int) -> bytes:
    """The bytes of a transaction with a given signature."""
    return b"\x02" + bytes(rlp.encode(fields(wish, parity, r, s)))


def sign(wish: Wish, by: Person) -> bytes:
    """The bytes of a transaction that ``by`` signed."""
    return encode(wish, *signature(wish, by))
