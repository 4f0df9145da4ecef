"""The tables of `celestia-log`: every cell changed is caught, every rule deleted is missed.

The tables that hash are attacked rule by rule in `test_sha256`; here only their cells are.
"""

import pytest

from circuits.dsl import Trace
from circuits.dsl.compile import AnyTable
from circuits.programs.celestia_log import celestia_log
from circuits.tables.height import Height
from circuits.tables.log import Log
from circuits.tables.node import HEIGHT_BYTES, Node
from circuits.tables.share import Share
from tests.adversarial.campaign import Campaign
from tests.adversarial.reviewed import DontCare, Implied
from tests.adversarial.witness import Mask, Witness
from tests.celestia_log import scenes
from tests.celestia_log.lying_prover import tell
from tests.celestia_log.scenes import OURS, Scene, blob, built, scene

TABLES = (Height, Node, Share, Log)


def near(at: int, step: int) -> bytes:
    """A namespace that differs from ours first in this byte."""
    return OURS[:at] + bytes([OURS[at] + step]) + OURS[at + 1 :]


SCENES: dict[str, Scene] = {
    "one blob": built(scenes.ONE),
    "absent, many rows, signers": built(scenes.ONE, scenes.ONLY_HIGHER, scenes.LONG, scenes.SIGNED),
    "empty, absent otherwise, padded": built(0, 2, 5, scenes.ABSENT_WITHIN, scenes.PADDED),
    "neighbours": scene(
        [
            [blob(20, "low", near(at, -1)), blob(30, "ours"), blob(20, "high", near(at, 1))]
            for at in range(19, 29)
        ]
    ),
}


NODE_KINDS = ("tuple_leaf", "branch", "root_leaf", "fork", "share", "closed", "before", "after")
NODE_CELLS = ("leftmost", "parent", "offset", "height", "path", "place", "lowest", "highest", "digest")


def any_of(trace: Trace, *flags: str) -> Mask:
    """The rows on which one of these flags is 1."""
    found: Mask = sum(getattr(trace, name) for name in flags) != 0
    return found


def ranged(trace: Trace) -> Mask:
    """The rows of `Node` whose node tells a range of namespaces."""
    return any_of(trace, "fork", "share", "before", "after")


DONT_CARES = [
    DontCare(Height, ("height", "start", "end"), lambda trace: ~any_of(trace, "live"), "no height"),
    DontCare(Node, NODE_CELLS, lambda trace: ~any_of(trace, *NODE_KINDS), "no node"),
    DontCare(Node, ("parent", "offset", "place"), lambda trace: any_of(trace, "root"), "no parent"),
    DontCare(
        Node,
        ("leftmost", "path"),
        lambda trace: any_of(trace, "root") & any_of(trace, "tuple_leaf"),
        "no parent; the paths of rows begin below",
    ),
    DontCare(
        Node,
        ("lowest",),
        lambda trace: ~ranged(trace) & ~any_of(trace, "tuple_leaf"),
        "its bytes are a digest alone",
    ),
    DontCare(
        Node,
        ("lowest",),
        lambda trace: any_of(trace, "tuple_leaf"),
        "its bytes are a digest, and a height of four bytes",
        HEIGHT_BYTES,
    ),
    DontCare(Node, ("highest",), lambda trace: ~ranged(trace), "its bytes are a digest alone"),
    DontCare(Share, ("value",), lambda trace: ~any_of(trace, "live"), "no share"),
    DontCare(
        Share,
        ("version_inverse",),
        lambda trace: any_of(trace, "is_version_one"),
        "only shows that the version is not 1, where it is not",
    ),
    DontCare(
        Log,
        ("height", "count", "before", "absorbed", "after"),
        lambda trace: ~any_of(trace, "item", "closes"),
        "no step",
    ),
]

FIXED = "two rules fix it on every row"
FALLS = "`last` says by how much `live` falls from row to row, and is 0 or 1"
NONE_BELOW = "-1 beside the other's 1 would make the row not live, below which no row is, and ask for one"
IMPLIED = [
    Implied(Height, "live: C = flag()", FALLS),
    Implied(Height, "air.zero(below.live * (1 - self.live))", FALLS),
    Implied(Height, "last: C = flag()", "the difference of flags, and not -1 since `live` does not rise"),
    Implied(Height, "first: C = flag()", FIXED),
    Implied(Node, "root: C = flag()", FIXED),
    Implied(Node, "air.zero(same_so_far * difference)", "behind the last byte the first factor is 0", [-1]),
    Implied(
        Share, "live: C = flag()", "2 would be two ends, or ask for a live share behind, where none may be"
    ),
    Implied(
        Share, "ends: C = flag()", "`live` less two flags; -1 or -2 would ask for a share behind the end"
    ),
    Implied(Share, "starts: C = flag()", "`head` is, which is the same on a share's first row"),
    Implied(
        Share,
        "begins: C = flag()",
        "`live` less what the row above makes follow, both 0 or 1; -1 would begin an item where no share is",
    ),
    Implied(Share, "head: C = flag()", "the product of flags"),
    Implied(Share, "opens: C = flag()", "1 if the length is not zero, otherwise 0, by two rules"),
    Implied(Share, "is_version_one: C = flag()", "1 if the version is 1, otherwise 0, by two rules"),
    Implied(Share, "is_signed: C = flag()", "the product of flags"),
    Implied(Log, "item: C = flag()", NONE_BELOW),
    Implied(Log, "closes: C = flag()", NONE_BELOW),
    Implied(Log, "first: C = flag()", FIXED),
    Implied(Log, "last: C = flag()", "the difference of flags, and not -1 since `live` does not rise"),
    Implied(Log, "air.boolean(live)", FALLS),
    Implied(Log, "air.zero(live_below * (1 - live))", FALLS),
]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    told = [tell(each) for each in SCENES.values()]
    return Campaign([Witness(celestia_log(), each.traces, each.statement.encode()) for each in told])


def test_no_cell_floats(campaign: Campaign) -> None:
    complaints = campaign.floating(DONT_CARES)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_is_needed(campaign: Campaign, table: AnyTable) -> None:
    complaints = campaign.unneeded(table, IMPLIED)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    "table",
    TABLES,
    ids=lambda table: table.name,
)
def test_nothing_is_said_unasked(campaign: Campaign, table: AnyTable) -> None:
    complaints = campaign.unasked(table)
    assert not complaints, "\n".join(complaints)
