"""What becomes of each item, in order, and the digest of all that (docs/payments.md, Outcomes and Receipts).

One reason is claimed of each item. It is shown that this one applies, and of each earlier one that it does not: here,
or by what is asked of `Signer` and ordered from `Transfer`. So only the first that applies can be claimed.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, ranged
from circuits.tables.byte_pairs import BytePair
from circuits.tables.execution_buses import (
    FEE_BYTES,
    GAS_BYTES,
    ExecutionBegin,
    ExecutionEnd,
    Order,
    Party,
    Place,
    SenderNonce,
    SignatureVerdict,
)
from circuits.tables.hash_buses import DIGEST, PART, HashDigest, HashPart
from circuits.tables.ordered_buses import OrderedItem
from circuits.tables.payment_buses import REGISTER, Decoded, Field, FieldValue
from circuits.tables.signer import limbs
from circuits.tables.state_buses import ADDRESS, CHAIN_ID, GAS_CAP, LIMB, NONCE, Configuration
from circuits.tables.stream_sources import RECEIPT

TAG = 3
NUMBER_BYTES = 3
SHORT = 8
"""Bytes of a number that has at most eight."""

TO = 20
TRANSACTION_GAS = 21_000
ZERO_BYTE_GAS = 4
OTHER_BYTE_GAS = 16
ADDRESS_GAS = 2_400
KEY_GAS = 1_900
CREATION_GAS = 32_000
WORD_GAS = 2
WORD = 32
MOST_WORDS = 49_152 // WORD
PAD_BITS = 5
INTRINSIC_BYTES = 3
"""Of intrinsic gas: 128 KiB are at most 5,698 entries of an access list, and they are what costs most."""

PRECOMPILES = 10
"""Precompiles have the addresses from 1 to this one."""


class Case(IntEnum):
    """What can become of an item, in the order in which it is checked."""

    TOO_LONG = 0
    WRONG_TYPE = 1
    MALFORMED = 2
    WRONG_CHAIN = 3
    NONCE_AT_LIMIT = 4
    PRIORITY_FEE_ABOVE_MAX_FEE = 5
    MAX_FEE_BELOW_BASE_FEE = 6
    GAS_LIMIT_ABOVE_CAP = 7
    INITCODE_TOO_LONG = 8
    GAS_LIMIT_BELOW_INTRINSIC = 9
    INVALID_SIGNATURE = 10
    WRONG_NONCE = 11
    INSUFFICIENT_BALANCE = 12
    CREATION = 13
    PRECOMPILE = 14
    EXECUTED = 15


REASON = (*range(1, 14), 32, 33, 0)
"""The number of each case's reason."""

REFUSED = (Case.TOO_LONG, Case.WRONG_TYPE, Case.MALFORMED)
"""No transactions; the reason is the `Verdict`."""

FAILED = (Case.CREATION, Case.PRECOMPILE)
OUTCOME = tuple(2 * (case < Case.CREATION) + (case in FAILED) for case in Case)


class Receipt(Table[C]):
    """An item a row, in order; behind them one row that is `last`, then idle ones.

    `before` is the digest of the receipts so far, `access` the number of the next access to an account, `rise` by how
    much the height is above that of the row before, or in the first row above the statement's first.

    `words` are those of the data, of which `pad` bytes are missing at the end. `differs` are multipliers that show
    that numbers differ: some sum of multiples of their differences is 1. `far` says that the gas limit has more than 32
    bits; `low` that the receiver's last byte alone shows that it is no precompile, `null` that this byte is 0 then.
    """

    max_log_height = 18
    case: Cells[C] = flags(len(Case))
    first: C = flag()
    last: C = flag()
    number: Cells[C] = cells(NUMBER_BYTES)
    height: C = cell()
    rise: C = ranged(LIMB)
    access: C = cell()
    before: Cells[C] = cells(DIGEST)

    zero_bytes: C = cell()
    other_bytes: C = cell()
    addresses: C = cell()
    storage_keys: C = cell()
    words: C = ranged(LIMB)
    pad: Cells[C] = flags(PAD_BITS)

    chain_id: Cells[C] = cells(SHORT)
    nonce: Cells[C] = cells(SHORT)
    gas_limit: Cells[C] = cells(SHORT)
    to: Cells[C] = cells(TO)
    empty: Cells[C] = cells(3)
    creates: C = flag()

    chain: Cells[C] = cells(CHAIN_ID)
    base_fee: Cells[C] = cells(FEE_BYTES)
    fee_recipient: Cells[C] = cells(ADDRESS)
    gas_cap: Cells[C] = cells(GAS_CAP)
    found_nonce: Cells[C] = cells(NONCE)

    differs: Cells[C] = cells(NONCE)
    below_limit: C = cell()
    far: C = cell()
    below_cap: Cells[C] = ranged(LIMB, GAS_CAP)
    cap_borrow: C = flag()
    intrinsic: Cells[C] = cells(INTRINSIC_BYTES)
    above_intrinsic: Cells[C] = ranged(LIMB, GAS_CAP)
    intrinsic_borrow: C = flag()
    low: C = flag()
    null: C = flag()
    margin: C = ranged(LIMB)

    def rules(self, air: Air[C], below: "Receipt[C]") -> None:
        # Makes the cases exclude one another, so every sum of some of them is 0 or 1: all multiplicities below are.
        air.boolean(self._live())
        self._order(air, below)
        self._chain(air)
        self._gas(air)
        self._nonces(air)
        self._receiver(air)
        self._ask(air)
        self._give_orders(air)

        verdict = _sum(self.case[case] * REASON[case] for case in REFUSED)
        counts = (self.zero_bytes, self.other_bytes, self.addresses, self.storage_keys)
        air.receive(OrderedItem(self._item(), self.height), when=self._live())
        air.receive(Decoded(self._item(), verdict, *counts), when=self._live())
        self._fields(air)

    def _live(self) -> C:
        return _sum(self.case)

    def _from(self, case: Case) -> C:
        """1 if the item got as far as this case, or further."""
        return _sum(self.case[case:])

    def _past(self, case: Case) -> C:
        """1 if this case, and all before it, must not apply."""
        return self._from(Case(case + 1))

    def _transaction(self) -> C:
        return self._past(REFUSED[-1])

    def _settled(self) -> C:
        return self._from(Case.CREATION)

    def _item(self) -> C:
        low, middle, high = self.number
        return low + middle * 256 + high * 65536

    def _order(self, air: Air[C], below: "Receipt[C]") -> None:
        """Items have consecutive numbers, ascending heights, and consecutive accesses."""
        live, live_below = self._live(), below._live()
        with air.first_row():
            air.equal(self.first, 1)
            air.equal(self.last, 1 - live)
            air.equal(self._item(), 1)
            air.equal(self.access, 1)
            for byte in self.before:
                air.zero(byte)
        with air.between_rows():
            air.zero(below.first)
            air.zero(live_below * (1 - live))
            air.equal(below.last, live * (1 - live_below))
            air.zero(live * (below._item() - self._item() - 1))
            # Soundness: heights are those of the layer, closer together than P and what is in range. So none is less
            # than the one before, and none goes round the field.
            air.zero(live * (below.height - self.height - below.rise))
            made = self._past(Case.INVALID_SIGNATURE) + self._settled() + self.case[Case.EXECUTED]
            air.equal(below.access, self.access + made)
        with air.last_row():
            air.zero(live)
        air.receive(ExecutionBegin(self.height - self.rise), when=self.first)
        air.send(ExecutionEnd(self.height, self.before), when=self.last)

    def _chain(self, air: Air[C]) -> None:
        """R <- SHA-256(03 | R | number 4 | outcome 1 | reason 1), and the next row has it."""
        live = self._live()
        outcome = _sum(self.case[case] * OUTCOME[case] for case in Case)
        reason = _sum(self.case[case] * REASON[case] for case in Case)
        number = [0, *reversed(self.number)]
        preimage = [TAG, *self.before, *number, outcome, reason]
        for base in range(0, len(preimage), PART):
            part = preimage[base : base + PART]
            rest = [0] * (PART - len(part))
            message = HashPart(RECEIPT, self._item(), base, [*part, *rest], [*[1] * len(part), *rest])
            air.send(message, when=live)
        # At most once: one of the two in the first row, and never both.
        received = live + self.last - self.first
        air.receive(HashDigest(RECEIPT, self._item() - 1, self.before), times=received, at_most=1)

    def _fields(self, air: Air[C]) -> None:
        zero = air.constant(0)
        empties = (*self.empty, self.creates)
        fields = (
            (Field.CHAIN_ID, self.chain_id),
            (Field.NONCE, self.nonce),
            (Field.GAS_LIMIT, self.gas_limit),
            (Field.TO, self.to),
        )
        for (field, value), empty in zip(fields, empties, strict=True):
            register = [zero] * (REGISTER - len(value)) + list(value)
            air.receive(FieldValue(self._item(), field, empty, register), when=self._transaction())
        low, high = self.base_fee[::2], self.base_fee[1::2]
        base_fee = [one + two * 256 for one, two in zip(low, high, strict=True)]
        air.lookup(
            Configuration(self.chain, base_fee, self.fee_recipient, self.gas_cap), when=self._transaction()
        )
        # Soundness: the digits that `Transfer` multiplies are bytes.
        digits = (*self.base_fee, *self.intrinsic, air.constant(0))
        for one, two in zip(digits[::2], digits[1::2], strict=True):
            air.lookup(BytePair(one, two))
        self._differ(air, self.case[Case.WRONG_CHAIN], limbs(self.chain_id), self.chain)
        self._same(air, self._past(Case.WRONG_CHAIN), limbs(self.chain_id), self.chain)

    def _gas(self, air: Air[C]) -> None:
        limit, over = limbs(self.gas_limit[GAS_BYTES:]), _sum(self.gas_limit[:GAS_BYTES])
        intrinsic = [self.intrinsic[0] + self.intrinsic[1] * 256, self.intrinsic[2]]
        length = self.zero_bytes + self.other_bytes
        # Soundness: both sides are integers below 2^21, so this is division with remainder.
        air.equal(self.words * WORD, length + _binary(self.pad))
        air.equal(
            intrinsic[0] + intrinsic[1] * (1 << LIMB),
            self._transaction() * TRANSACTION_GAS
            + self.zero_bytes * ZERO_BYTE_GAS
            + self.other_bytes * OTHER_BYTE_GAS
            + self.addresses * ADDRESS_GAS
            + self.storage_keys * KEY_GAS
            + self.creates * (self.words * WORD_GAS + CREATION_GAS),
        )
        above_cap, below_cap = self.case[Case.GAS_LIMIT_ABOVE_CAP], self._past(Case.GAS_LIMIT_ABOVE_CAP)
        air.zero(self.far * (1 - above_cap))
        air.zero(self.far * (over * self.differs[0] - 1))
        near = above_cap - self.far
        air.zero((near + below_cap) * over)
        _compare(air, self.gas_cap, limit, below_cap, near, self.below_cap, self.cap_borrow)
        enough, short = (
            self._past(Case.GAS_LIMIT_BELOW_INTRINSIC),
            self.case[Case.GAS_LIMIT_BELOW_INTRINSIC],
        )
        _compare(air, limit, intrinsic, enough, short, self.above_intrinsic, self.intrinsic_borrow)

    def _nonces(self, air: Air[C]) -> None:
        # Of eight bytes: zero only if each is 255.
        missing = SHORT * 255 - _sum(self.nonce)
        air.zero(self.case[Case.NONCE_AT_LIMIT] * missing)
        air.zero(self._past(Case.NONCE_AT_LIMIT) * (missing * self.below_limit - 1))
        self._differ(air, self.case[Case.WRONG_NONCE], limbs(self.nonce), self.found_nonce)
        self._same(air, self._past(Case.WRONG_NONCE), limbs(self.nonce), self.found_nonce)

    def _receiver(self, air: Air[C]) -> None:
        """Creations, precompiles, and initcode that is too long."""
        too_long, precompile = self.case[Case.INITCODE_TOO_LONG], self.case[Case.PRECOMPILE]
        executed = self.case[Case.EXECUTED]
        high, last = _sum(self.to[:-1]), self.to[-1]
        air.zero((too_long + self.case[Case.CREATION]) * (1 - self.creates))
        air.zero((precompile + executed) * self.creates)
        air.zero(precompile * high)
        air.zero(precompile * (last * self.differs[0] - 1))
        air.zero(self.low * (1 - executed))
        air.zero((executed - self.low) * (high * self.differs[0] - 1))
        air.zero(self.null * (1 - self.low))
        air.zero(self.null * last)
        # Soundness: what each of these cases needs not to be negative. At most one of them is not zero.
        air.equal(
            self.margin,
            too_long * (self.words - MOST_WORDS - 1)
            + self._past(Case.INITCODE_TOO_LONG) * self.creates * (MOST_WORDS - self.words)
            + precompile * (PRECOMPILES - last)
            + self.low * (last - PRECOMPILES - 1)
            + self.null * 256,
        )

    def _ask(self, air: Air[C]) -> None:
        asked, valid = self._from(Case.INVALID_SIGNATURE), self._past(Case.INVALID_SIGNATURE)
        air.send(SignatureVerdict(self._item(), asked, valid), when=self._transaction())
        air.send(SenderNonce(self._item(), self.found_nonce), when=valid)

    def _give_orders(self, air: Air[C]) -> None:
        """What `Transfer` compares, and which accounts it changes."""
        executed, settled = self.case[Case.EXECUTED], self._settled()
        failed = _sum(self.case[case] for case in FAILED)
        valid = self._past(Case.INVALID_SIGNATURE)
        poor = self.case[Case.INSUFFICIENT_BALANCE]
        priority, base = Case.PRIORITY_FEE_ABOVE_MAX_FEE, Case.MAX_FEE_BELOW_BASE_FEE
        limit = self.gas_limit[: GAS_BYTES - 1 : -1]
        intrinsic = [*self.intrinsic, *[air.constant(0)] * (GAS_BYTES - INTRINSIC_BYTES)]
        used = [executed * less + failed * all_ for less, all_ in zip(intrinsic, limit, strict=True)]
        most = [(settled + poor) * digit for digit in limit]
        one: list[C | int] = [self._from(priority), *[0] * (GAS_BYTES - 1)]

        def order(
            place: Place,
            holds: C | int,
            fails: C | int,
            *,
            moves: C | int = 0,
            counts: C | int = 0,
            number: C | int = 0,
            factor: Sequence[C | int] = (0,) * GAS_BYTES,
        ) -> None:
            message = Order(self._item(), place, holds, fails, moves, counts, number, factor, self.base_fee)
            air.send(message, when=self._transaction())

        order(Place.PRIORITY_FEE, self._past(priority), self.case[priority], factor=one)
        order(Place.TIP, 0, settled, number=self.access + 1 + executed, factor=used)
        order(Place.PAYMENT, valid, 0, moves=executed, counts=settled, number=self.access, factor=used)
        order(Place.COST, settled, poor, moves=settled + poor, factor=most)
        order(Place.BASE_FEE, self._past(base), self.case[base])
        order(Place.CREDIT, 0, executed, moves=executed, number=self.access + 1)
        air.send(Party(self._item(), Place.TIP, self.fee_recipient), when=settled)
        air.send(Party(self._item(), Place.CREDIT, limbs(self.to)), when=executed)

    def _differ(self, air: Air[C], when: C, one: Sequence[C], two: Sequence[C]) -> None:
        multiples = zip(one, two, self.differs, strict=True)
        air.zero(when * (_sum((left - right) * times for left, right, times in multiples) - 1))

    def _same(self, air: Air[C], when: C, one: Sequence[C], two: Sequence[C]) -> None:
        for left, right in zip(one, two, strict=True):
            air.zero(when * (left - right))


def _compare(
    air: Air[C], one: Sequence[C], two: Sequence[C], holds: C, fails: C, difference: Cells[C], borrow: C
) -> None:
    """one >= two if it `holds`, one < two if it `fails`; of two limbs each. `difference` is one less if it fails."""
    (low, high), (other_low, other_high) = one, two
    sign = holds - fails
    air.equal(difference[0], sign * (low - other_low) - fails + borrow * (1 << LIMB))
    air.equal(difference[1], sign * (high - other_high) - borrow)


def _sum(values: Iterable[C]) -> C:
    first, *others = values
    return sum(others, first)


def _binary(bits: Cells[C]) -> C:
    return _sum(bit * (1 << index) for index, bit in enumerate(bits))
