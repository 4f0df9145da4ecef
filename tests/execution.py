"""A program in which transactions are executed, for the tests of the tables that do it.

The tables around them have no rules: they say what is true, from the executor and from a ledger that is kept here once
more. So a trace passes only if it says the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import (
    Air,
    C,
    Cells,
    Compiled,
    Table,
    cell,
    cells,
    check,
    compile_program,
    flags,
    public_bytes,
    public_integer,
    verifier_receives,
    verifier_sends,
)
from circuits.dsl.check import Report
from circuits.tables.byte_pairs import BytePairs, fill_byte_pairs
from circuits.tables.execution_buses import ExecutionBegin, ExecutionEnd
from circuits.tables.hash_buses import HashDigest, HashPart
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.ordered_buses import OrderedItem
from circuits.tables.payment_buses import REGISTER, TOLD, Decoded, Field, FieldValue
from circuits.tables.range import fill_ranges, range_tables
from circuits.tables.receipt import Receipt as ReceiptTable
from circuits.tables.secp256k1_buses import Recover
from circuits.tables.signer import Signer
from circuits.tables.state_buses import (
    ADDRESS,
    BALANCE,
    BASE_FEE,
    CHAIN_ID,
    GAS_CAP,
    LIMB,
    NONCE,
    AccountAccess,
    Configuration,
)
from circuits.tables.stream_sources import RECEIPT, TRANSACTION
from circuits.tables.transfer import Transfer
from prover.execution.ordered import OrderedHeight
from prover.execution.payments.chain import Chain
from prover.execution.payments.executor import execute
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.receipts import NO_RECEIPTS, Receipt, extend
from prover.execution.payments.signature import recover_address
from prover.execution.payments.state import State
from prover.execution.payments.transaction import Transaction
from prover.witness.execution import fill_execution
from prover.witness.rows import zeroed

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]
Message = tuple[type, Sequence[int]]
FIRST_HEIGHT = 1_000_000


class Said(Table[C]):
    """A row is one message, or none: which one `kind` says, its fields are `message`, from the first on."""

    kind: Cells[C] = flags(8)
    message: Cells[C] = cells(Recover.length())

    def rules(self, air: Air[C], below: "Said[C]") -> None:
        ordered, decoded, told, keccak, sha256, recover, access, part = self.kind
        of = self.message
        air.send(OrderedItem(of[0], of[1]), when=ordered)
        air.send(Decoded(of[0], of[1], of[2], of[3], of[4], of[5]), when=decoded)
        air.send(FieldValue(of[0], of[1], of[2], of[3 : 3 + REGISTER]), when=told)
        air.send(KeccakDigest(of[0], of[1], of[2:34]), when=keccak)
        air.send(HashDigest(of[0], of[1], of[2:34]), when=sha256)
        hashed, r, s = (of[at : at + REGISTER] for at in (1, 34, 66))
        air.receive(Recover(of[0], hashed, of[33], r, s, of[98], of[99:]), when=recover)
        nonces, balances = (of[11:15], of[31:35]), (of[15:31], of[35:51])
        access_message = AccountAccess(of[0], of[1:11], nonces[0], balances[0], nonces[1], balances[1])
        air.receive(access_message, when=access)
        air.receive(HashPart(of[0], of[1], of[2], of[3:35], of[35:67]), when=part)


KINDS = (OrderedItem, Decoded, FieldValue, KeccakDigest, HashDigest, Recover, AccountAccess, HashPart)


class Configured(Table[C]):
    """The configuration, and how often it is looked up."""

    max_log_height = 0
    chain_id: Cells[C] = cells(CHAIN_ID)
    base_fee: Cells[C] = cells(BASE_FEE)
    fee_recipient: Cells[C] = cells(ADDRESS)
    gas_cap: Cells[C] = cells(GAS_CAP)
    asked: C = cell()

    def rules(self, air: Air[C], below: "Configured[C]") -> None:
        said = Configuration(self.chain_id, self.base_fee, self.fee_recipient, self.gas_cap)
        air.provide(said, times=self.asked)


@cache
def program() -> Compiled:
    """The tables that execute, those around them, and the verifier: first height 8, last height 8, digest 32."""
    tables = (ReceiptTable, Signer, Transfer)
    return compile_program(
        "tests.execution",
        [*tables, Said, Configured, BytePairs, *range_tables(*tables)],
        [
            verifier_sends(ExecutionBegin(public_integer(0, 8))),
            verifier_receives(ExecutionEnd(public_integer(8, 8), public_bytes(16, 32))),
        ],
    )


@dataclass(frozen=True)
class Scene:
    """Heights of items, what the executor makes of them (`truth`), and what is claimed of them (`receipts`)."""

    chain: Chain
    before: State
    ordered: tuple[OrderedHeight, ...]
    truth: tuple[Receipt, ...]
    receipts: tuple[Receipt, ...]

    @cached_property
    def statement(self) -> bytes:
        """What the verifier is told."""
        return statement(self.ordered, self.receipts)

    def traces(self) -> Traces:
        """All traces."""
        return {**fill_execution(self.chain, self.ordered, self.receipts), **self.around}

    @cached_property
    def around(self) -> Traces:
        """What is true, and what answers to whatever is claimed."""
        return {"Said": fill_said(self.messages()), "Configured": self.fill_configured()}

    def messages(self) -> list[Message]:
        """What is said around the tables: of the truth what they need, of claims what they ask."""
        messages: list[Message] = []
        for receipt, height in zip(self.truth, heights_of(self.ordered), strict=True):
            messages += _of_item(receipt, height)
        digest = NO_RECEIPTS
        for receipt in self.receipts:
            messages += [*_recovered(receipt), *_hashed(digest, receipt)]
            digest = extend(digest, receipt)
        return [*messages, *((AccountAccess, each) for each in self.accesses())]

    def fill_configured(self) -> Matrix:
        """The trace of `Configured`."""
        configured = zeroed(Configured, 1)
        configured.chain_id = limbs_of(self.chain.chain_id, CHAIN_ID)
        configured.base_fee = limbs_of(self.chain.base_fee, BASE_FEE)
        configured.fee_recipient = limbs_of(number_of(self.chain.fee_recipient), ADDRESS)
        configured.gas_cap = limbs_of(self.chain.gas_cap, GAS_CAP)
        configured.asked = sum(receipt.transaction is not None for receipt in self.receipts)
        return configured.matrix

    def accesses(self) -> list[list[int]]:
        """What is read and written, as messages: of the truth by a ledger of the test's own, else what is claimed."""
        ledger = Ledger(self.before)
        if self.receipts != self.truth:
            for access in (each for receipt in self.receipts for each in receipt.accesses):
                ledger.write(access.address, (access.after.nonce, access.after.balance))
            return ledger.accesses
        for receipt in self.truth:
            ledger.apply(receipt, self.chain)
        return ledger.accesses

    def ledger(self) -> dict[bytes, tuple[int, int]]:
        """Nonces and balances after all, by the ledger."""
        ledger = Ledger(self.before)
        for receipt in self.truth:
            ledger.apply(receipt, self.chain)
        return {address: each for address, each in ledger.accounts.items() if any(each)}


class Ledger:
    """Nonces and balances, and every access as a message of `AccountAccess`."""

    def __init__(self, state: State) -> None:
        self.accounts = {address: (each.nonce, each.balance) for address, each in state}
        self.accesses: list[list[int]] = []

    def apply(self, receipt: Receipt, chain: Chain) -> None:
        """Do what a true receipt says."""
        transaction, outcome = receipt.transaction, receipt.outcome
        if transaction is None or receipt.sender is None:
            return
        if outcome == Outcome.IGNORED:
            self.add(receipt.sender, 0, 0)
            return
        moved = transaction.value if outcome == Outcome.EXECUTED else 0
        self.add(receipt.sender, 1, -moved - receipt.gas_used * receipt.gas_price)
        if outcome == Outcome.EXECUTED:
            self.add(transaction.to, 0, moved)
        self.add(chain.fee_recipient, 0, receipt.gas_used * (receipt.gas_price - chain.base_fee))

    def add(self, address: bytes, nonces: int, wei: int) -> None:
        """Add to an account."""
        nonce, balance = self.accounts.get(address, (0, 0))
        self.write(address, (nonce + nonces, balance + wei))

    def write(self, address: bytes, account: tuple[int, int]) -> None:
        """Give an account another content."""
        found = [limbs_of(number_of(address), ADDRESS)]
        for nonce, balance in (self.accounts.get(address, (0, 0)), account):
            found += [limbs_of(nonce, NONCE), limbs_of(balance, BALANCE)]
        self.accounts[address] = account
        self.accesses.append([len(self.accesses) + 1, *(limb for limbs in found for limb in limbs)])


def fill_said(messages: Sequence[Message]) -> Matrix:
    """The trace of `Said`."""
    trace = zeroed(Said, len(messages))
    for row, (kind, message) in enumerate(messages):
        trace.kind[row, KINDS.index(kind)] = 1
        trace.message[row, : len(message)] = message
    return trace.matrix


def statement(ordered: Sequence[OrderedHeight], receipts: Iterable[Receipt]) -> bytes:
    """The bytes that the verifier is told."""
    digest = NO_RECEIPTS
    for receipt in receipts:
        digest = extend(digest, receipt)
    first, last = ordered[0].height, ordered[-1].height
    return first.to_bytes(8, "big") + last.to_bytes(8, "big") + digest


def scene(chain: Chain, state: State, heights: Sequence[Sequence[bytes]], first: int = FIRST_HEIGHT) -> Scene:
    """Execute the items of heights that follow each other."""
    ordered = tuple(OrderedHeight(height, tuple(items)) for height, items in enumerate(heights, first))
    executed = execute(chain, state, ordered)
    found = Scene(chain, state, ordered, executed.receipts, executed.receipts)
    assert found.ledger() == {address: (each.nonce, each.balance) for address, each in executed.state}
    assert found.statement[16:] == executed.receipts_digest
    return found


def judge(traces: Traces, said: bytes) -> Report:
    """What the mock prover says; raises ValueError if something that has to be in a range is not."""
    complete = fill_byte_pairs(program(), fill_ranges(program(), traces))
    return check(program(), complete, said)


def _of_item(receipt: Receipt, height: int) -> list[Message]:
    item, transaction = receipt.item, receipt.transaction
    ordered: Message = (OrderedItem, (item, height))
    if transaction is None:
        return [ordered, (Decoded, (item, receipt.reason, 0, 0, 0, 0))]
    zeros = sum(byte == 0 for byte in transaction.data)
    keys = sum(len(each.keys) for each in transaction.access_list)
    counts = (zeros, len(transaction.data) - zeros, len(transaction.access_list), keys)
    signed = (TRANSACTION, item, *transaction.signing_hash)
    found: list[Message] = [ordered, (Decoded, (item, 0, *counts)), (KeccakDigest, signed)]
    for field in TOLD:
        value = field_bytes(transaction, field)
        found.append((FieldValue, (item, field, not value, *value.rjust(REGISTER, b"\0"))))
    return found


def _recovered(receipt: Receipt) -> list[Message]:
    """The true answer, if it is claimed that nothing else is wrong."""
    transaction = receipt.transaction
    if transaction is None or (
        receipt.outcome == Outcome.IGNORED and receipt.reason < Reason.INVALID_SIGNATURE
    ):
        return []
    signature = transaction.parity, transaction.r, transaction.s
    signer = recover_address(transaction.signing_hash, *signature)
    r, s = (each.to_bytes(32, "big") for each in signature[1:])
    asked = (receipt.item, *transaction.signing_hash, transaction.parity, *r, *s)
    return [(Recover, (*asked, signer is not None, *(signer or bytes(20))))]


def field_bytes(transaction: Transaction, field: Field) -> bytes:
    """A field as it stands in the transaction."""
    value = getattr(transaction, field.name.lower())
    return value if isinstance(value, bytes) else value.to_bytes((value.bit_length() + 7) // 8, "big")


def _hashed(digest: bytes, receipt: Receipt) -> list[Message]:
    preimage = b"\3" + digest + receipt.item.to_bytes(4, "big") + bytes([receipt.outcome, receipt.reason])
    found: list[Message] = []
    for base in range(0, len(preimage), 32):
        part = preimage[base : base + 32]
        mask = bytes([1] * len(part)).ljust(32, b"\0")
        found.append((HashPart, (RECEIPT, receipt.item, base, *part.ljust(32, b"\0"), *mask)))
    return [*found, (HashDigest, (RECEIPT, receipt.item, *extend(digest, receipt)))]


def heights_of(ordered: Sequence[OrderedHeight]) -> list[int]:
    """The height of every item."""
    return [each.height for each in ordered for _ in each.items]


def number_of(address: bytes) -> int:
    """An address as an integer."""
    return int.from_bytes(address, "big")


def limbs_of(value: int, count: int) -> list[int]:
    """The lowest limbs of an integer, the least significant first."""
    return [value >> LIMB * at & 0xFFFF for at in range(count)]
