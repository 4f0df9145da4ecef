"""100,000 strings, random and structured, read and executed in tables: the executor's outcome, and always provable."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from circuits.tables.secp256k1_buses import Recover
from circuits.tables.signer import Signer
from prover.execution.payments.executor import apply
from prover.execution.payments.gas import LONGEST_INITCODE
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.outcome import Outcome, Reason
from prover.programs.payments import recoveries
from tests import transaction_samples as samples
from tests.any_bytes import judge, outcomes, traces_of
from tests.execution import Scene, scene
from tests.prover.execution.payments.people import sign
from tests.prover.execution.payments.traffic import Traffic, first_state, intrinsic, some_chain
from tests.transaction_oracle import expected

ITEMS = 2_000
BATCHES = 50
RECOVERS = 5
"""Every so many batches, the tables of secp256k1 stand in for coincurve: filling and checking them takes longest."""

FEW = 300
FEWER = 80
LONGEST = 131_072
MEBIBYTE = 1 << 20
DEVIATIONS = [data for _, data in samples.deviations()]


def makers(random: Random, traffic: Traffic) -> list[Callable[[], bytes]]:
    """A hundred ways to make the bytes of an item behind its header, the frequent ones more than once."""
    sources = [traffic.transfer, traffic.transfer, traffic.with_data, traffic.with_access_list]

    def cut_off() -> bytes:
        whole = traffic.transfer()
        return whole[: random.randrange(len(whole) + 1)]

    shares: list[tuple[int, Callable[[], bytes]]] = [
        (18, traffic.item),
        (20, lambda: samples.mutated(random, random.choice(sources)())),
        (8, cut_off),
        (4, lambda: samples.mutated(random, random.choice(samples.PUBLISHED))),
        (4, lambda: samples.mutated(random, samples.transaction(random))),
        (10, lambda: samples.replaced(random)),
        (2, lambda: samples.deep(random.randrange(60))),
        (10, lambda: samples.huge(random)),
        (10, lambda: samples.mutated(random, random.choice(DEVIATIONS))),
        (6, lambda: samples.junk(random)),
        (8, lambda: random.randbytes(random.randrange(64))),
    ]
    return [maker for share, maker in shares for _ in range(share)]


def huge(random: Random, length: int) -> bytes:
    """An item of so many bytes that is no transaction, though it may begin like one."""
    start = random.choice([b"", b"\x02", b"\x02\xfa\x01\xff\xff", b"\x02\xbb\xff\xff\xff\xff"])
    return (samples.PLAIN + start).ljust(length, random.choice([b"\0", b"\xc0", b"\xff"]))


def longest(random: Random, traffic: Traffic) -> bytes:
    """A signed transfer with as much data as there may be, or a byte more, and the gas that takes."""
    by = traffic.sender()
    wish = traffic.wish(by).but(data=bytes(LONGEST - 1_000))
    room = LONGEST - len(sign(wish, by)) + random.choice([0, 0, 1])
    wish = wish.but(data=bytes(len(wish.data) + room))
    return sign(wish.but(gas_limit=min(intrinsic(wish), traffic.chain.gas_cap)), by)


def long_initcode(random: Random, traffic: Traffic) -> bytes:
    """A creation with as much initcode as there may be, or a byte more."""
    by = traffic.sender()
    wish = traffic.wish(by).but(to=b"", data=bytes(LONGEST_INITCODE + random.choice([0, 1, 1, 1])))
    return sign(wish.but(gas_limit=min(intrinsic(wish), traffic.chain.gas_cap)), by)


def extremes(random: Random, traffic: Traffic) -> list[Callable[[], bytes]]:
    """Items as short and as long as they come. One without any bytes does not: it has at least its header."""
    return [
        lambda: b"\0",
        lambda: samples.PLAIN,
        lambda: b"\0\x01" + random.randbytes(20),
        lambda: samples.PLAIN + b"\x02",
        lambda: huge(random, len(samples.PLAIN) + LONGEST + random.choice([-1, 0, 1])),
        lambda: huge(random, len(samples.PLAIN) + LONGEST + random.randrange(1, LONGEST)),
        lambda: huge(random, MEBIBYTE),
        lambda: samples.PLAIN + random.choice([longest, long_initcode, long_initcode])(random, traffic),
    ]


def items_of(random: Random, traffic: Traffic, count: int) -> list[bytes]:
    """Items with headers of every version, some that are nothing but bytes, and the extremes among them."""
    found = []
    rare = extremes(random, traffic)
    places = dict(zip(random.sample(range(count), len(rare)), rare, strict=True))
    ways = makers(random, traffic)
    for number in range(count):
        if number in places:
            item = places[number]()
        else:
            data = ways[random.randrange(len(ways))]()
            item = samples.item(random, data) if random.random() < 0.97 else data or b"\0"
        found.append(item)
        apply(traffic.chain, traffic.state, 1 + number, item)
    return found


def some_scene(seed: int, count: int) -> Scene:
    """Items over several heights, from a state and a configuration of their own."""
    random = Random(seed)
    chain, state = some_chain(random), first_state(random)
    items = items_of(random, Traffic(random, chain, state.copy()), count)
    ends = sorted(random.randrange(count + 1) for _ in range(4))
    heights = [items[start:end] for start, end in zip([0, *ends], [*ends, count], strict=True)]
    return scene(chain, state, heights)


def agreed(told: Scene, recovers: bool = False) -> Counter[Reason]:
    """How often each reason was given, after everybody has said the same of every item, and it can be proved."""
    found = [expected(item) for height in told.ordered for item in height.items]
    for receipt, each in zip(told.truth, found, strict=True):
        if receipt.transaction is None:
            assert receipt.reason == each.verdict
        else:
            assert each.verdict == 0
            assert keccak256(each.signed) == receipt.transaction.signing_hash
    traces = traces_of(told, found, recovers)
    assert outcomes(traces) == [(each.item, each.outcome, each.reason) for each in told.truth]
    report = judge(traces, told.statement, recovers)
    assert report.ok, str(report)[:3000]
    return Counter(receipt.reason for receipt in told.truth)


def test_a_few_strings() -> None:
    found = agreed(some_scene(0, FEW))
    assert sum(found.values()) == FEW
    assert found[Reason.NONE] > FEW // 40
    assert {Reason.WRONG_TYPE, Reason.MALFORMED, Reason.WRONG_CHAIN, Reason.INVALID_SIGNATURE} <= set(found)


@pytest.mark.parametrize(
    ("true", "claimed"), [(Reason.MALFORMED, Reason.WRONG_TYPE), (Reason.NONE, Reason.WRONG_NONCE)]
)
def test_another_outcome_is_noticed(true: Reason, claimed: Reason) -> None:
    told = some_scene(0, FEWER)
    found = [expected(item) for height in told.ordered for item in height.items]
    at = next(at for at, receipt in enumerate(told.truth) if receipt.reason == true)
    lie = replace(told.truth[at], outcome=Outcome.IGNORED, reason=claimed)
    lying = replace(told, receipts=(*told.truth[:at], lie, *told.truth[at + 1 :]))
    assert not judge(traces_of(lying, found), lying.statement).ok


def test_a_few_strings_with_signers_recovered_in_tables() -> None:
    told = some_scene(0, FEWER)
    assert len(recoveries(told.truth)) > FEWER // 20
    agreed(told, recovers=True)


def test_another_signer_is_noticed() -> None:
    """Nobody tells the tables of secp256k1 who signed, so these alone refuse a sender that did not."""
    told = some_scene(0, FEWER)
    found = [expected(item) for height in told.ordered for item in height.items]
    traces = traces_of(told, found, recovers=True)
    signer = traces[Signer.name]
    assert signer is not None
    asked, address = (Signer.layout()[name][0] for name in ("asked", "address"))
    signer[np.flatnonzero(signer[:, asked])[0], address] ^= 1
    report = judge(traces, told.statement, recovers=True)
    assert Recover.name in {entry.bus for entry in report.ledger}


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_many_strings() -> None:
    """Every string of every batch, a batch at a time, so that memory is bounded by one."""
    reasons: Counter[Reason] = Counter()
    lengths: Counter[int] = Counter()
    recovered = settled_and_long = 0
    for batch in range(BATCHES):
        told = some_scene(1 + batch, ITEMS)
        recovers = batch % RECOVERS == 0
        reasons += agreed(told, recovers)
        recovered += recovers * len(recoveries(told.truth))
        items = [item for height in told.ordered for item in height.items]
        lengths.update(map(len, items))
        settled_and_long += sum(
            receipt.outcome != Outcome.IGNORED and len(item) > LONGEST - 1_000
            for item, receipt in zip(items, told.truth, strict=True)
        )
    assert reasons.total() == lengths.total() == BATCHES * ITEMS
    assert all(reasons[reason] >= 20 for reason in Reason), reasons
    assert reasons[Reason.NONE] + reasons[Reason.CREATION] + reasons[Reason.PRECOMPILE] > 5_000
    assert recovered > 3_000
    assert settled_and_long
    assert all(lengths[length] for length in (1, 2, 3, 22, LONGEST + 2, LONGEST + 3, MEBIBYTE))
