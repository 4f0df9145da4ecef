"""Every relation that the tables of execution state holds among the integers, from the declared ranges."""

from collections.abc import Mapping

from circuits.dsl.compile import AnyTable
from circuits.gadgets.modular import CARRY_BITS, CARRY_OFFSET
from circuits.tables.payment_buses import LONGEST
from circuits.tables.receipt import INTRINSIC_BYTES, Receipt
from circuits.tables.state_buses import LIMB
from circuits.tables.transfer import COST_LIMBS, Transfer
from circuits.tables.verdicts import SIGNED_BITS
from tests.prover.execution.payments.people import Wish, encode
from tests.prover.execution.payments.traffic import intrinsic
from tests.secp256k1.intervals import Interval, read, rule_sources
from verifier.field import P

BYTE = (0, 255)
LIMBS = (0, (1 << LIMB) - 1)
COUNT = (0, (1 << SIGNED_BITS) - 1)
"""Bytes and entries in a transaction of at most 128 KiB."""

UNIT = (-255, 510)
"""Digits of a fee: a byte, one more, or one less."""

TRANSFER = {
    "max_fee": LIMBS,
    "value": LIMBS,
    "before": LIMBS,
    "base_fee": BYTE,
    "factor": BYTE,
    "fee": UNIT,
    "capped": (0, 1),
    "moves": (0, 1),
}
RECEIPT = {
    **dict.fromkeys(("zero_bytes", "other_bytes", "addresses", "storage_keys"), COUNT),
    **dict.fromkeys(("chain_id", "nonce", "gas_limit", "to", "base_fee", "intrinsic"), BYTE),
    **dict.fromkeys(("chain", "gas_cap", "found_nonce"), LIMBS),
    "far": (0, 1),
}
INTEGERS = ("self.words * WORD", "intrinsic[0] +", "difference[0],", "difference[1],", "self.margin")
"""How the rules of `Receipt` begin that compare integers; the others only say that cells are the same or not."""


def stated(table: AnyTable, owed: Mapping[str, tuple[int, int]], *texts: str) -> list[Interval]:
    """What must vanish by the rules whose text has one of these behind `air.equal(`."""
    rules = zip(rule_sources(table), read(table, owed).rules, strict=True)
    begins = tuple(f"air.equal({text}" for text in texts)
    return [value for source, value in rules if source.text.replace("( ", "(").startswith(begins)]


def test_what_a_relation_in_wei_adds_up_does_not_reach_the_characteristic() -> None:
    relations = stated(Transfer, TRANSFER, "total,")
    assert len(relations) == COST_LIMBS
    assert max(each.largest for each in relations) < P


def test_carries_have_room_for_every_honest_relation() -> None:
    carries = [each.largest - (CARRY_OFFSET << LIMB) for each in stated(Transfer, TRANSFER, "total,")]
    assert 0 < max(carries) < CARRY_OFFSET << LIMB
    assert CARRY_OFFSET == 1 << CARRY_BITS - 1


def test_what_receipts_add_up_does_not_reach_the_characteristic() -> None:
    relations = stated(Receipt, RECEIPT, *INTEGERS)
    assert len(relations) == len(INTEGERS) + 2
    assert max(each.largest for each in relations) < P


def test_no_transaction_needs_more_gas_than_there_is_room_for() -> None:
    """Entries without keys cost most for their bytes; 5,699 of them are more than 128 KiB."""
    entry, key = ((bytes(20), ()),), ((bytes(20), (bytes(32),) * 3_900),)
    wish = Wish(1, 1, 1, 1, 1, b"", 1)
    for most in (
        wish.but(access_list=entry * (LONGEST // 23 + 1)),
        wish.but(access_list=key),
        wish.but(data=b"\1" * LONGEST),
    ):
        assert len(encode(most, 0, 1, 1)) > LONGEST - 3_000
        assert intrinsic(most) < 1 << 8 * INTRINSIC_BYTES
