"""Multiplicity bounds that follow from the rules are told from those that need an argument."""

from circuits.dsl import (
    Air,
    Bus,
    C,
    Cells,
    Table,
    byte,
    cell,
    compile_program,
    flag,
    flags,
    preprocessed,
    unproven_weights,
)
from circuits.dsl.range_bus import range_bus
from circuits.tables.range import range_tables
from tests import toys


class Said(Bus[C]):
    name = "said"
    value: C


class Counted(Bus[C]):
    name = "counted"
    value: C


class Evident(Table[C]):
    """Every bound follows."""

    live: C = flag()
    kinds: Cells[C] = flags(3)
    count: C = byte()
    asked: C = cell()

    def rules(self, air: Air[C], below: "Evident[C]") -> None:
        any_kind = self.kinds[0] + self.kinds[1] + self.kinds[2]
        air.boolean(any_kind)
        air.send(Said(self.count))
        air.send(Said(self.count), when=self.live * self.kinds[0])
        air.send(Said(self.count), when=1 - self.live)
        air.send(Said(self.count), when=any_kind)
        air.send(Said(self.count), times=self.live - self.kinds[1] * 2, at_most=2)
        air.receive(Said(self.count), times=self.count * self.live, at_most=255)
        air.provide(Counted(self.count), times=self.asked)


class Doubtful(Table[C]):
    """No bound follows."""

    live: C = flag()
    kinds: Cells[C] = flags(3)
    loose: C = cell()

    def rules(self, air: Air[C], below: "Doubtful[C]") -> None:
        with air.first_row():
            air.boolean(self.loose)
        air.send(Said(self.loose), when=self.loose)
        air.send(Said(self.loose), when=self.kinds[0] + self.kinds[1])
        air.send(Said(self.loose), times=self.live * 3, at_most=2)


def test_evident_bounds_are_silent() -> None:
    assert unproven_weights(compile_program("evident", [Evident, *range_tables(Evident)])) == ()
    for toy in toys.all_toys().values():
        assert unproven_weights(toy.compiled) == ()


def test_doubtful_bounds_are_named() -> None:
    found = unproven_weights(compile_program("doubtful", [Doubtful]))
    assert [(table, source.text) for table, source in found] == [
        ("Doubtful", "air.send(Said(self.loose), when=self.loose)"),
        ("Doubtful", "air.send(Said(self.loose), when=self.kinds[0] + self.kinds[1])"),
        ("Doubtful", "air.send(Said(self.loose), times=self.live * 3, at_most=2)"),
    ]


def test_a_bound_by_lookup_counts_only_beside_the_range_table() -> None:
    missing = compile_program("missing", [Evident])
    assert [source.text for _, source in unproven_weights(missing)] == [
        "air.receive(Said(self.count), times=self.count * self.live, at_most=255)"
    ]


def test_a_bound_by_lookup_counts_only_if_all_that_answer_are_fixed_and_in_range() -> None:
    class Wide(Table[C]):
        value: C = preprocessed([0, 1, 255, 256])
        asked: C = cell()

        def rules(self, air: Air[C], below: "Wide[C]") -> None:
            air.provide(range_bus(8)(self.value), times=self.asked)

    class Chosen(Table[C]):
        value: C = cell()
        asked: C = cell()

        def rules(self, air: Air[C], below: "Chosen[C]") -> None:
            air.provide(range_bus(8)(self.value), times=self.asked)

    for answering in (Wide, Chosen):
        found = unproven_weights(compile_program("more", [Evident, *range_tables(Evident), answering]))
        assert [table for table, _ in found] == ["Evident"]
