"""Binary SHA-256 trees over matrices of mixed heights, and pruned multiproofs (docs/protocol.md, Trees).

    (15) leaf_i = H(rows i of the tallest matrices)        (16) node = H(left | right)
    (17) where shorter matrices join: node' = H(node | their rows)

Rows are the canonical bytes of their elements. No domain bytes are needed: the number of levels, the widths
and the levels at which rows join all follow from the shape, so a verifier never reads a leaf as a node.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

DIGEST_BYTES = 32


def parents(positions: Sequence[int]) -> list[int]:
    """The distinct parents of ascending positions, ascending."""
    return list(dict.fromkeys(position >> 1 for position in positions))


def sibling_count(log_size: int, indices: Sequence[int]) -> int:
    """How many siblings a pruned multiproof of these distinct ascending leaves holds."""
    count = 0
    positions = list(indices)
    for _ in range(log_size):
        above = parents(positions)
        count += 2 * len(above) - len(positions)
        positions = above
    return count


def multiproof_root(
    log_size: int,
    indices: Sequence[int],
    rows: Callable[[int, int], bytes | None],
    siblings: Iterable[bytes],
) -> bytes:
    """The root over the opened leaves `indices` (distinct, ascending) of a tree of 2^log_size leaves.

    `rows(level, position)` gives the joined bytes of the rows of all matrices of height 2^level, None when no
    matrix has that height. `siblings` come level by level from the leaves, left to right, and must hold
    `sibling_count` digests.
    """
    sha256 = hashlib.sha256
    given = iter(siblings)
    digests: Mapping[int, bytes] = {index: sha256(rows(log_size, index) or b"").digest() for index in indices}
    for level in range(log_size - 1, -1, -1):
        above: dict[int, bytes] = {}
        for position in digests:
            parent = position >> 1
            if parent in above:
                continue
            left = digests.get(2 * parent)
            right = digests.get(2 * parent + 1)
            node = sha256((left or next(given)) + (right or next(given))).digest()
            joining = rows(level, parent)
            if joining is not None:
                node = sha256(node + joining).digest()
            above[parent] = node
        digests = above
    return digests[0]
