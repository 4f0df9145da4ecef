"""Lies about what Celestia ordered, each with the words in which the mock prover must catch it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from circuits.dsl import Trace
from circuits.tables.share import ROWS
from prover.adapter.celestia.opening import Kind, Opening, ReadHeight, Share, open_namespace
from prover.execution.log import Step, execute
from prover.execution.ordered import OrderedHeight
from tests.celestia_log import scenes
from tests.celestia_log.lying_prover import CHAIN_ID, Lie, closed
from tests.celestia_log.scenes import Scene, blob, built, scene
from verifier.field import P

ONE_BLOB = built(scenes.ONE)
LONG = built(scenes.LONG)
PADDED = built(scenes.PADDED)
SIGNED = built(scenes.SIGNED)
ABSENT_WITHIN = built(scenes.ABSENT_WITHIN)
THREE_HEIGHTS = built(scenes.ONE, scenes.ONLY_HIGHER, scenes.LAST)
THREE_SMALL = scene([(blob(30, "a"), blob(40, "b"), blob(50, "c"))])
TWO_SMALL = scene([(blob(30, "a"), blob(40, "b"))])


@dataclass(frozen=True)
class Told:
    """A lie told about a scene, and a piece of what the mock prover says of it."""

    about: Scene
    lie: Lie
    caught_by: str


def nodes(opening: Opening, kind: Kind) -> list[int]:
    """The numbers of all nodes of a kind."""
    return [number for number, node in enumerate(opening.nodes) if node.kind == kind]


def without_last_share(kind: Kind) -> Callable[[Opening], Opening]:
    """The last share's node is left closed, as if it lay outside."""
    return lambda opening: closed(opening, {nodes(opening, Kind.SHARE)[-1]}, kind)


def without_last_blob(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """What was opened, less its last item."""
    return (*ordered[:-1], replace(ordered[-1], items=ordered[-1].items[:-1]))


def one_blob_more(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """What was opened, and an item that nobody posted."""
    return (*ordered[:-1], replace(ordered[-1], items=(*ordered[-1].items, b"\0\0never posted")))


def last_blob_twice(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """What was opened, its last item twice."""
    return (*ordered[:-1], replace(ordered[-1], items=(*ordered[-1].items, ordered[-1].items[-1])))


def swapped_blobs(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """The first height's items in the opposite order."""
    return (replace(ordered[0], items=ordered[0].items[::-1]), *ordered[1:])


def shorter_blob(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """The first item without its last byte."""
    items = ordered[0].items
    return (replace(ordered[0], items=(items[0][:-1], *items[1:])), *ordered[1:])


def without_height(number: int) -> Lie:
    """A height is left out of everything but the anchor's tree, where it is left closed."""

    def unopened(opening: Opening) -> Opening:
        kept = tuple(each for index, each in enumerate(opening.heights) if index != number)
        found = closed(opening, {nodes(opening, Kind.TUPLE_LEAF)[number]}, Kind.CLOSED)
        return replace(found, heights=kept)

    return Lie(opening=unopened)


def absent(opening: Opening) -> Opening:
    """Every row left closed as if it ended before the namespace, the last as if it began behind it."""
    rows = [number for number, node in enumerate(opening.nodes) if node.at.role == 1]
    found = closed(opening, {*rows[:-1]}, Kind.BEFORE)
    return replace(found, heights=tuple(replace(each, occupied=False) for each in opening.heights))


def absent_nowhere(opening: Opening) -> Opening:
    """The data root is left closed, and no row is read."""
    roots = [number for number, node in enumerate(opening.nodes) if node.at.role == 3]
    found = closed(opening, set(roots), Kind.CLOSED)
    return replace(found, heights=tuple(replace(each, occupied=False) for each in opening.heights))


def row_left_out(opening: Opening) -> Opening:
    """The last row with shares is not read; reading ends before it."""
    rows = [number for number, node in enumerate(opening.nodes) if node.at.role == 1]
    parents = {opening.nodes[number].at.parent for number in rows[-2:]}
    assert None not in parents
    found = closed(opening, {parent for parent in parents if parent is not None}, Kind.CLOSED)
    changed = list(found.nodes)
    last = max(number for number, node in enumerate(changed) if node.at.role == 1)
    changed[last] = replace(changed[last], at=replace(changed[last].at, last=True))
    heights = tuple(replace(each, end=each.end - 2) for each in opening.heights)
    return replace(found, nodes=tuple(changed), heights=heights)


def first_row_left_out(opening: Opening) -> Opening:
    """The first row with shares is not read; reading begins behind it."""
    rows = [number for number, node in enumerate(opening.nodes) if node.at.role == 1]
    parent = opening.nodes[rows[0]].at.parent
    assert parent is not None
    found = closed(opening, {parent}, Kind.CLOSED)
    changed = list(found.nodes)
    first = min(number for number, node in enumerate(changed) if node.at.role == 1)
    changed[first] = replace(changed[first], at=replace(changed[first].at, first=True))
    heights = tuple(replace(each, start=each.start + 1) for each in opening.heights)
    return replace(found, nodes=tuple(changed), heights=heights)


def parity_for_share(opening: Opening) -> Opening:
    """The first closed parity subtree is shown as the last share's sibling half, before the namespace."""
    parity = next(
        number
        for number, node in enumerate(opening.nodes)
        if node.kind == Kind.AFTER and node.data[:29] == b"\xff" * 29 and node.at.place > 1
    )
    changed = list(opening.nodes)
    changed[parity] = replace(changed[parity], kind=Kind.BEFORE)
    return replace(opening, nodes=tuple(changed))


def parity_share_opened(opening: Opening) -> Opening:
    """A closed node behind the namespace is opened as one more share of it."""
    number = nodes(opening, Kind.AFTER)[0]
    node = opening.nodes[number]
    changed = list(opening.nodes)
    changed[number] = replace(node, kind=Kind.SHARE)
    last = opening.shares[-1]
    more = Share(last.height, node.at.path, last.place + 1, number, last.data)
    return replace(opening, nodes=tuple(changed), shares=(*opening.shares, more))


def shares_swapped(opening: Opening) -> Opening:
    """Two shares are read in the opposite order."""
    one, two, *rest = opening.shares
    return replace(opening, shares=(two, one, *rest))


def share_twice(opening: Opening) -> Opening:
    """The last share is read twice."""
    return replace(opening, shares=(*opening.shares, opening.shares[-1]))


def share_unread(opening: Opening) -> Opening:
    """The last share is opened and not read."""
    return replace(opening, shares=opening.shares[:-1])


def share_byte(at: int, value: int) -> Callable[[Opening], Opening]:
    """The first share has another byte."""

    def change(opening: Opening) -> Opening:
        first = opening.shares[0]
        data = first.data[:at] + bytes([value]) + first.data[at + 1 :]
        return replace(opening, shares=(replace(first, data=data), *opening.shares[1:]))

    return change


def heights_changed(change: Callable[[ReadHeight], ReadHeight]) -> Callable[[Opening], Opening]:
    """The height table says something else of the first height."""

    def apply(opening: Opening) -> Opening:
        return replace(opening, heights=(change(opening.heights[0]), *opening.heights[1:]))

    return apply


def steps_without_last(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The last height is never closed."""
    return steps[:-1]


def steps_with_count(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The last height is closed with one item more than it has."""
    last = steps[-1]
    ordered = execute(last.before, CHAIN_ID, (OrderedHeight(last.height, ()),))[0]
    absorbed = ordered.absorbed[:-1] + bytes([ordered.absorbed[-1] + last.count + 1])
    return (*steps[:-1], replace(last, absorbed=absorbed))


def padding_as_item(trace: Trace) -> None:
    """The first padding share is said to open an item."""
    heads = np.flatnonzero((trace.head == 1) & (trace.opens == 0))
    at = int(heads[0])
    trace.opens[at : at + ROWS] = 1
    trace.item[at:] += 1


def item_as_padding(trace: Trace) -> None:
    """The first share is said to be padding."""
    trace.opens[:ROWS] = 0
    trace.length_inverse[0] = 0
    trace.item -= 1
    trace.data = 0
    trace.carries = 0
    trace.remaining = 0


def one_empty_item_more(ordered: tuple[OrderedHeight, ...]) -> tuple[OrderedHeight, ...]:
    """What was opened, and an item of no bytes."""
    return (*ordered[:-1], replace(ordered[-1], items=(*ordered[-1].items, b"\0\0")))


def item_of_no_share(trace: Trace) -> None:
    """The idle share behind the last one begins an item at a height of the liar's choice."""
    row = int(np.flatnonzero(trace.live == 0)[0])
    trace.starts[row:] = trace.opens[row:] = trace.head[row] = 1
    trace.value[row, 29] = trace.value[row + 1, 1] = 1
    trace.length_inverse[row] = trace.remaining[row + 1 :] = 1
    trace.item[row:] += 1
    trace.height[row:] = scenes.FIRST_HEIGHT


def signer_ignored(trace: Trace) -> None:
    """A version-1 share is read as one without a signer: its last twenty bytes of data are lost."""
    trace.is_signed[0] = 0
    ends = np.flatnonzero(trace.ends | trace.head)[1]
    trace.remaining[1:ends] -= 20


def version_lied(trace: Trace) -> None:
    """A version-1 share is said to be of version 0."""
    trace.version[0] = 0
    trace.is_version_one[0] = 0
    trace.version_inverse[0] = P - 1
    trace.is_signed[0] = 0


def last_byte_dropped(trace: Trace) -> None:
    """The item ends one byte early."""
    row = int(np.flatnonzero(trace.carries)[-1])
    trace.data[row, int(np.flatnonzero(trace.data[row])[-1])] = 0


def padding_taken(trace: Trace) -> None:
    """The item goes on into the zeros behind it."""
    row = int(np.flatnonzero(trace.carries)[-1])
    trace.data[row, int(np.flatnonzero(trace.data[row])[-1]) + 1] = 1


def remaining_wraps(trace: Trace) -> None:
    """The item takes all the share holds, and counts on below zero."""
    trace.data[1, 2:] = 1
    trace.data[2:ROWS] = 1
    trace.carries[1:ROWS] = 1
    counts = trace.data[:ROWS].sum(axis=1)
    left = trace.remaining[1] - (np.cumsum(counts) - counts)
    trace.remaining[1:ROWS] = left[1:] % P


def run_never_ends(trace: Trace) -> None:
    """The last share is said to be followed by another, so that its item need not end."""
    trace.ends[-1], trace.same_row[-1] = 0, 1


def byte_moved(trace: Trace) -> None:
    """The item's bytes stand one position later in its stream."""
    trace.base = (trace.base.astype(np.int64) + 1) % P


def other_chain(trace: Trace) -> None:
    """The chain id of the end of every height is another one."""
    trace.absorbed[trace.closes == 1, 7] += 1


def count_wraps(trace: Trace) -> None:
    """The count's four bytes hold P more than the count."""
    row = int(np.flatnonzero(trace.closes)[0])
    trace.absorbed[row, 16:20] = list((int(trace.count[row]) + P).to_bytes(4, "big"))


def height_wraps(trace: Trace) -> None:
    """The height's bytes hold P more than the height."""
    row = int(np.flatnonzero(trace.closes)[0])
    trace.absorbed[row, 12:16] = list((int(trace.height[row]) + P).to_bytes(4, "big"))


def other_digest(trace: Trace) -> None:
    """A digest is another one."""
    trace.digest[3, 5] ^= 1


def range_lied(column: str) -> Callable[[Trace], None]:
    """A closed node shows another range of namespaces."""

    def change(trace: Trace) -> None:
        row = int(np.flatnonzero(trace.before | trace.after)[0])
        getattr(trace, column)[row, 28] ^= 1

    return change


def offset_swapped(trace: Trace) -> None:
    """The children of a fork or branch change places."""
    parent = trace.number[trace.fork == 1][0]
    rows = np.flatnonzero((trace.parent == parent) & (trace.offset > 0))
    trace.offset[rows] = trace.offset[rows[::-1]]


def for_namespace(namespace: bytes) -> Callable[[Opening], Opening]:
    """What is opened is another namespace."""
    return lambda opening: replace(open_namespace(ONE_BLOB.blocks(), namespace), namespace=opening.namespace)


NEXT = ONE_BLOB.namespace[:-1] + bytes([ONE_BLOB.namespace[-1] + 1])

LIES: dict[str, Told] = {
    "a blob is not opened, as if it lay behind": Told(
        ONE_BLOB,
        Lie(opening=without_last_share(Kind.AFTER)),
        "air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))",
    ),
    "a blob is not opened, as if it lay before": Told(
        ONE_BLOB,
        Lie(opening=without_last_share(Kind.BEFORE)),
        "air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))",
    ),
    "a share is left closed without a reason": Told(
        ONE_BLOB, Lie(opening=without_last_share(Kind.CLOSED)), "bus celestia.occupied_height"
    ),
    "the last share is opened and not read": Told(
        LONG, Lie(opening=share_unread), "air.zero(self.ends * rest)"
    ),
    "an item is not absorbed": Told(TWO_SMALL, Lie(ordered=without_last_blob), "bus hash.digest"),
    "the only item is not absorbed": Told(ONE_BLOB, Lie(ordered=without_last_blob), "bus hash.digest"),
    "an item is absorbed that nobody posted": Told(ONE_BLOB, Lie(ordered=one_blob_more), "bus hash.digest"),
    "an item is absorbed twice": Told(ONE_BLOB, Lie(ordered=last_blob_twice), "bus hash.digest"),
    "a share is read twice": Told(
        ONE_BLOB, Lie(opening=share_twice), "air.zero(self.same_row * (below.place - self.place - 1))"
    ),
    "items are absorbed in another order": Told(TWO_SMALL, Lie(ordered=swapped_blobs), "bus hash.digest"),
    "shares are read in another order": Told(
        TWO_SMALL, Lie(opening=shares_swapped), "air.zero(self.same_row * (below.place - self.place - 1))"
    ),
    "an item is absorbed without its last byte": Told(ONE_BLOB, Lie(ordered=shorter_blob), "bus hash.digest"),
    "an item ends a byte early": Told(
        ONE_BLOB,
        Lie(tables={"Share": last_byte_dropped}),
        "air.zero((1 - self.last_row - self.head) * (below.remaining - rest))",
    ),
    "an item takes the padding behind it": Told(
        ONE_BLOB,
        Lie(tables={"Share": padding_taken}),
        "air.zero((1 - self.last_row - self.head) * (below.remaining - rest))",
    ),
    "an item counts on below zero": Told(
        ONE_BLOB, Lie(tables={"Share": remaining_wraps}), "air.zero(self.ends * rest)"
    ),
    "an item's last share is said to go on behind the table": Told(
        ONE_BLOB, Lie(tables={"Share": run_never_ends}), "air.zero(follows)"
    ),
    "an item's bytes are moved": Told(
        ONE_BLOB, Lie(tables={"Share": byte_moved}), "air.zero(self.head * (self.base + WIDTH))"
    ),
    "a share's length is another": Told(ONE_BLOB, Lie(opening=share_byte(33, 34)), "bus hash.digest"),
    "a share's first byte of data is another": Told(
        ONE_BLOB, Lie(opening=share_byte(34, 0)), "bus hash.digest"
    ),
    "a share begins no sequence": Told(
        ONE_BLOB, Lie(opening=share_byte(29, 0)), "air.zero(self.begins * (1 - self.starts))"
    ),
    "padding is an item": Told(
        PADDED,
        Lie(tables={"Share": padding_as_item}),
        "air.zero(self.head * (length * self.length_inverse - self.opens))",
    ),
    "an item is padding": Told(
        ONE_BLOB, Lie(tables={"Share": item_as_padding}), "air.zero(self.head * (1 - self.opens) * length)"
    ),
    "an item is begun where no share was opened": Told(
        THREE_SMALL,
        Lie(ordered=one_empty_item_more, tables={"Share": item_of_no_share}),
        "air.zero(self.starts * (1 - self.live))",
    ),
    "a signer is taken for data": Told(
        SIGNED,
        Lie(tables={"Share": signer_ignored}),
        "air.equal(self.is_signed, self.opens * self.is_version_one)",
    ),
    "a signed share is of version 0": Told(
        SIGNED,
        Lie(tables={"Share": version_lied}),
        "air.zero(self.head_row * (self.value[INFORMATION_AT] - 2 * version - self.starts))",
    ),
    "the first height is skipped": Told(THREE_HEIGHTS, without_height(0), "bus celestia.child"),
    "a height between is skipped": Told(
        THREE_HEIGHTS, without_height(1), "air.zero(below.live * (below.height - self.height - 1))"
    ),
    "the last height is skipped": Told(THREE_HEIGHTS, without_height(2), "bus celestia.child"),
    "a height between is not closed": Told(
        THREE_HEIGHTS,
        Lie(steps=lambda s: s[:1] + s[2:]),
        "air.zero(live_below * (below.height - self.height - self.closes))",
    ),
    "the last height is not closed": Told(
        THREE_HEIGHTS, Lie(steps=steps_without_last), "air.zero(self.item)"
    ),
    "a height is closed with another count": Told(
        ONE_BLOB, Lie(steps=steps_with_count), "air.zero(self.closes * (_big_endian(count[1:]) - self.count))"
    ),
    "a height's bytes wrap around the field": Told(
        ONE_BLOB, Lie(tables={"Log": height_wraps}), "air.equal(top, self.closes * height[4])"
    ),
    "a count's bytes wrap around the field": Told(
        ONE_BLOB, Lie(tables={"Log": count_wraps}), "air.zero(self.closes * byte)"
    ),
    "another chain id is absorbed": Told(
        ONE_BLOB, Lie(tables={"Log": other_chain}), "air.zero(self.closes * (byte - given))"
    ),
    "absent, where there is data": Told(
        ONE_BLOB,
        Lie(opening=absent),
        "air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))",
    ),
    "absent, no row being read": Told(
        ONE_BLOB, Lie(opening=absent_nowhere), "air.zero(self.data_root * (1 - self.branch))"
    ),
    "absent, as another namespace is": Told(
        ONE_BLOB,
        Lie(opening=for_namespace(NEXT)),
        "air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))",
    ),
    "the last row with data is not read": Told(
        LONG, Lie(opening=row_left_out), "air.zero(self.last * (1 - self.after))"
    ),
    "the first row with data is not read": Told(
        LONG,
        Lie(opening=first_row_left_out),
        "air.zero(self.first * (1 - self.leftmost) * (1 - self.before))",
    ),
    "reading begins at a row that is not the first": Told(
        LONG, Lie(opening=heights_changed(lambda h: replace(h, start=h.start + 1))), "bus celestia.row_order"
    ),
    "reading ends a row later": Told(
        LONG, Lie(opening=heights_changed(lambda h: replace(h, end=h.end + 1))), "bus celestia.row_order"
    ),
    "data is not announced": Told(
        ONE_BLOB,
        Lie(opening=heights_changed(lambda h: replace(h, occupied=False))),
        "bus celestia.occupied_height",
    ),
    "a parity sibling lies before the namespace": Told(
        LONG,
        Lie(opening=parity_for_share),
        "air.equal(found + self.tuple_leaf * self.lowest[0], _binary(self.bits))",
    ),
    "a node behind the namespace is a share of it": Told(
        ONE_BLOB, Lie(opening=parity_share_opened), "air.zero(self.share * (low - searched))"
    ),
    "a node's digest is another": Told(ONE_BLOB, Lie(tables={"Node": other_digest}), "bus hash.digest"),
    "a closed node begins elsewhere": Told(
        ABSENT_WITHIN, Lie(tables={"Node": range_lied("lowest")}), "bus hash.digest"
    ),
    "a closed node ends elsewhere": Told(
        ABSENT_WITHIN, Lie(tables={"Node": range_lied("highest")}), "bus hash.digest"
    ),
    "two children change places": Told(ONE_BLOB, Lie(tables={"Node": offset_swapped}), "bus hash.digest"),
}
