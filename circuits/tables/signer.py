"""Who signed each transaction: asks for the recovery of its address (docs/payments.md, Outcomes)."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag
from circuits.gadgets.modular import LIMBS
from circuits.tables.execution_buses import Party, Place, SignatureVerdict
from circuits.tables.hash_buses import DIGEST
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.payment_buses import REGISTER, Field, FieldValue
from circuits.tables.secp256k1_buses import ADDRESS, Recover
from circuits.tables.stream_sources import TRANSACTION


class Signer(Table[C]):
    """A transaction a row, in any order; rows that are not `live` are idle.

    `asked` says that nothing else is wrong with the transaction. Otherwise nobody looks at its signature, and the
    digest, which is hashed all the same, is received and forgotten.
    """

    max_log_height = 16
    live: C = flag()
    asked: C = flag()
    valid: C = flag()
    item: C = cell()
    parity: C = cell()
    empty: Cells[C] = cells(3)
    digest: Cells[C] = cells(DIGEST)
    r: Cells[C] = cells(LIMBS)
    s: Cells[C] = cells(LIMBS)
    address: Cells[C] = cells(ADDRESS)

    def rules(self, air: Air[C], below: "Signer[C]") -> None:
        air.zero(self.asked * (1 - self.live))
        air.zero(self.valid * (1 - self.asked))
        air.receive(SignatureVerdict(self.item, self.asked, self.valid), when=self.live)
        parity = [air.constant(0)] * (REGISTER - 1) + [self.parity]
        for field, empty, value in zip(
            (Field.PARITY, Field.R, Field.S), self.empty, (parity, self.r, self.s), strict=True
        ):
            air.receive(FieldValue(self.item, field, empty, value), when=self.live)
        air.receive(KeccakDigest(TRANSACTION, self.item, self.digest), when=self.live)
        request = Recover(self.item, self.digest, self.parity, self.r, self.s, self.valid, self.address)
        air.send(request, when=self.asked)
        air.send(Party(self.item, Place.PAYMENT, limbs(self.address)), when=self.valid)


def limbs(digits: Cells[C]) -> list[C]:
    """An even number of bytes, big-endian, as limbs of sixteen bits, the least significant first."""
    pairs = zip(digits[::2], digits[1::2], strict=True)
    return [high * 256 + low for high, low in pairs][::-1]
