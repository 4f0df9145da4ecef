"""What becomes of the accounts that a batch touches, and of their leaves (docs/state.md).

The leaves are a list in the order of addresses: each names the next one's address, the last one 2^160. So a leaf also
says which addresses have none.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag, flags, ranged
from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.poseidon2 import Compress
from circuits.tables.state_buses import ADDRESS, BALANCE, LIMB, NONCE, AccountValue, NodeChange

LEAF_LIMBS = 2 * ADDRESS + BALANCE + NONCE
INNER = LEAF_LIMBS // DIGEST - 2
"""Digests between the blocks of a leaf, without the last, which is the leaf's."""


class Account(Table[C]):
    """An address a row: one whose leaf was there (`old`), one that gets a leaf (`new`), or one without.

    Behind the row of an old leaf come the touched addresses between its own and the next one that it names, which is
    `end` on all these rows, in ascending order. `next` is the next of them that has a leaf afterwards, or `end`.
    `upper` is what the address must be below: the next row's address if that row belongs here too, or `end`;
    `differs_at` is the highest limb in which it is, by one more than `excess`.
    """

    max_log_height = 18
    live: C = flag()
    old: C = flag()
    new: C = flag()
    index: C = cell()
    time: C = cell()
    excess: C = ranged(LIMB)
    differs_at: Cells[C] = flags(ADDRESS)
    # Soundness: limbs out of range would go round the field in small steps, and come by an address twice.
    address: Cells[C] = ranged(LIMB, ADDRESS)
    end: Cells[C] = cells(ADDRESS)
    next: Cells[C] = cells(ADDRESS)
    nonce_before: Cells[C] = cells(NONCE)
    balance_before: Cells[C] = cells(BALANCE)
    nonce_after: Cells[C] = cells(NONCE)
    balance_after: Cells[C] = cells(BALANCE)
    inner_before: Cells[C] = cells(INNER * DIGEST)
    inner_after: Cells[C] = cells(INNER * DIGEST)
    digest_before: Cells[C] = cells(DIGEST)
    digest_after: Cells[C] = cells(DIGEST)

    def rules(self, air: Air[C], below: "Account[C]") -> None:
        leaf = self.old + self.new
        before, after = (self.nonce_before, self.balance_before), (self.nonce_after, self.balance_after)
        # Makes the multiplicities below 0 or 1.
        air.boolean(leaf)
        air.zero(leaf * (1 - self.live))
        # Soundness: a leaf that was not there held nothing, and its place was empty.
        for held in (*before[0], *before[1]):
            air.zero((1 - self.old) * held)
        for element in self.digest_before:
            air.zero(self.new * element)
        # Of an address without leaf nobody else says it.
        air.zero((1 - leaf) * self.index)
        self._list(air, below)

        air.send(AccountValue(self.address, 0, self.old, self.index, *before), when=self.live)
        air.receive(AccountValue(self.address, self.time, leaf, self.index, *after), when=self.live)
        air.receive(NodeChange(0, self.index, self.digest_before, self.digest_after), times=leaf, at_most=1)
        for next_address, values, inner, digest, when in (
            (self.end, before, self.inner_before, self.digest_before, self.old),
            (self.next, after, self.inner_after, self.digest_after, leaf),
        ):
            for message in leaf_hash(self.address, next_address, *values, inner, digest):
                air.lookup(message, when=when)

    def _list(self, air: Air[C], below: "Account[C]") -> None:
        """The order of addresses, who is between whom, and who comes next."""
        with air.first_row():
            air.equal(self.old, self.live)
        with air.between_rows():
            air.zero(below.live * (1 - self.live))
            follows = below.live - below.old
            uppers = []
            for limb in range(ADDRESS):
                # Soundness: the gap in which an address has no leaf is that of the old leaf above it.
                air.zero(follows * (below.end[limb] - self.end[limb]))
                end = (1 - follows) * self.end[limb]
                passed = (follows - below.new) * below.next[limb]
                air.equal(self.next[limb], below.new * below.address[limb] + passed + end)
                uppers.append(follows * below.address[limb] + end)
            self._below(air, uppers)
        with air.last_row():
            for one, other in zip(self.next, self.end, strict=True):
                air.equal(one, other)
            self._below(air, self.end)

    def _below(self, air: Air[C], upper: Sequence[C]) -> None:
        """address < upper: the same in the limbs above one, and less in that one."""
        same_so_far = self.live
        found = -self.live
        *higher, lowest = reversed(list(zip(self.differs_at, self.address, upper, strict=True)))
        for at, less, more in higher:
            same_so_far = same_so_far - at
            # Soundness: without equal limbs above it, a lower one would say nothing about the order.
            air.zero(same_so_far * (more - less))
            found = found + at * (more - less)
        at, less, more = lowest
        air.equal(at, same_so_far)
        # Limbs have sixteen bits, and 2^160 one more, so what fits as many is not negative.
        air.equal(found + at * (more - less), self.excess)


def leaf_hash(
    address: Cells[C],
    next_address: Cells[C],
    nonce: Cells[C],
    balance: Cells[C],
    inner: Cells[C],
    digest: Cells[C],
) -> Iterator[Compress[C]]:
    """A leaf's digest: its limbs, the most significant of each number first, in blocks of eight one by one.

    What changes most often stands last, so that most of what is hashed is the same before and after.
    """
    fields = (address, next_address, balance, nonce)
    limbs = iter([limb for field in fields for limb in reversed(field)])
    results = iter((*inner, *digest))
    left = tuple(islice(limbs, DIGEST))
    while right := tuple(islice(limbs, DIGEST)):
        result = tuple(islice(results, DIGEST))
        yield Compress(left, right, result)
        left = result
