"""What each item is, and the head of what the sender of a transaction signed."""

from circuits.dsl import Air, C, Cells, Table, cell, flag, flags
from circuits.tables.hash_buses import PART, HashPart
from circuits.tables.payment_buses import LONGEST, Decoded, ItemRefused, TransactionRead, Verdict
from circuits.tables.rlp_byte import LIST, LONGEST_SHORT, TYPE
from circuits.tables.stream_sources import TRANSACTION

LENGTH_BITS = 25
"""Lengths are below 2^25: `Transaction` and `Skipped` have no room for more bytes."""

SIGNED_BITS = 18
"""Bits of a length up to `LONGEST`."""

LONG_LIST = LIST + LONGEST_SHORT


class Verdicts(Table[C]):
    """One item a row, in any order; idle rows are zero.

    Its data are the bytes from `start` to before `end`. `refusal` is what reading it came to, if it was refused. Of a
    transaction, `signed` are the bits of the length of the fields signed, lowest first, and `spelled` says in how many
    bytes it stands behind the head of their list, if it does not stand in it.
    """

    max_log_height = 18
    transaction: C = flag()
    too_long: C = flag()
    mistyped: C = flag()
    malformed: C = flag()
    item: C = cell()
    start: C = cell()
    end: C = cell()
    refusal: C = cell()
    distance: Cells[C] = flags(LENGTH_BITS)
    zero_bytes: C = cell()
    other_bytes: C = cell()
    addresses: C = cell()
    storage_keys: C = cell()
    signed: Cells[C] = flags(SIGNED_BITS)
    spelled: Cells[C] = flags(3)
    all_three: C = cell()
    exceeds: C = cell()
    inverse: C = cell()

    def rules(self, air: Air[C], below: "Verdicts[C]") -> None:
        live = self.transaction + self.too_long + self.mistyped + self.malformed
        # Makes the verdicts exclude one another.
        air.boolean(live)
        for unused in (self.item, self.start, self.end):
            air.zero((1 - live) * unused)
        for unused in (self.zero_bytes, self.other_bytes, self.addresses, self.storage_keys):
            air.zero((1 - self.transaction) * unused)
        self._length(air, live)
        claimed = Verdict.WRONG_TYPE * self.mistyped + Verdict.MALFORMED * self.malformed
        air.zero((1 - self.too_long) * (self.refusal - claimed))
        signed = _binary(self.signed)
        counts = (self.zero_bytes, self.other_bytes, self.addresses, self.storage_keys)
        air.receive(
            TransactionRead(self.item, self.start, self.end, signed, *counts),
            when=self.transaction,
        )
        air.receive(
            ItemRefused(self.item, self.start, self.end, self.refusal, 1),
            times=live - self.transaction,
            at_most=1,
        )
        air.send(HashPart(TRANSACTION, self.item, 0, *self._signed_head(air)), when=self.transaction)
        verdict = Verdict.TOO_LONG * self.too_long + claimed
        air.send(Decoded(self.item, verdict, *counts), when=live)

    def _length(self, air: Air[C], live: C) -> None:
        """By how much the data are longer than `LONGEST` and one byte, or shorter than that.

        Soundness: both are below 2^25 and not negative, and the sum of such two is not 0 modulo P.
        """
        excess = self.end - self.start - LONGEST - 1
        shortfall = (live - self.too_long) * (-1 - excess)
        air.equal(_binary(self.distance), self.too_long * excess + shortfall)

    def _signed_head(self, air: Air[C]) -> "tuple[list[C | int], list[C | int]]":
        """The type and the head of the list, in the shortest form that its length allows; and which bytes of the
        part they are.
        """
        low, middle, high = self.signed[:8], self.signed[8:16], self.signed[16:]
        alone, two, three = self.spelled
        long = alone + two + three
        short = self.transaction - long
        air.boolean(long)
        # A length is above 55 if it has one of the two highest bits of a byte, or the three below them.
        air.equal(self.all_three, low[5] * low[4] * low[3])
        air.equal(self.exceeds, 1 - (1 - low[7]) * (1 - low[6]) * (1 - self.all_three))
        air.zero(short * self.exceeds)
        air.zero(alone * (1 - self.exceeds))
        air.zero((short + alone + two) * _binary(high))
        air.zero((short + alone) * _binary(middle))
        # Soundness: no byte of a length before the first one that is not zero.
        air.equal((two * _binary(middle) + three * _binary(high)) * self.inverse, two + three)
        # Without a length nothing is spelled either, by the rules above.
        air.zero((1 - self.transaction) * _binary(self.signed))
        head = short * (LIST + _binary(low)) + LONG_LIST * long + alone + 2 * two + 3 * three
        first = alone * _binary(low) + two * _binary(middle) + three * _binary(high)
        second = two * _binary(low) + three * _binary(middle)
        third = three * _binary(low)
        zeros = [0] * (PART - 5)
        return [TYPE, head, first, second, third, *zeros], [1, 1, long, two + three, three, *zeros]


def _binary(bits: Cells[C]) -> C:
    total = bits[0]
    for index, bit in enumerate(bits[1:], 1):
        total = total + bit * (1 << index)
    return total
