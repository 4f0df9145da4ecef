"""The inner nodes of the state's tree on the way to what is touched: each hashed as it was and as it becomes."""

from circuits.dsl import Air, C, Cells, Table, cell, cells, flag
from circuits.gadgets.poseidon2 import DIGEST
from circuits.tables.poseidon2 import Compress
from circuits.tables.state_buses import NodeChange


class StateNode(Table[C]):
    """One node a row, in any order: received from its parent, its opened children sent to their own rows.

    A child that is not opened stays as it is. Every row receives one message and sends one to each opened child, a
    level lower; so the rows are the nodes of one tree, each at one place and none twice.
    """

    max_log_height = 20
    live: C = flag()
    opens_left: C = flag()
    opens_right: C = flag()
    level: C = cell()
    index: C = cell()
    before: Cells[C] = cells(DIGEST)
    after: Cells[C] = cells(DIGEST)
    left_before: Cells[C] = cells(DIGEST)
    left_after: Cells[C] = cells(DIGEST)
    right_before: Cells[C] = cells(DIGEST)
    right_after: Cells[C] = cells(DIGEST)

    def rules(self, air: Air[C], below: "StateNode[C]") -> None:
        left, right = (self.left_before, self.left_after), (self.right_before, self.right_after)
        for opens, (earlier, later) in ((self.opens_left, left), (self.opens_right, right)):
            # Soundness: what no row received must not be sent on.
            air.zero(opens * (1 - self.live))
            # Soundness: the untouched part of the tree is the same before and after.
            for one, other in zip(earlier, later, strict=True):
                air.zero((1 - opens) * (one - other))
        air.receive(NodeChange(self.level, self.index, self.before, self.after), when=self.live)
        air.send(NodeChange(self.level - 1, 2 * self.index, *left), when=self.opens_left)
        air.send(NodeChange(self.level - 1, 2 * self.index + 1, *right), when=self.opens_right)
        air.lookup(Compress(self.left_before, self.right_before, self.before), when=self.live)
        air.lookup(Compress(self.left_after, self.right_after, self.after), when=self.live)
