"""Messages between the tables that open Celestia's commitments."""

from circuits.dsl import Bus, C, Cells, cells

STARTED, WITHIN, ENDED = 0, 1, 2
"""How far the rows of a height have been read: before the first, between two, behind the last."""

ROW, COLUMNS, DATA_ROOT = 1, 2, 3
"""Parts that a child may have to play: root of a row of the square, what holds its columns, root of both."""


class Anchor(Bus[C]):
    """The root of the data root tuples, from the verifier to the root of all nodes."""

    name = "celestia.anchor"
    digest: Cells[C] = cells(32)


class SearchedNamespace(Bus[C]):
    """The namespace whose shares are opened, from the verifier to the root of all nodes."""

    name = "celestia.namespace"
    namespace: Cells[C] = cells(29)


class Child(Bus[C]):
    """An opened node's promise of a child, received by the row that is this child.

    `parent` and `offset` say where the child's bytes stand in the parent's stream. `namespaced` children have 90
    bytes, the others 32; `role` is zero or one of the above. `height` is zero above the data roots; `path` and
    `leftmost` place a node under its data root, `place` under the root of its row, as in a heap.
    """

    name = "celestia.child"
    parent: C
    offset: "C | int"
    namespaced: "C | int"
    role: "C | int"
    height: C
    path: C
    leftmost: "C | int"
    place: "C | int"


class RowOrder(Bus[C]):
    """The next row of the square to be read at a height, and how far reading has come."""

    name = "celestia.row_order"
    height: C
    path: C
    state: "C | int"


class OpenedHeight(Bus[C]):
    """A height whose data root is opened."""

    name = "celestia.opened_height"
    height: C


class OpenedShare(Bus[C]):
    """A share of the namespace: where it stands, and the node whose stream its bytes complete."""

    name = "celestia.opened_share"
    height: C
    path: C
    place: C
    node: C


class OccupiedHeight(Bus[C]):
    """A height at which the namespace has shares; received where they begin."""

    name = "celestia.occupied_height"
    height: C


class FirstHeight(Bus[C]):
    """The statement's first height, from the verifier."""

    name = "celestia.first_height"
    height: C


class LastHeight(Bus[C]):
    """The statement's last height, to the verifier."""

    name = "celestia.last_height"
    height: C
