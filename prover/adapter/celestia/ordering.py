"""The items of a namespace, as the circuits read them out of its shares."""

from prover.adapter.celestia.opening import Opening
from prover.adapter.celestia.shares import read_blobs
from prover.execution.ordered import OrderedHeight


def ordered_items(opening: Opening) -> tuple[OrderedHeight, ...]:
    """Every height's items: a zero byte, the share version, the signer in version 1, the data.

    Raises InputError as `prover.adapter.celestia.shares.read_blobs` does.
    """
    found = []
    for read in opening.heights:
        shares = [share.data for share in opening.shares if share.height == read.height]
        blobs = read_blobs(shares, opening.namespace)
        items = tuple(bytes((0, blob.version)) + blob.signer + blob.data for blob in blobs)
        found.append(OrderedHeight(read.height, items))
    return tuple(found)
