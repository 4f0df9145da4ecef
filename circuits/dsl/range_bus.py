"""The buses on which a cell proves that it is an integer of so many bits."""

from functools import cache
from typing import Any, ClassVar

from circuits.dsl.bus import Bus
from circuits.dsl.cells import C


class Range(Bus[C]):
    """A value below 2^bits; `range_bus` makes the bus of each number of bits."""

    bits: ClassVar[int]
    value: "C | int"


@cache
def range_bus(bits: int) -> type[Range[Any]]:
    """The bus of integers below 2^bits."""
    return type(f"Range{bits}", (Range,), {"name": f"range.{bits}", "bits": bits})
