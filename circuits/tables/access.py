"""The accesses to accounts, one after the other: each finds what the one before it left (docs/state.md)."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, ranged
from circuits.tables.state_buses import (
    ADDRESS,
    BALANCE,
    LIMB,
    NONCE,
    AccountAccess,
    AccountValue,
    FirstFreeIndex,
    LastFreeIndex,
)

HIGH_BITS = 2
LOG_ROWS = LIMB + HIGH_BITS
"""As many bits has the time between two accesses to an account."""


class Access(Table[C]):
    """An access a row, in the order of their numbers.

    `earlier` is the number of the address's access before this one, 0 if there is none, and `apart` with the bits of
    `apart_high` what lies between them. `creates` marks where an address comes to have anything at all; it then gets
    the next free leaf. `inverse` shows that it has something. By these rules `creates` is 1 there and 0 elsewhere.
    """

    max_log_height = LOG_ROWS
    live: C = flag()
    first: C = flag()
    last: C = flag()
    exists: C = flag()
    creates: C = cell()
    number: C = cell()
    earlier: C = cell()
    apart: C = ranged(LIMB)
    apart_high: Cells[C] = flags(HIGH_BITS)
    index: C = cell()
    free: C = cell()
    inverse: C = cell()
    address: Cells[C] = cells(ADDRESS)
    nonce_before: Cells[C] = cells(NONCE)
    balance_before: Cells[C] = cells(BALANCE)
    # Soundness: limbs out of range could stand for another number, or for 0 though they are not.
    nonce_after: Cells[C] = ranged(LIMB, NONCE)
    balance_after: Cells[C] = ranged(LIMB, BALANCE)

    def rules(self, air: Air[C], below: "Access[C]") -> None:
        with air.first_row():
            air.equal(self.first, 1)
            air.equal(self.number, 1)
        with air.between_rows():
            air.zero(below.first)
            air.zero(self.last)
            air.zero(below.live * (1 - self.live))
            air.equal(below.number, self.number + 1)
            air.equal(below.free, self.free + self.creates)
        with air.last_row():
            air.equal(self.last, 1)
        self._creation(air)

        apart = self.apart
        for bit, flagged in enumerate(self.apart_high):
            apart = apart + flagged * (1 << LIMB + bit)
        # Soundness: numbers grow along an address's accesses, so these are one chain and no circle. All of them are
        # integers up to 2^18, no wider than what stands at the right.
        air.zero(self.live * (self.number - 1 - self.earlier - apart))

        before, after = (self.nonce_before, self.balance_before), (self.nonce_after, self.balance_after)
        air.receive(AccountAccess(self.number, self.address, *before, *after), when=self.live)
        air.receive(
            AccountValue(self.address, self.earlier, self.exists, self.index, *before), when=self.live
        )
        exists = self.exists + self.creates
        air.send(AccountValue(self.address, self.number, exists, self.index, *after), when=self.live)
        air.receive(FirstFreeIndex(self.free), when=self.first)
        air.send(LastFreeIndex(self.free + self.creates), when=self.last)

    def _creation(self, air: Air[C]) -> None:
        # Of at most twenty limbs of sixteen bits: zero only if each is.
        held = sum((*self.nonce_after, *self.balance_after[1:]), self.balance_after[0])
        air.zero(self.creates * (1 - self.live))
        # Soundness: whether an account exists, and where its leaf is, is not the prover's choice.
        air.zero((1 - self.exists - self.creates) * held)
        air.zero(self.creates * (1 - held * self.inverse))
        air.zero(self.creates * (self.index - self.free))
