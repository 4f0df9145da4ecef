"""`celestia-payments`: what Celestia ordered for a namespace, executed as Ethereum's transfers."""

from functools import cache

from circuits.dsl import Compiled, compile_program, verifier_receives, verifier_sends
from circuits.programs import celestia, state
from circuits.programs.celestia import public, public_height
from circuits.tables.byte_pairs import BytePairs
from circuits.tables.execution_buses import ExecutionBegin, ExecutionEnd
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_padding import KeccakPadding
from circuits.tables.parts import Parts
from circuits.tables.range import range_table
from circuits.tables.receipt import Receipt
from circuits.tables.rlp_byte import RlpByte
from circuits.tables.secp256k1_addition import Secp256k1Addition
from circuits.tables.secp256k1_base import Secp256k1Base
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding
from circuits.tables.signer import Signer
from circuits.tables.skipped import Skipped
from circuits.tables.transaction import Transaction
from circuits.tables.transfer import Transfer
from circuits.tables.verdicts import Verdicts
from verifier.registry import CELESTIA_PAYMENTS, load

READING = (Transaction, RlpByte, Skipped, Verdicts)
EXECUTION = (Receipt, Signer, Transfer)
SECP256K1 = (
    Secp256k1Signature,
    Secp256k1Unit,
    Secp256k1Ladder,
    Secp256k1Addition,
    Secp256k1Base,
    Secp256k1Comparison,
    Secp256k1Relation,
    BytePairs,
)
HASHING = (Parts, Sha256Padding, Sha256, KeccakPadding, Keccak)
RANGES = (range_table(15), range_table(16))
"""What `range_tables` finds, which compiles every table to do so."""

TABLES = (*celestia.TABLES, *READING, *EXECUTION, *SECP256K1, *state.TABLES, *HASHING, *RANGES)


@cache
def celestia_payments() -> Compiled:
    """The program that the verifier knows as `celestia-payments`, with the roots that stand there."""
    return compile_payments(load(CELESTIA_PAYMENTS).preprocessed_roots)


def compile_payments(preprocessed_roots: tuple[bytes, ...] | None = None) -> Compiled:
    """The same from nothing but the circuits, unless the roots are given."""
    return compile_program(
        "celestia-payments",
        TABLES,
        (
            *celestia.boundaries(),
            *state.boundaries(),
            verifier_sends(ExecutionBegin(public_height("first_height"))),
            verifier_receives(ExecutionEnd(public_height("last_height"), public("receipts_digest"))),
        ),
        preprocessed_roots,
    )
