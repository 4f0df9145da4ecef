"""A program that recovers signers, for the tests of the tables of secp256k1.

What the tables cannot do alone is done by two tables without rules: one that asks, and one that answers digests.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from coincurve import PublicKey
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, cell, cells, check, compile_program, flag
from circuits.dsl.check import Report
from circuits.gadgets.modular import LIMBS
from circuits.tables.byte_pairs import BytePairs, fill_byte_pairs
from circuits.tables.hash_buses import HashPart
from circuits.tables.keccak_buses import KeccakDigest
from circuits.tables.range import fill_ranges, range_tables
from circuits.tables.secp256k1_addition import Secp256k1Addition
from circuits.tables.secp256k1_base import Secp256k1Base
from circuits.tables.secp256k1_buses import ADDRESS, Recover
from circuits.tables.secp256k1_comparison import Secp256k1Comparison
from circuits.tables.secp256k1_ladder import Secp256k1Ladder
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from circuits.tables.stream_sources import SECP256K1
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.signature import recover_address
from prover.witness import secp256k1_recovery
from prover.witness.rows import byte_rows, zeroed
from prover.witness.secp256k1 import fill_answers, fill_questions, public_key_bytes
from prover.witness.secp256k1_recovery import Ladder, Recovery, Request, Signed

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]
TABLES = (
    Secp256k1Signature,
    Secp256k1Comparison,
    Secp256k1Relation,
    Secp256k1Unit,
    Secp256k1Ladder,
    Secp256k1Addition,
    Secp256k1Base,
)
"""The tables of secp256k1."""

Answer = bytes | None


class Asks(Table[C]):
    """Who wants signers recovered; it says itself what the answer is."""

    live: C = flag()
    request: C = cell()
    hash: Cells[C] = cells(LIMBS)
    parity: C = cell()
    r: Cells[C] = cells(LIMBS)
    s: Cells[C] = cells(LIMBS)
    valid: C = cell()
    address: Cells[C] = cells(ADDRESS)

    def rules(self, air: Air[C], below: "Asks[C]") -> None:
        message = Recover(self.request, self.hash, self.parity, self.r, self.s, self.valid, self.address)
        air.send(message, when=self.live)


class Digests(Table[C]):
    """Stands for the tables of Keccak-256: takes the two parts of a key, answers what a test puts here."""

    live: C = flag()
    message: C = cell()
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(LIMBS)
    digest: Cells[C] = cells(LIMBS)

    def rules(self, air: Air[C], below: "Digests[C]") -> None:
        for base, value in ((0, self.x), (LIMBS, self.y)):
            air.receive(HashPart(SECP256K1, self.message, base, value, (1,) * LIMBS), when=self.live)
        air.send(KeccakDigest(SECP256K1, self.message, self.digest), when=self.live)


@cache
def program() -> Compiled:
    """The tables of secp256k1, those that they look up, and the two of this file."""
    asking = range_tables(*TABLES)
    return compile_program("tests.recovery", [Asks, Digests, *TABLES, BytePairs, *asking])


def oracle(request: Request) -> Answer:
    """The signer's address as coincurve recovers it, None if Ethereum's rules refuse."""
    return recover_address(request.hash.to_bytes(32, "big"), request.parity, request.r, request.s)


def key_address(key: bytes) -> bytes:
    """The address of a public key in SEC 1's form."""
    return keccak256(PublicKey(key).format(compressed=False)[1:])[12:]


def traces_of(
    recoveries: Sequence[Recovery],
    answers: Sequence[Answer],
    lie: Callable[[dict[str, Matrix]], None] | None = None,
) -> Traces:
    """Traces in which each recovery is asked for and has this answer; `lie` changes what follows from signatures."""
    found = fill_questions(recoveries)
    found["Asks"] = fill_asks([each.request for each in recoveries], answers)
    found["Digests"] = fill_digests(recoveries)
    if lie is not None:
        lie(found)
    return complete(fill_answers(program(), found))


def complete(traces: dict[str, Any]) -> Traces:
    """Traces with those of ranges and byte pairs added."""
    return fill_byte_pairs(program(), fill_ranges(program(), traces))


def fill_asks(requests: Sequence[Request], answers: Sequence[Answer]) -> Matrix:
    """The trace of `Asks`."""
    trace = zeroed(Asks, len(requests))
    rows = slice(len(requests))
    trace.live[rows], trace.request[rows] = 1, [request.request for request in requests]
    trace.parity[rows] = [request.parity for request in requests]
    for name in ("hash", "r", "s"):
        values = [getattr(request, name).to_bytes(LIMBS, "big") for request in requests]
        getattr(trace, name)[rows] = byte_rows(values, LIMBS)
    trace.valid[rows] = [answer is not None for answer in answers]
    trace.address[rows] = byte_rows([answer or b"" for answer in answers], ADDRESS)
    return trace.matrix


def fill_digests(recoveries: Sequence[Recovery]) -> Matrix:
    """The trace of `Digests`: true digests of the keys that these recoveries come to."""
    keys = [(number, each.key) for number, each in enumerate(recoveries) if each.key is not None]
    trace = zeroed(Digests, len(keys))
    for row, (number, key) in enumerate(keys):
        data = public_key_bytes(key)
        trace.live[row], trace.message[row] = 1, number
        trace.x[row], trace.y[row], trace.digest[row] = (
            list(data[:32]),
            list(data[32:]),
            list(keccak256(data)),
        )
    return trace.matrix


def recover(request: Request) -> Recovery:
    """A single signature, recovered."""
    return secp256k1_recovery.recover([request])[0]


def recover_on_curve(request: Request, root: int) -> Recovery:
    """The same with a given root, whether or not r and s are in range."""
    return secp256k1_recovery.recover_on_curve([(request, root)])[0]


def ladder_of(scalar: int, multiples: dict[int, Signed]) -> Ladder:
    """A single ladder."""
    return secp256k1_recovery.walk_ladders([scalar], [multiples])[0]


def judge(recoveries: Sequence[Recovery], answers: Sequence[Answer] | None = None) -> Report:
    """What the mock prover says of honest tables, and the oracle's answers unless others are given."""
    known = [oracle(each.request) for each in recoveries] if answers is None else answers
    return check(program(), traces_of(recoveries, known), b"")


def judge_requests(requests: Iterable[Request]) -> Report:
    """The same for requests, numbered anew."""
    numbered = [Request(n, each.hash, each.parity, each.r, each.s) for n, each in enumerate(requests, 7)]
    return judge(secp256k1_recovery.recover(numbered))
