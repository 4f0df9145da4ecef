"""The low-degree test: folding by FRI with shorter classes rolled in (docs/protocol.md, FRI).

    (12, 14) f_next(x^a) = sum_{i<a} phi^i f_i(x^a)  [+ phi^a r(x^a)]      with f(x) = sum_i x^i f_i(x^a)

Vectors are in bit-reversed order on the plain subgroup: entry i stands at w^bitrev(i).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.channel import Channel
from verifier.errors import Rejected
from verifier.field import DEGREE, Extension, P, add, multiply, power, root_of_unity, scale, subtract
from verifier.merkle import multiproof_root, sibling_count
from verifier.schedule import Fold
from verifier.shape import Shape

HALF = (P + 1) // 2


@dataclass(frozen=True)
class Folded:
    """What is known of the folding before queries: layer roots, challenges, the final polynomial."""

    roots: tuple[bytes, ...]
    challenges: tuple[Extension, ...]
    final: tuple[Extension, ...]


def bit_reversed(index: int, bits: int) -> int:
    """`index` with its `bits` low bits in opposite order."""
    return int(f"{index:0{bits}b}"[::-1], 2) if bits else 0


def receive_folding(channel: Channel, shape: Shape) -> Folded:
    """Round 5 and 6: every layer's root and challenge, then the final polynomial."""
    roots, challenges = [], []
    for number, bits in enumerate(shape.grinding.folds):
        roots.append(channel.receive_root(f"fold {number}"))
        channel.check_work(f"work fold {number}", bits)
        challenges.append(channel.challenge(f"phi {number}"))
    final = channel.receive_extensions("final polynomial", shape.final_coefficients)
    return Folded(tuple(roots), tuple(challenges), tuple(final))


def check_queries(
    channel: Channel,
    shape: Shape,
    folded: Folded,
    queries: Sequence[int],
    classes: Mapping[int, Mapping[int, Extension]],
) -> None:
    """Round 7: follow every query from the tallest class down to the final polynomial.

    `queries` are distinct ascending positions in the tallest domain; `classes[log_size][position]` is the
    batched quotient of that class. Raises `Rejected` where a layer, a root or the polynomial disagrees.
    """
    current = dict(classes[shape.classes[0]])
    for fold, root, phi in zip(shape.folds, folded.roots, folded.challenges, strict=True):
        current = _check_fold(channel, fold, root, phi, current)
        if fold.rolls_in:
            weight = power(phi, 1 << fold.log_arity)
            joining = classes[fold.log_size_after]
            current = {
                position: add(value, multiply(weight, joining[position]))
                for position, value in current.items()
            }
    log_size = shape.final_log_size
    root_of_final = root_of_unity(log_size)
    for position, value in current.items():
        x = pow(root_of_final, bit_reversed(position, log_size), P)
        expected = (0, 0, 0, 0, 0)
        for coefficient in reversed(folded.final):
            expected = add(scale(expected, x), coefficient)
        # Soundness: the end of the chain that makes the committed vectors low-degree.
        if value != expected:
            raise Rejected("a query disagrees with the final polynomial")


def _check_fold(
    channel: Channel, fold: Fold, root: bytes, phi: Extension, current: Mapping[int, Extension]
) -> dict[int, Extension]:
    arity = 1 << fold.log_arity
    groups = list(dict.fromkeys(position >> fold.log_arity for position in current))
    rows = dict(zip(groups, channel.receive_rows(len(groups), arity * DEGREE), strict=True))
    siblings = channel.receive_siblings(sibling_count(fold.log_size_after, groups))
    found = multiproof_root(
        fold.log_size_after,
        groups,
        lambda level, position: rows[position][0] if level == fold.log_size_after else None,
        siblings,
    )
    # Soundness: the opened groups are those committed before phi was drawn.
    if found != root:
        raise Rejected("an opened layer does not match its root")
    entries = {
        group: [
            (row[at], row[at + 1], row[at + 2], row[at + 3], row[at + 4])
            for at in range(0, arity * DEGREE, DEGREE)
        ]
        for group, (_, row) in rows.items()
    }
    for position, value in current.items():
        # Soundness: ties this layer to the one above it, or to the batched openings.
        if entries[position >> fold.log_arity][position & (arity - 1)] != value:
            raise Rejected("an opened layer disagrees with the values above it")
    return {group: _fold_group(fold, group, values, phi) for group, values in entries.items()}


def _fold_group(fold: Fold, group: int, values: list[Extension], phi: Extension) -> Extension:
    """The polynomial through one group, at phi, by successive halving (13)."""
    log_size, position = fold.log_size_before, group << fold.log_arity
    for _ in range(fold.log_arity):
        inverse_root = pow(root_of_unity(log_size), -1, P)
        halved = []
        for pair in range(0, len(values), 2):
            inverse_x = pow(inverse_root, bit_reversed(position + pair, log_size), P)
            even = scale(add(values[pair], values[pair + 1]), HALF)
            odd = scale(subtract(values[pair], values[pair + 1]), HALF * inverse_x % P)
            halved.append(add(even, multiply(phi, odd)))
        values, phi, position, log_size = halved, multiply(phi, phi), position >> 1, log_size - 1
    return values[0]
