"""100,000 strings, random and structured, read and executed in tables: the executor's outcome, and always provable."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from prover.execution.payments.executor import apply
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.outcome import Outcome, Reason
from tests import transaction_samples as samples
from tests.any_bytes import judge, outcomes, traces_of
from tests.execution import Scene, scene
from tests.prover.execution.payments.traffic import Traffic, first_state, some_chain
from tests.transaction_oracle import expected

ITEMS = 2_000
BATCHES = 50
FEW = 300
FEWER = 80
LONGEST = 131_072
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


def huge(random: Random) -> bytes:
    """An item about as long as a transaction may be, or a mebibyte longer."""
    start = random.choice([b"", b"\x02", b"\x02\xfa\x01\xff\xff", b"\x02\xbb\xff\xff\xff\xff"])
    length = LONGEST + random.choice([-1, 0, 1, 1 << 20])
    return samples.PLAIN + start.ljust(length, random.choice([b"\0", b"\xc0", b"\xff"]))


def items_of(random: Random, traffic: Traffic, count: int) -> list[bytes]:
    """Items with headers of every version, some that are nothing but bytes, and a huge one."""
    found = []
    longest = random.randrange(count)
    ways = makers(random, traffic)
    for number in range(count):
        data = ways[random.randrange(len(ways))]()
        item = samples.item(random, data) if random.random() < 0.97 else data or b"\0"
        found.append(huge(random) if number == longest else item)
        apply(traffic.chain, traffic.state, 1 + number, found[-1])
    return found


def some_scene(seed: int, count: int) -> Scene:
    """Items over several heights, from a state and a configuration of their own."""
    random = Random(seed)
    chain, state = some_chain(random), first_state(random)
    items = items_of(random, Traffic(random, chain, state.copy()), count)
    ends = sorted(random.randrange(count + 1) for _ in range(4))
    heights = [items[start:end] for start, end in zip([0, *ends], [*ends, count], strict=True)]
    return scene(chain, state, heights)


def agreed(told: Scene) -> Counter[Reason]:
    """How often each reason was given, after everybody has said the same of every item, and it can be proved."""
    found = [expected(item) for height in told.ordered for item in height.items]
    for receipt, each in zip(told.truth, found, strict=True):
        if receipt.transaction is None:
            assert receipt.reason == each.verdict
        else:
            assert each.verdict == 0
            assert keccak256(each.signed) == receipt.transaction.signing_hash
    traces = traces_of(told, found)
    assert outcomes(traces) == [(each.item, each.outcome, each.reason) for each in told.truth]
    report = judge(traces, told.statement)
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


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_many_strings(batch: int) -> None:
    found = agreed(some_scene(1 + batch, ITEMS))
    assert sum(found.values()) == ITEMS
