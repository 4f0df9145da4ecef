"""The arithmetic in wei of each transaction, and what it does to the accounts (docs/payments.md, Execution).

Every row states one relation among integers, with terms that depend on the row's place:

    on * (max fee or +- before - base fee) - factor * fee - moves * value + fails - (holds - fails) * after = 0,

limb by limb with carries, on = holds + fails. It holds among the integers, since nothing that a rule adds up reaches
P; a test adds it up from the declared ranges. Integers stand in limbs of sixteen bits or in bytes, the least
significant first.
"""

from collections.abc import Iterable, Sequence

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, periodic, ranged
from circuits.gadgets.modular import CARRY_BITS, CARRY_OFFSET
from circuits.tables.execution_buses import FEE_BYTES, GAS_BYTES, Order, Party, Place, SenderNonce
from circuits.tables.payment_buses import REGISTER, Field, FieldValue
from circuits.tables.state_buses import ADDRESS, BALANCE, LIMB, NONCE, AccountAccess

PLACES = len(Place)
COST_LIMBS = BALANCE + GAS_BYTES // 2
"""Limbs of gas times a fee, plus a value: what a transaction could cost may exceed 256 bits."""

CARRIES = COST_LIMBS - 1
COMPARED = (Place.PRIORITY_FEE, Place.PRICE, Place.COST, Place.BASE_FEE)
CHANGED = (Place.TIP, Place.PAYMENT, Place.CREDIT)
TOLD = {
    Place.PRIORITY_FEE: Field.MAX_PRIORITY_FEE,
    Place.COST: Field.MAX_FEE,
    Place.BASE_FEE: Field.VALUE,
}
"""Where a field of the transaction arrives."""

SPENT = (Place.PAYMENT, Place.COST)
"""Where `before` is positive in the relation."""

GAINED = (Place.TIP, Place.CREDIT)
"""Where it is negative: what is left is more than what was found."""


def _at(places: Iterable[Place]) -> list[int]:
    return [int(place in places) for place in Place]


class Transfer(Table[C]):
    """Eight rows a transaction, one for each `Place`, transactions in any order.

    `fee` is, from row to row: the maximal priority fee twice; what a unit of gas pays to the fee recipient; the price
    of a unit; the maximal fee; the value. `capped` says that the price is the maximal fee, because maximal priority fee
    and base fee are more than that. Tip and price are one of the maxima, less or plus the base fee, digit by
    digit: they are nowhere brought into bytes, and need not be.

    `before` and `after` are an account's balances where one changes. Where two integers are compared, `after` is
    their difference, or one less than it if the comparison fails.
    """

    max_log_height = 19
    place: C = periodic(list(Place))
    field: C = periodic([TOLD.get(place, 0) for place in Place])
    told: C = periodic(_at(TOLD))
    ordered: C = periodic(_at(set(Place) - {Place.PRICE, Place.IDLE}))
    inside: C = periodic(_at(set(Place) - {Place.IDLE}))
    compared: C = periodic(_at(COMPARED))
    changed: C = periodic(_at(CHANGED))
    of_max_fee: C = periodic(_at({Place.PRIORITY_FEE, Place.PRICE, Place.BASE_FEE}))
    of_base_fee: C = periodic(_at({Place.PRICE, Place.BASE_FEE}))
    spent: C = periodic(_at(SPENT))
    gained: C = periodic(_at(GAINED))
    at_priority_fee: C = periodic(_at({Place.PRIORITY_FEE}))
    at_price: C = periodic(_at({Place.PRICE}))
    at_tip: C = periodic(_at({Place.TIP}))
    at_payment: C = periodic(_at({Place.PAYMENT}))
    at_cost: C = periodic(_at({Place.COST}))
    at_value: C = periodic(_at({Place.BASE_FEE}))

    live: C = flag()
    capped: C = cell()
    item: C = cell()
    max_fee: Cells[C] = cells(BALANCE)
    value: Cells[C] = cells(BALANCE)
    base_fee: Cells[C] = cells(FEE_BYTES)

    holds: C = flag()
    fails: C = flag()
    moves: C = cell()
    counts: C = cell()
    number: C = cell()
    factor: Cells[C] = cells(GAS_BYTES)
    empty: C = cell()
    fee: Cells[C] = cells(REGISTER)
    address: Cells[C] = cells(ADDRESS)
    nonce: Cells[C] = cells(NONCE)
    nonce_carry: Cells[C] = flags(NONCE - 1)
    before: Cells[C] = cells(BALANCE)
    # Soundness: a difference that is out of range could be any, and every comparison hold.
    after: Cells[C] = ranged(LIMB, COST_LIMBS)
    carry: Cells[C] = ranged(CARRY_BITS, CARRIES)

    def rules(self, air: Air[C], below: "Transfer[C]") -> None:
        on = self.holds + self.fails
        # Makes the two exclude one another.
        air.boolean(on)
        # Soundness: rows without a transaction change no account.
        air.zero((1 - self.live) * on)
        self._numbers(air, below)
        self._relation(air, on)

        order = Order(
            self.item,
            self.place,
            self.holds,
            self.fails,
            self.moves,
            self.counts,
            self.number,
            self.factor,
            self.base_fee,
        )
        # At most once, here and below: periodic columns are 0 or 1, and so are `live` and `on`.
        air.receive(order, times=self.ordered * self.live, at_most=1)
        told = FieldValue(self.item, self.field, self.empty, self.fee[::-1])
        air.receive(told, times=self.told * self.live, at_most=1)
        air.receive(Party(self.item, self.place, self.address), times=self.changed * on, at_most=1)
        air.receive(SenderNonce(self.item, self.nonce), times=self.at_payment * on, at_most=1)
        air.send(
            AccountAccess(
                self.number,
                self.address,
                self.nonce,
                self.before,
                self._nonce_after(),
                self.after[:BALANCE],
            ),
            times=self.changed * on,
            at_most=1,
        )

    def _numbers(self, air: Air[C], below: "Transfer[C]") -> None:
        """The integers that rows share, and which one each row multiplies."""
        for at_row, field in ((self.at_cost, self.max_fee), (self.at_value, self.value)):
            for limb, pair in zip(field, paired(self.fee), strict=True):
                air.zero(at_row * (limb - pair))
        air.zero(self.at_price * (self.fails - self.capped))
        air.zero(self.at_price * (self.holds + self.capped - self.live))
        air.zero(self.at_price * (self.factor[0] - self.live))
        for digit in (*self.factor[1:], self.moves):
            air.zero(self.at_price * digit)
        base_fee = [*self.base_fee, *[air.constant(0)] * (REGISTER - FEE_BYTES)]
        with air.between_rows():
            for kept, same in zip(below._shared(), self._shared(), strict=True):
                air.zero(self.inside * (kept - same))
            for digit, less, base in zip(below.fee, self.fee, base_fee, strict=True):
                air.zero(self.at_priority_fee * (digit - less))
                air.zero(self.at_price * (1 - self.capped) * (digit - less))
                air.zero(self.at_tip * (digit - less - base))
                air.zero(self.at_payment * self.capped * (digit - less))
            for kept, same in zip(below.before, self.before, strict=True):
                # Soundness: what has to cover the cost is the balance that was found.
                air.zero(self.at_payment * (kept - same))

    def _shared(self) -> tuple[C, ...]:
        return (self.live, self.capped, self.item, *self.max_fee, *self.value, *self.base_fee)

    def _relation(self, air: Air[C], on: C) -> None:
        product = paired(_product(self.fee, self.factor))
        base_fee = paired(self.base_fee)
        carried: C | int = self.fails * self.compared
        for k in range(COST_LIMBS):
            total = carried - product[k] - (self.holds - self.fails) * self.after[k]
            if k < BALANCE:
                found = self.of_max_fee * self.max_fee[k] + (self.spent - self.gained) * self.before[k]
                total = total + on * found - self.moves * self.value[k]
            else:
                # Soundness: a balance has 256 bits, and none of them may get lost.
                air.zero(self.changed * self.after[k])
            if k < len(base_fee):
                total = total - on * self.of_base_fee * base_fee[k]
            # Soundness: without a carry behind it the last limb, and so the integer, is zero and not only small.
            carried = self.carry[k] - CARRY_OFFSET if k < CARRIES else 0
            air.equal(total, carried * (1 << LIMB))

    def _nonce_after(self) -> list[C]:
        """`Access` sees to it that these are limbs, so the carries are those of the sum."""
        added = [self.counts, *self.nonce_carry]
        after = [limb + one for limb, one in zip(self.nonce, added, strict=True)]
        carried = [limb - carry * (1 << LIMB) for limb, carry in zip(after, self.nonce_carry, strict=False)]
        return [*carried, after[-1]]


def paired(digits: Sequence[C]) -> list[C]:
    """Bytes, or what stands for them, two at a time; a last one alone."""
    pairs = [low + high * 256 for low, high in zip(digits[::2], digits[1::2], strict=False)]
    return [*pairs, *digits[2 * len(pairs) :]]


def _product(one: Sequence[C], two: Sequence[C]) -> list[C]:
    terms: list[list[C]] = [[] for _ in range(len(one) + len(two) - 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(two):
            terms[i + j].append(left * right)
    return [sum(each[1:], each[0]) for each in terms]
