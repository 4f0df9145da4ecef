"""Range tables: one for each number of bits asked, filled by counting the questions."""

import numpy as np
import pytest

from circuits.dsl import (
    Air,
    C,
    Cells,
    Table,
    Trace,
    byte,
    check,
    compile_program,
    flag,
    octets,
    range_bus,
    ranged,
)
from circuits.programs import celestia_payments
from circuits.tables.range import fill_ranges, range_table, range_tables


class Asking(Table[C]):
    """Ranged cells, and a question about an expression that a flag switches on."""

    live: C = flag()
    one: C = byte()
    more: Cells[C] = octets(2)
    nibbles: Cells[C] = ranged(4, 2)

    def rules(self, air: Air[C], below: "Asking[C]") -> None:
        air.lookup(range_bus(4)(self.nibbles[0] - self.nibbles[1]), when=self.live)


def asking() -> Trace:
    trace = Trace(Asking, 2)
    trace.one = [1, 2, 3, 255]
    trace.more = [[1, 1], [0, 0], [7, 255], [0, 0]]
    trace.nibbles = [[15, 15], [3, 1], [0, 9], [0, 0]]
    trace.live = [1, 1, 0, 0]
    return trace


def test_one_table_for_each_number_of_bits() -> None:
    tables = range_tables(Asking)
    assert [table.name for table in tables] == ["Range4", "Range8"]
    assert tables == (range_table(4), range_table(8))


def test_counts_are_those_of_the_questions() -> None:
    compiled = compile_program("asking", [Asking, *range_tables(Asking)])
    traces = fill_ranges(compiled, {"Asking": asking().matrix})
    bytes_asked, nibbles_asked = traces["Range8"], traces["Range4"]
    assert bytes_asked is not None
    assert nibbles_asked is not None
    assert {i: int(n) for i, n in enumerate(bytes_asked[:, 0]) if n} == {0: 4, 1: 3, 2: 1, 3: 1, 7: 1, 255: 2}
    assert {i: int(n) for i, n in enumerate(nibbles_asked[:, 0]) if n} == {
        0: 4,
        1: 1,
        2: 1,
        3: 1,
        9: 1,
        15: 2,
    }
    assert check(compiled, traces, b"").ok
    assert nibbles_asked.dtype == np.uint32


def test_no_count_makes_a_value_out_of_range_balance() -> None:
    compiled = compile_program("asking", [Asking, *range_tables(Asking)])
    trace = asking()
    honest = fill_ranges(compiled, {"Asking": trace.matrix})
    trace.one[2] = 256
    with pytest.raises(ValueError, match="Asking asks whether 256 has 8 bits"):
        fill_ranges(compiled, {"Asking": trace.matrix})
    report = check(compiled, honest, b"")
    assert {(entry.bus, entry.message, entry.balance) for entry in report.ledger} == {
        ("range.8", (("value", 256),), 1),
        ("range.8", (("value", 3),), -1),
    }


def test_an_absent_table_asks_nothing() -> None:
    class Maybe(Asking[C]):
        """The same table, which may be absent."""

        optional = True

    compiled = compile_program("maybe", [Maybe, *range_tables(Maybe)])
    traces = fill_ranges(compiled, {"Maybe": None})
    assert check(compiled, traces, b"").ok


def test_the_ranges_of_payments_are_those_that_its_tables_ask() -> None:
    others = celestia_payments.TABLES[: -len(celestia_payments.RANGES)]
    assert range_tables(*others) == celestia_payments.RANGES
