"""Who sends byte streams: the first half of a stream's name, so that no two tables' streams can meet."""

NODE = 1
"""Preimages of tree nodes; the second half is the row of the node table."""

ITEM = 2
"""Items that the layer ordered for the rollup; the second half counts them from 1 over the whole batch."""

LOG = 3
"""Steps of the `log` program's chain; the second half is the row of the log table."""

SECP256K1 = 4
"""Public keys that signatures recover; the second half is the row of the table of signatures."""

TRANSACTION = 5
"""What the sender of a transaction signed; the second half is the number of its item."""

RECEIPT = 6
"""What became of items, one after the other; the second half is the number of the item."""
