"""The heights of the statement, one after the other: each is opened, none is skipped."""

from circuits.dsl import Air, C, Table, cell, flag
from circuits.tables.celestia_buses import (
    ENDED,
    STARTED,
    FirstHeight,
    LastHeight,
    OccupiedHeight,
    OpenedHeight,
    RowOrder,
)


class Height(Table[C]):
    """One height a row; `start` and `end` are the first row of its square that is read and the one behind the last."""

    max_log_height = 12
    live: C = flag()
    first: C = flag()
    last: C = flag()
    occupied: C = flag()
    height: C = cell()
    start: C = cell()
    end: C = cell()

    def rules(self, air: Air[C], below: "Height[C]") -> None:
        air.zero(self.occupied * (1 - self.live))
        with air.first_row():
            air.equal(self.first, 1)
            air.equal(self.live, 1)
        with air.between_rows():
            air.zero(below.first)
            air.zero(below.live * (1 - self.live))
            air.zero(below.live * (below.height - self.height - 1))
            air.equal(self.last, self.live - below.live)
        with air.last_row():
            air.equal(self.last, self.live)

        air.receive(FirstHeight(self.height), when=self.first)
        air.send(LastHeight(self.height), when=self.last)
        air.receive(OpenedHeight(self.height), when=self.live)
        air.send(RowOrder(self.height, self.start, STARTED), when=self.live)
        air.receive(RowOrder(self.height, self.end, ENDED), when=self.live)
        air.send(OccupiedHeight(self.height), when=self.occupied)
