"""A program in which any bytes are read and executed, for the test that both agree with the executor.

The tables that read and those that execute are the payments program's own. Around them stand those of
`tests.payment_items`, which send the bytes and take what was signed, and those of `tests.execution`, which answer from
Keccak-256, coincurve and a ledger. Signatures can be left to the tables of secp256k1 instead of coincurve.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import (
    Compiled,
    check,
    compile_program,
    public_bytes,
    public_integer,
    verifier_receives,
    verifier_sends,
)
from circuits.dsl.check import Report
from circuits.tables.byte_pairs import BytePairs, fill_byte_pairs
from circuits.tables.execution_buses import ExecutionBegin, ExecutionEnd
from circuits.tables.hash_buses import PART, HashPart
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.parts import Parts
from circuits.tables.payment_buses import Decoded, FieldValue
from circuits.tables.range import fill_ranges, range_tables
from circuits.tables.receipt import Receipt
from circuits.tables.rlp_byte import RlpByte
from circuits.tables.secp256k1_buses import Recover
from circuits.tables.signer import Signer
from circuits.tables.skipped import Skipped
from circuits.tables.stream_sources import RECEIPT, SECP256K1
from circuits.tables.transaction import Transaction
from circuits.tables.transfer import Transfer
from circuits.tables.verdicts import Verdicts
from prover.execution.payments.keccak import keccak256
from prover.programs.payments import recoveries
from prover.witness.execution import fill_execution
from prover.witness.hashing import sent
from prover.witness.parts import fill_parts
from prover.witness.rows import zeroed
from prover.witness.secp256k1 import fill_secp256k1, public_key_bytes
from prover.witness.secp256k1_recovery import Recovery
from prover.witness.transaction import fill_items, read_items
from tests import recovery
from tests.execution import Configured, Message, Said, Scene, Traces, fill_said
from tests.payment_items import Sender, Wanted, cut, fill_sender
from tests.transaction_oracle import Expected

EXECUTING = (Receipt, Signer, Transfer)
READING = (Parts, Transaction, RlpByte, Skipped, Verdicts)
NUMBER, OUTCOME, REASON = slice(1, 5), 5, 6
"""Where a receipt's number, outcome and reason stand in the second part of what is hashed of it."""


@cache
def program(recovers: bool = False) -> Compiled:
    """The tables that read and execute, and those around them; the verifier is told what `tests.execution` tells.

    Those of secp256k1 are among them if it `recovers`.
    """
    own = (*EXECUTING, *(recovery.TABLES if recovers else ()))
    return compile_program(
        "tests.any_bytes",
        [*own, *READING, Sender, Wanted, Said, Configured, BytePairs, *range_tables(*own)],
        [
            verifier_sends(ExecutionBegin(public_integer(0, 8))),
            verifier_receives(ExecutionEnd(public_integer(8, 8), public_bytes(16, 32))),
        ],
    )


def traces_of(told: Scene, items: Sequence[Expected], recovers: bool = False) -> Traces:
    """All traces of a scene, of whose items the oracle of `tests.transaction_oracle` says this.

    What an item is, and what its fields are, goes from the tables that read to those that execute, untold by anyone;
    so do signers if the program `recovers`, and then only the digests of their keys are told.
    """
    sent_items = cut([item for height in told.ordered for item in height.items])
    read = read_items(sent_items.parts, sent_items.singles)
    filled = fill_items(sent_items.parts, read)
    signed = sent(program(), {Verdicts.name: filled[Verdicts.name]}, HashPart)
    skipped = [part for item in read for part in item.skipped]
    untold = {Decoded, FieldValue, *([Recover] if recovers else [])}
    around = [message for message in told.messages() if message[0] not in untold]
    recovered: Traces = {}
    if recovers:
        found = recoveries(told.receipts)
        recovered = {**fill_secp256k1(program(recovers), found)}
        around += _keys_hashed(found)
    return {
        **fill_execution(told.chain, told.ordered, told.receipts),
        **filled,
        **recovered,
        Parts.name: fill_parts(np.concatenate([np.delete(sent_items.parts, skipped, axis=0), signed])),
        Sender.name: fill_sender(sent_items),
        Wanted.name: fill_signed([each.signed for each in items]),
        Said.name: fill_said(around),
        Configured.name: told.fill_configured(),
    }


def _keys_hashed(found: Sequence[Recovery]) -> list[Message]:
    """What the tables of secp256k1 have hashed, and its digests."""
    messages: list[Message] = []
    for number, each in enumerate(found):
        if each.key is None:
            continue
        data = public_key_bytes(each.key)
        for base in range(0, len(data), PART):
            part = data[base : base + PART]
            messages.append((HashPart, (SECP256K1, number, base, *part, *[1] * PART)))
        messages.append((KeccakDigest, (SECP256K1, number, *keccak256(data))))
    return messages


def fill_signed(signed: Sequence[bytes]) -> NDArray[np.uint32]:
    """The trace of `Wanted` that wants of items 1, 2, ... the bytes that were signed, and nothing else."""
    lengths = [len(each) for each in signed]
    total = sum(lengths)
    trace = zeroed(Wanted, total)
    trace.signed[:total] = 1
    trace.item[:total] = np.repeat(np.arange(1, len(signed) + 1), lengths)
    trace.number[:total] = np.concatenate([np.arange(length) for length in lengths])
    trace.value[:total, 0] = np.frombuffer(b"".join(signed), dtype=np.uint8)
    return trace.matrix


def judge(traces: Traces, statement: bytes, recovers: bool = False) -> Report:
    """What the mock prover says."""
    compiled = program(recovers)
    return check(compiled, fill_byte_pairs(compiled, fill_ranges(compiled, traces)), statement)


def outcomes(traces: Traces) -> list[tuple[int, int, int]]:
    """The number, outcome and reason of every item, as the tables have them hashed."""
    receipt = traces[Receipt.name]
    assert receipt is not None
    parts = sent(program(), {Receipt.name: receipt}, HashPart)
    seconds = parts[(parts[:, 0] == RECEIPT) & (parts[:, 2] == 32)][:, 3:]
    return [
        (int.from_bytes(bytes(part[NUMBER].tolist()), "big"), int(part[OUTCOME]), int(part[REASON]))
        for part in seconds
    ]
