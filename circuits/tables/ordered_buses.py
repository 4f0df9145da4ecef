"""Where a layer's half of a program meets a rollup's half: items in the order the layer gave them.

The bytes of an item come as the stream (ITEM, number) on `hash.byte`. They begin with a zero byte and the format
version in which the layer carried the item; what follows is the layer's: see the share table for Celestia.
"""

from circuits.dsl import Bus, C


class OrderedItem(Bus[C]):
    """One item: its number, from 1 over the whole batch, and the height that ordered it."""

    name = "ordered.item"
    number: C
    height: C
