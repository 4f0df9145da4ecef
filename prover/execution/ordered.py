"""What a layer ordered for a rollup, whatever the layer: for every height its items, in order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderedHeight:
    """A height and its items, each the bytes that `circuits.tables.ordered_buses` speaks of."""

    height: int
    items: tuple[bytes, ...]
