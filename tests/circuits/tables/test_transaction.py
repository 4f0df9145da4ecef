"""Items read in tables: what an independent library makes of any bytes is proven of them, and nothing else."""

from collections.abc import Sequence
from random import Random

import pytest

from circuits.dsl import unproven_weights
from tests import transaction_samples as samples
from tests.payment_items import judge, program, traces_of
from tests.transaction_oracle import MALFORMED, TOO_LONG, TRANSACTION, WRONG_TYPE, expected

PLAIN = samples.PLAIN
LONGEST = 131_072


def verdicts(items: Sequence[bytes]) -> list[int]:
    return [expected(item).verdict for item in items]


def check_all(items: Sequence[bytes], sizes: Sequence[int] = (2, 32)) -> None:
    report = judge(traces_of(items, sizes=sizes))
    assert report.ok, str(report)[:2000]


def test_published_transactions() -> None:
    items = [PLAIN + data for data in samples.PUBLISHED]
    assert verdicts(items) == [TRANSACTION] * len(items)
    check_all(items)


def test_nothing_was_sent() -> None:
    check_all([])


def test_transactions_of_every_shape() -> None:
    random = Random(1)
    items = [samples.item(random, samples.transaction(random)) for _ in range(400)]
    assert set(verdicts(items)) == {TRANSACTION}
    check_all(items)


def test_every_deviation() -> None:
    found = dict(samples.deviations())
    assert len(found) > 140
    items = [PLAIN + data for data in found.values()]
    wrong = dict(zip(found, verdicts(items), strict=True))
    assert {name: verdict for name, verdict in wrong.items() if verdict != MALFORMED} == {}
    check_all(items)
    check_all([b"\0\x01" + bytes(20) + data for data in found.values()])


@pytest.mark.parametrize("sizes", [(2, 32), (0,), (2, 7), (2, 5, 32), (32,), (30, 0, 0, 32)])
def test_cut_off_at_every_byte(sizes: Sequence[int]) -> None:
    """However the layer cuts items into parts and single bytes."""
    random = Random(2)
    twelve = samples.values(random)
    twelve[samples.ACCESS_LIST] = [[b"\x44" * 20, [b"\x55" * 32, b"\x66" * 32]], [b"\x77" * 20, []]]
    whole = b"\0\x01" + random.randbytes(20) + samples.encoded(twelve)
    items = [whole[:length] for length in range(1, len(whole) + 1)]
    items += [PLAIN + samples.PUBLISHED[0][:length] for length in range(len(samples.PUBLISHED[0]) + 1)]
    assert set(verdicts(items)) == {TRANSACTION, WRONG_TYPE, MALFORMED}
    check_all(items, sizes)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_transactions(seed: int) -> None:
    random = Random(seed)
    items = []
    for _ in range(900):
        data = random.choice([samples.transaction(random), samples.PUBLISHED[seed % 3]])
        items.append(samples.item(random, samples.mutated(random, data)))
    assert set(verdicts(items)) == {TRANSACTION, WRONG_TYPE, MALFORMED}
    check_all(items, sizes=(2, random.choice([3, 32])))


def test_values_in_place_of_others() -> None:
    random = Random(3)
    items = [samples.item(random, samples.replaced(random)) for _ in range(600)]
    assert set(verdicts(items)) == {TRANSACTION, MALFORMED}
    check_all(items)


def test_junk() -> None:
    random = Random(4)
    items = [samples.item(random, samples.junk(random)) for _ in range(400)]
    items += [samples.item(random, samples.huge(random)) for _ in range(200)]
    items += [PLAIN + samples.deep(depth) for depth in (0, 1, 2, 30, 60, 300)]
    items += [bytes([byte]) for byte in range(256)]
    items += [PLAIN + bytes([byte]) for byte in range(256)]
    items += [b"\x07" + PLAIN[1:] + samples.PUBLISHED[0], PLAIN + 5 * samples.PUBLISHED[0]]
    check_all(items)


@pytest.mark.parametrize("length", [9, 10, 55, 56, 57, 255, 256, 257, 65_534, 65_535, 65_536, 65_537])
def test_every_head_of_what_is_signed(length: int) -> None:
    data = samples.with_signed_length(length)
    signed = expected(PLAIN + data).signed
    assert len(signed) == length + 1 + len(samples.head(0xC0, length))
    check_all([PLAIN + data])


def test_the_longest_items() -> None:
    """A transaction as long as may be is one, one byte more makes it too long, and only the data count."""
    signer = b"\0\x01" + bytes(20)
    items = [signer + samples.of_length(LONGEST), PLAIN + samples.of_length(LONGEST + 1)]
    items += [signer + bytes(LONGEST), PLAIN + bytes(LONGEST + 1)]
    assert [len(item) - len(header) - LONGEST for item, header in zip(items, 2 * [signer, PLAIN], strict=True)] == [
        0, 1, 0, 1,
    ]  # fmt: skip
    assert verdicts(items) == [TRANSACTION, TOO_LONG, WRONG_TYPE, TOO_LONG]
    check_all(items)


@pytest.mark.parametrize(
    "data", [bytes(1 << 20), b"\x02" * (1 << 20), b"\x02\xfa\x0f\xff\xff" + bytes(100_000)]
)
def test_much_junk_takes_few_rows(data: bytes) -> None:
    items = [PLAIN + data, PLAIN + samples.PUBLISHED[0]]
    traces = traces_of(items)
    assert judge(traces).ok
    transaction = traces["Transaction"]
    assert transaction is not None
    assert len(transaction) <= 256


def test_every_multiplicity_is_bounded() -> None:
    """The one bound that does not follow by arithmetic has its argument beside it."""
    found = [(table, source.text[:40]) for table, source in unproven_weights(program())]
    assert found == [("Transaction", "air.send( HashByte(TRANSACTION, self.ite")]
