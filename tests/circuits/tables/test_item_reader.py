"""Reading items by runs of bytes finds what reading them a byte at a time does."""

from random import Random

import numpy as np

from prover.witness.item_reader import Item, read_each
from tests import item_reader
from tests import transaction_samples as samples


def assert_same(items: list[Item]) -> None:
    for item, fast, slow in zip(items, read_each(items), item_reader.read_each(items), strict=True):
        assert (fast.start, fast.verdict, fast.over) == (slow.start, slow.verdict, slow.over), item
        assert fast.rows.dtype == slow.rows.dtype
        assert np.array_equal(fast.rows, slow.rows), item


def test_no_items() -> None:
    assert read_each([]) == []


def test_transactions_and_deviations() -> None:
    random = Random(1)
    items = [samples.item(random, samples.transaction(random)) for _ in range(200)]
    items += [samples.PLAIN + data for _, data in samples.deviations()]
    items += [samples.PLAIN + samples.deep(depth) for depth in (0, 1, 2, 30, 60, 300)]
    assert_same([Item(item, False, ()) for item in items])


def test_mutations_and_junk() -> None:
    random = Random(2)
    items = [samples.item(random, samples.mutated(random, samples.transaction(random))) for _ in range(600)]
    items += [samples.item(random, samples.replaced(random)) for _ in range(300)]
    items += [samples.item(random, samples.junk(random)) for _ in range(300)]
    items += [samples.item(random, samples.huge(random)) for _ in range(100)]
    assert_same([Item(item, False, ()) for item in items if item])


def test_every_beginning_of_an_item_read_and_unread() -> None:
    random = Random(3)
    whole = b"\0\x01" + random.randbytes(20) + samples.transaction(random)
    beginnings = [whole[:length] for length in range(1, len(whole) + 1)]
    assert_same([Item(item, unread, ()) for item in beginnings for unread in (False, True)])


def test_reading_stops_where_it_may() -> None:
    random = Random(4)
    items = [samples.item(random, samples.mutated(random, samples.transaction(random))) for _ in range(200)]
    places = [sorted({random.randrange(len(item)) for _ in range(5)}) for item in items if item]
    found = [
        Item(item, random.random() < 0.3, tuple(stops))
        for item, stops in zip(filter(None, items), places, strict=True)
    ]
    assert_same(found)
    assert not all(reading.over for reading in read_each(found))
