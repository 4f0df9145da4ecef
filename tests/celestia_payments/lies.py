"""Lies about what people pay each other, each with the words in which the mock prover must catch it.

A lie is told throughout: whatever the liar can make consistent with it, is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from circuits.dsl import Trace
from circuits.gadgets.secp256k1 import ORDER, lift
from circuits.tables.transfer import PLACES
from prover.execution.ordered import OrderedHeight
from prover.execution.payments.executor import data_of
from prover.execution.payments.genesis import read_genesis
from prover.execution.payments.outcome import Reason
from prover.execution.payments.receipts import Receipt
from prover.execution.payments.state import Account, State
from prover.execution.payments.transaction import decode
from prover.execution.state.batch import Access
from prover.execution.state.tree import IndexedTree
from prover.witness.secp256k1_recovery import Recovery
from tests.celestia_payments.lying_prover import Lie
from tests.celestia_payments.scenes import CHAIN_ID, FEE_RECIPIENT, GWEI, PEOPLE, Scene, payment, scene
from tests.execution_claims import claimed_receipt
from tests.prover.execution.payments.people import Wish, encode, person, signature
from tests.recovery import recover_on_curve
from verifier.field import P

ONE, TWO, THREE, *_ = PEOPLE
STRANGER = person(77)
Receipts = tuple[Receipt, ...]


def high_s() -> bytes:
    """A transfer with the other of two signatures that ECDSA allows and EIP-2 does not."""
    wish = Wish(CHAIN_ID, 0, 2 * GWEI, 5 * GWEI, 100_000, TWO.address, 5)
    parity, r, s = signature(wish, ONE)
    return encode(wish, 1 - parity, r, ORDER - s)


PLAIN = scene([[payment(ONE, TWO.address, 5, 0)]])
TWICE = scene([[payment(ONE, TWO.address, 5, 0)] * 2])
ANOTHER = scene([[payment(ONE, TWO.address, 5, 0), b"junk", payment(TWO, ONE.address, 7, 0)]])
THREE_PAY = scene([[payment(each, TWO.address, 5, 0) for each in PEOPLE[:3]]])
LATER = scene([[payment(ONE, TWO.address, 5, 0)], [payment(TWO, ONE.address, 7, 0)]])
TO_ITSELF = scene([[payment(ONE, ONE.address, 5, 0)]])
TO_RECIPIENT = scene([[payment(ONE, FEE_RECIPIENT, 5, 0)]])
POOR = scene([[payment(ONE, TWO.address, 10**18, 0)]])
NOBODY = scene([[payment(STRANGER, TWO.address, 5, 0)]])
FOREIGN = scene([[payment(ONE, TWO.address, 5, 0, chain_id=1)]])
WITH_DATA = scene([[payment(ONE, TWO.address, 5, 0, data=b"\1" * 40)]])
WITH_LIST = scene([[payment(ONE, TWO.address, 5, 0, access_list=((TWO.address, (bytes(32),)),))]])
HIGH_S = scene([[high_s()]])
SHORT_OF_GAS = scene([[payment(ONE, TWO.address, 5, 0, gas_limit=20_999)]])
TO_PRECOMPILE = scene([[payment(ONE, (9).to_bytes(20, "big"), 5, 0)]])


@dataclass(frozen=True)
class Told:
    """A lie told about a scene, and a piece of what the mock prover says of it."""

    about: Scene
    lie: Lie
    caught_by: str


@cache
def genesis_of(scene: Scene) -> tuple[Any, State]:
    """Chain and accounts."""
    found = read_genesis(scene.genesis)
    return found.chain, found.state


def last_claims(about: Scene, reason: Reason, **fields: Any) -> Lie:
    """The last item's reason is another, and what follows from it is done; of its transaction, fields may differ."""
    chain, accounts = genesis_of(about)

    def claim(receipts: Receipts) -> Receipts:
        *before, last = receipts
        state = accounts.copy()
        for access in (each for receipt in before for each in receipt.accesses):
            state.write(access.address, access.after)
        transaction = last.transaction
        if transaction is not None:
            transaction = replace(transaction, **fields)
        claimed = claimed_receipt(chain, state, replace(last, transaction=transaction), reason)
        return (*before, claimed)

    return Lie(receipts=claim)


def with_wei(*more: int) -> Callable[[Receipts], Receipts]:
    """The first item leaves its accounts with so much more than it should."""

    def change(receipts: Receipts) -> Receipts:
        first, *others = receipts
        accesses = [
            replace(each, after=Account(each.after.nonce, each.after.balance + wei))
            for each, wei in zip(first.accesses, more, strict=True)
        ]
        return (following(replace(first, accesses=tuple(accesses))), *others)

    return change


def following(receipt: Receipt) -> Receipt:
    """The receipt, each of whose accesses finds what the one before it of its account left."""
    left: dict[bytes, Account] = {}
    accesses = []
    for access in receipt.accesses:
        accesses.append(replace(access, before=left.get(access.address, access.before)))
        left[access.address] = access.after
    return replace(receipt, accesses=tuple(accesses))


def stale(receipts: Receipts) -> Receipts:
    """Every access finds what there was before the item, so that the last one of an account decides what is left."""
    (receipt,) = receipts
    first: dict[bytes, Account] = {}
    accesses = []
    for access in receipt.accesses:
        found = first.setdefault(access.address, access.before)
        gained = access.after.balance - access.before.balance
        after = Account(found.nonce + access.after.nonce - access.before.nonce, found.balance + gained)
        accesses.append(Access(access.address, found, after))
    return (replace(receipt, accesses=tuple(accesses)),)


def signed_by(address: bytes) -> Callable[[Receipts], Receipts]:
    """The first item is somebody else's, who pays for it."""

    def change(receipts: Receipts) -> Receipts:
        first, *others = receipts
        sender, *rest = first.accesses
        return (replace(first, sender=address, accesses=(replace(sender, address=address), *rest)), *others)

    return change


def hash_signed(receipts: Receipts) -> Receipts:
    """Another hash is said to have been signed."""
    (receipt,) = receipts
    assert receipt.transaction is not None
    return (replace(receipt, transaction=replace(receipt.transaction, signing_hash=bytes(32))),)


def items(change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> Lie:
    """What is executed at the first height is something else."""

    def ordered(heights: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
        return (replace(heights[0], items=change(heights[0].items)), *heights[1:])

    return Lie(ordered=ordered)


def moved_a_height(heights: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """The second height's items are said to be of the first."""
    first, second = heights
    return (replace(first, items=first.items + second.items), replace(second, items=()))


def off_the_curve(recoveries: list[Recovery]) -> list[Recovery]:
    """No point has this r, it is said."""
    return [replace(each, curve=None) for each in recoveries]


def out_of_range(trace: Trace) -> None:
    """s is said to be too large."""
    live = trace.live == 1
    request = {name: getattr(trace, name)[live].copy() for name in ("request", "parity", "hash", "r", "s")}
    numbers = trace.number.copy()
    trace.matrix[:] = 0
    trace.number = numbers
    trace.live[live] = trace.s_is_large[live] = 1
    for name, value in request.items():
        getattr(trace, name)[live] = value


def although_high(recoveries: list[Recovery]) -> list[Recovery]:
    """Who would have signed, if s might be high."""
    (told,) = recoveries
    point = lift(told.request.r, told.request.parity)
    assert point is not None
    return [recover_on_curve(told.request, point[1])]


def in_range(trace: Trace) -> None:
    """s is said not to be too large."""
    live = trace.live == 1
    trace.s_is_large[live], trace.in_range[live] = 0, 1


def accepted(receipts: Receipts) -> Receipts:
    """The transaction with high s is executed for whoever would have signed it."""
    chain, accounts = genesis_of(HIGH_S)
    transaction = decode(data_of(b"\0\0" + HIGH_S.items[0][0]))
    low = replace(transaction, s=ORDER - transaction.s, parity=1 - transaction.parity)
    claimed = claimed_receipt(chain, accounts, replace(receipts[0], transaction=low), Reason.NONE)
    return (replace(claimed, transaction=transaction),)


def gas_lied(trace: Trace) -> None:
    """A unit of gas less is used."""
    trace.intrinsic[0, 0] -= 1


def idle_transfer(trace: Trace) -> None:
    """Rows without a transaction do what those of the first one do."""
    trace.matrix[-PLACES:] = trace.matrix[:PLACES]
    trace.live[-PLACES:] = 0


def head_not_signed(trace: Trace) -> None:
    """What is hashed of a transaction begins behind the head of what was signed."""
    trace.header[trace.accepted == 1] = P - 1


def nonce_not_found(trace: Trace) -> None:
    """The sender's nonce is said to be what the transaction says."""
    row = int(np.flatnonzero(trace.case.any(axis=1))[-1])
    trace.found_nonce[row] = [int(each) for each in trace.nonce[row, 1::2][::-1]]


def digest_changed(statement: Any) -> Any:
    """The statement's digest of receipts is another one."""
    return replace(statement, receipts_digest=bytes(32))


@cache
def state_before(scene: Scene) -> bytes:
    """The true state before."""
    return IndexedTree(*genesis_of(scene)).state_bytes


def richer(state: State) -> State:
    """Everybody has a wei more."""
    return State((address, Account(each.nonce, each.balance + 1)) for address, each in state)


SAME = "air.zero(when * (left - right))"
RELATION = "air.equal(total, carried * (1 << LIMB))"

LIES: dict[str, Told] = {
    "a transaction is executed twice": Told(TWICE, last_claims(TWICE, Reason.NONE), SAME),
    "a transaction is executed twice, and its nonce called the right one": Told(
        TWICE,
        replace(last_claims(TWICE, Reason.NONE), tables={"Receipt": nonce_not_found}),
        "bus payments.sender_nonce",
    ),
    "a transaction of another chain is executed": Told(FOREIGN, last_claims(FOREIGN, Reason.NONE), SAME),
    "a transaction's chain id is said to be another": Told(
        FOREIGN, last_claims(FOREIGN, Reason.NONE, chain_id=CHAIN_ID), "bus payments.field_value"
    ),
    "a good nonce is called wrong": Told(
        PLAIN, last_claims(PLAIN, Reason.WRONG_NONCE), "air.zero(when * (_sum("
    ),
    "a transaction is called malformed": Told(
        PLAIN, last_claims(PLAIN, Reason.MALFORMED), "bus payments.decoded"
    ),
    "more is paid than there is, and the balance wraps around": Told(
        POOR, last_claims(POOR, Reason.NONE), RELATION
    ),
    "somebody who has nothing pays": Told(NOBODY, last_claims(NOBODY, Reason.NONE), RELATION),
    "a sender who can pay is called poor": Told(
        PLAIN, last_claims(PLAIN, Reason.INSUFFICIENT_BALANCE), RELATION
    ),
    "a precompile is an account like others": Told(
        TO_PRECOMPILE, last_claims(TO_PRECOMPILE, Reason.NONE), "precompile * (PRECOMPILES - last)"
    ),
    "a wei is made for the receiver": Told(PLAIN, Lie(receipts=with_wei(0, 1, 0)), RELATION),
    "a wei is made for the fee recipient": Told(PLAIN, Lie(receipts=with_wei(0, 0, 1)), RELATION),
    "the sender pays a wei less": Told(PLAIN, Lie(receipts=with_wei(1, 0, 0)), RELATION),
    "the sender is the receiver, and keeps what it paid": Told(
        TO_ITSELF, Lie(receipts=stale), "bus state.account"
    ),
    "the receiver is the fee recipient, and loses what it got": Told(
        TO_RECIPIENT, Lie(receipts=stale), "bus state.account"
    ),
    "the tip is less than was offered": Told(
        PLAIN, last_claims(PLAIN, Reason.NONE, max_priority_fee=0), "bus payments.field_value"
    ),
    "more is moved than was signed": Told(
        PLAIN, last_claims(PLAIN, Reason.NONE, value=500), "bus payments.field_value"
    ),
    "somebody else is paid": Told(
        PLAIN, last_claims(PLAIN, Reason.NONE, to=THREE.address), "bus payments.field_value"
    ),
    "data cost what zeros cost": Told(
        WITH_DATA, last_claims(WITH_DATA, Reason.NONE, data=bytes(40)), "bus payments.decoded"
    ),
    "an access list costs nothing": Told(
        WITH_LIST, last_claims(WITH_LIST, Reason.NONE, access_list=()), "bus payments.decoded"
    ),
    "a unit of gas is not paid for": Told(
        PLAIN, Lie(tables={"Receipt": gas_lied}), "intrinsic[0] + intrinsic[1]"
    ),
    "a gas limit below what it costs is enough": Told(
        SHORT_OF_GAS, last_claims(SHORT_OF_GAS, Reason.NONE), "air.equal(difference[1]"
    ),
    "somebody else pays": Told(PLAIN, Lie(receipts=signed_by(THREE.address)), "bus secp256k1.recover"),
    "another hash was signed": Told(PLAIN, Lie(receipts=hash_signed), "bus keccak.digest"),
    "what is signed begins behind its head": Told(
        PLAIN, Lie(tables={"Transaction": head_not_signed}), "bus hash.byte"
    ),
    "a valid signature is called invalid": Told(
        PLAIN, last_claims(PLAIN, Reason.INVALID_SIGNATURE), "bus secp256k1.recover"
    ),
    "a valid signature is called invalid, as no point has its r": Told(
        PLAIN,
        replace(last_claims(PLAIN, Reason.INVALID_SIGNATURE), recoveries=off_the_curve),
        "Secp256k1Relation",
    ),
    "a valid signature is called invalid, as if s were high": Told(
        PLAIN,
        replace(
            last_claims(PLAIN, Reason.INVALID_SIGNATURE),
            recoveries=off_the_curve,
            tables={"Secp256k1Signature": out_of_range},
        ),
        "Secp256k1Comparison",
    ),
    "a signature with high s is accepted": Told(
        HIGH_S,
        Lie(receipts=accepted, recoveries=although_high, tables={"Secp256k1Signature": in_range}),
        "Secp256k1Comparison",
    ),
    "a signature with high s is accepted and called valid nowhere else": Told(
        HIGH_S, Lie(receipts=accepted), "bus secp256k1.recover"
    ),
    "the last item is dropped": Told(ANOTHER, items(lambda each: each[:-1]), "bus ordered.item"),
    "an item is executed that nobody posted": Told(
        ANOTHER, items(lambda each: (*each, b"\0\0junk")), "bus ordered.item"
    ),
    "items are executed in another order": Told(
        ANOTHER, items(lambda each: each[::-1]), "bus payments.field_value"
    ),
    "an item is of an earlier height": Told(LATER, Lie(ordered=moved_a_height), "bus ordered.item"),
    "another digest of receipts is stated": Told(
        PLAIN, Lie(statement=digest_changed), "bus payments.execution_end"
    ),
    "it begins with other accounts": Told(PLAIN, Lie(accounts=richer), "bus state.account"),
    "tips go to somebody else": Told(
        PLAIN, Lie(chain=lambda chain: replace(chain, fee_recipient=THREE.address)), "bus state.configuration"
    ),
    "the state is another chain's, where tips go to somebody else": Told(
        PLAIN,
        Lie(
            genesis=lambda chain: replace(chain, fee_recipient=THREE.address),
            statement=lambda told: replace(told, state_before=state_before(PLAIN)),
        ),
        "bus state.before",
    ),
    "the base fee is lower": Told(
        PLAIN, Lie(chain=lambda chain: replace(chain, base_fee=0)), "bus state.configuration"
    ),
    "the state is said to be of another chain id": Told(
        PLAIN, Lie(statement=lambda told: replace(told, chain_id=CHAIN_ID + 1)), "bus state.before"
    ),
    "accounts change for no transaction": Told(
        THREE_PAY, Lie(tables={"Transfer": idle_transfer}), "air.zero((1 - self.live) * on)"
    ),
}
