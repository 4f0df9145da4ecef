"""Modular relations among integers, for the other tables of secp256k1."""

from circuits.dsl import Air, C, Cells, Table, cells, flag, ranged
from circuits.gadgets.modular import CARRIES, CARRY_BITS, HALVES, LIMBS, multiple, product, relation, vanish
from circuits.tables.byte_pairs import are_bytes
from circuits.tables.secp256k1_buses import Relation


class Secp256k1Relation(Table[C]):
    """left * right + linear - quotient * modulus = 0 a row; the quotient is less 2^256 if `negative`."""

    max_log_height = 20
    live: C = flag()
    of_order: C = flag()
    left: Cells[C] = cells(LIMBS)
    right: Cells[C] = cells(LIMBS)
    linear: Cells[C] = cells(HALVES)
    quotient: Cells[C] = cells(LIMBS)
    negative: C = flag()
    carries: Cells[C] = ranged(CARRY_BITS, CARRIES)

    def rules(self, air: Air[C], below: "Secp256k1Relation[C]") -> None:
        are_bytes(air, self.quotient)
        multiples = multiple(self.quotient, self.negative, self.of_order)
        pairs = relation(product(self.left, self.right), self.linear, multiples)
        vanish(air, pairs, self.carries)
        air.receive(Relation(self.of_order, self.left, self.right, self.linear), when=self.live)
        for unused in (self.of_order, *self.left, *self.right, *self.linear):
            air.zero((1 - self.live) * unused)
