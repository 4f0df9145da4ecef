"""Batches of accesses, and a program in which a table without rules makes them."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Air, C, Cells, Compiled, Table, cell, cells, check, compile_program, flag
from circuits.dsl.check import Report
from circuits.dsl.compile import AnyTable
from circuits.programs import state
from circuits.tables.range import fill_ranges, range_tables
from circuits.tables.state_buses import (
    ADDRESS,
    BALANCE,
    BASE_FEE,
    CHAIN_ID,
    GAS_CAP,
    NONCE,
    AccountAccess,
    Configuration,
)
from prover.execution.payments.chain import Chain
from prover.execution.payments.state import NO_ACCOUNT, Account
from prover.execution.state.batch import Access, Batch
from prover.execution.state.leaf import limbs
from prover.execution.state.tree import IndexedTree
from prover.witness.rows import zeroed
from prover.witness.state import fill_state_tables
from tests.toys import Toy
from verifier.statement import Statement

Matrix = NDArray[np.uint32]
Traces = dict[str, Matrix | None]
Accounts = list[tuple[bytes, Account]]

CHAIN = Chain(chain_id=0x1122334455667788, base_fee=10**9, fee_recipient=bytes(range(20)), gas_cap=30_000_000)


class Rules(Table[C]):
    """What stands for a rollup's rules: it makes the accesses that a test says, and knows the configuration."""

    live: C = flag()
    number: C = cell()
    address: Cells[C] = cells(ADDRESS)
    nonce_before: Cells[C] = cells(NONCE)
    balance_before: Cells[C] = cells(BALANCE)
    nonce_after: Cells[C] = cells(NONCE)
    balance_after: Cells[C] = cells(BALANCE)
    chain_id: Cells[C] = cells(CHAIN_ID)
    base_fee: Cells[C] = cells(BASE_FEE)
    fee_recipient: Cells[C] = cells(ADDRESS)
    gas_cap: Cells[C] = cells(GAS_CAP)

    def rules(self, air: Air[C], below: "Rules[C]") -> None:
        before, after = (self.nonce_before, self.balance_before), (self.nonce_after, self.balance_after)
        air.send(AccountAccess(self.number, self.address, *before, *after), when=self.live)
        configuration = Configuration(self.chain_id, self.base_fee, self.fee_recipient, self.gas_cap)
        air.lookup(configuration, when=self.live)


@cache
def program() -> Compiled:
    """The state's tables, their ranges and the one that makes accesses."""
    tables: tuple[AnyTable, ...] = (Rules, *state.TABLES)
    return compile_program("tests.state", [*tables, *range_tables(*tables)], state.boundaries())


def fill_rules(accesses: Sequence[Access], chain: Chain = CHAIN) -> Matrix:
    """The trace of `Rules`."""
    trace = zeroed(Rules, len(accesses))
    rows = slice(len(accesses))
    trace.live[rows] = 1
    trace.number[rows] = np.arange(1, len(accesses) + 1)
    trace.address[rows] = limbs([number(each.address) for each in accesses], ADDRESS)
    for when in ("before", "after"):
        values: list[Account] = [getattr(each, when) for each in accesses]
        getattr(trace, f"nonce_{when}")[rows] = limbs([each.nonce for each in values], NONCE)
        getattr(trace, f"balance_{when}")[rows] = limbs([each.balance for each in values], BALANCE)
    trace.chain_id[rows] = limbs([chain.chain_id], CHAIN_ID)
    trace.base_fee[rows] = limbs([chain.base_fee], BASE_FEE)
    trace.fee_recipient[rows] = limbs([number(chain.fee_recipient)], ADDRESS)
    trace.gas_cap[rows] = limbs([chain.gas_cap], GAS_CAP)
    return trace.matrix


def number(address: bytes) -> int:
    """An address as an integer."""
    return int.from_bytes(address, "big")


@dataclass
class Scene:
    """Accounts at first, accesses, and what the prover makes of them."""

    accounts: Accounts
    accesses: list[Access]
    batch: Batch
    before: bytes
    after: bytes

    @property
    def statement(self) -> bytes:
        """The canonical bytes of a statement that says so."""
        return statement(self.before, self.after)

    def traces(
        self,
        change_batch: Callable[[Batch], Batch] = lambda batch: batch,
        change_traces: Callable[[Traces], None] = lambda traces: None,
    ) -> Traces:
        """All traces; for lies, of a changed batch, and changed before the hashes are filled in."""
        return traces_of(self.accesses, change_batch(self.batch), change_traces)

    def toy(self) -> Toy:
        """What can be proven."""
        return Toy(program(), self.traces(), self.statement)


def statement(before: bytes, after: bytes, chain_id: int = CHAIN.chain_id) -> bytes:
    """A statement of which only the states and the chain id are read."""
    rest = (b"", 1, 1, bytes(32))
    return Statement(1, 1, 0, chain_id, *rest, before, after, bytes(32), bytes(32)).encode()


def traces_of(
    accesses: Sequence[Access], batch: Batch, change: Callable[[Traces], None] = lambda traces: None
) -> Traces:
    """All traces of accesses and of what the state makes of them."""
    rules = {"Rules": fill_rules(accesses)}
    traces: Traces = {**rules, **fill_state_tables(program(), rules, batch)}
    change(traces)
    return fill_ranges(program(), traces)


def judge(traces: Traces, said: bytes) -> Report:
    """What the mock prover says."""
    return check(program(), traces, said)


def scene(accounts: Accounts, accesses: Iterable[Access]) -> Scene:
    """Carry out accesses on accounts."""
    tree = IndexedTree(CHAIN, accounts)
    before, made = tree.state_bytes, list(accesses)
    batch = tree.apply(made)
    return Scene(accounts, made, batch, before, tree.state_bytes)


def some_address(generator: random.Random) -> bytes:
    """An address; often one that shares its highest limbs with others."""
    kept = generator.choice((0, 0, 10, 18))
    return bytes(kept) + generator.randbytes(20 - kept)


def random_scene(seed: int, accounts: int, accesses: int, addresses: int | None = None) -> Scene:
    """Reads, writes and accounts that come to be, at few addresses: some of them several times."""
    generator = random.Random(seed)
    known: dict[bytes, Account] = {}
    while len(known) < accounts:
        known[some_address(generator)] = Account(generator.randrange(3), 1 + generator.getrandbits(70))
    pool = [*known, bytes(20), b"\xff" * 20]
    pool += [some_address(generator) for _ in range(accesses // 3 + 1)]
    if addresses is not None:
        pool = generator.sample(pool, min(addresses, len(pool)))
    return scene(list(known.items()), random_accesses(generator, known, pool, accesses))


def random_accesses(
    generator: random.Random, known: dict[bytes, Account], pool: Sequence[bytes], count: int
) -> list[Access]:
    """Accesses to addresses of a pool: reads, credits, nonces, and balances of any size."""
    held = dict(known)
    found = []
    for _ in range(count):
        address = generator.choice(pool)
        before = held.get(address, NO_ACCOUNT)
        after = generator.choice(
            (
                before,
                before,
                Account(before.nonce, before.balance + generator.getrandbits(20)),
                Account(before.nonce + 1, before.balance // 2),
                Account(before.nonce, generator.getrandbits(256)),
            )
        )
        found.append(Access(address, before, after))
        held[address] = after
    return found
