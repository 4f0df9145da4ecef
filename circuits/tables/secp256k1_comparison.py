"""Comparisons of integers of 256 bits, for the other tables of secp256k1."""

from circuits.dsl import Air, C, Cells, Table, cells, flag, flags
from circuits.gadgets.modular import HALVES, LIMBS, PAIR_BASE, paired
from circuits.tables.byte_pairs import are_bytes
from circuits.tables.secp256k1_buses import NotAbove


class Secp256k1Comparison(Table[C]):
    """low + distance = high a row, with a carry for every two bytes; `low` and `distance` are bytes."""

    max_log_height = 16
    live: C = flag()
    low: Cells[C] = cells(LIMBS)
    high: Cells[C] = cells(LIMBS)
    distance: Cells[C] = cells(LIMBS)
    carries: Cells[C] = flags(HALVES - 1)

    def rules(self, air: Air[C], below: "Secp256k1Comparison[C]") -> None:
        are_bytes(air, self.low)
        are_bytes(air, self.distance)
        carried: C | int = 0
        rows = zip(paired(self.low), paired(self.distance), paired(self.high), strict=True)
        for k, (low, distance, high) in enumerate(rows):
            # Soundness: no carry leaves the last pair, so `high` is not smaller.
            carry = self.carries[k] if k < HALVES - 1 else 0
            air.zero(low + distance + carried - high - carry * PAIR_BASE)
            carried = carry
        air.receive(NotAbove(self.low, self.high), when=self.live)
