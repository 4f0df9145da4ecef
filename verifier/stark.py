"""The protocol from the verifier's side, one function a round; twin: prover/stark.py.

Numbers are those of docs/protocol.md, Transcript to Out of domain.

Branches depend on the shape, and in pruned multiproofs on the drawn queries; never on a value of the proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier import deep, fri, lookup
from verifier.channel import Channel
from verifier.deep import Opened
from verifier.errors import Rejected
from verifier.field import (
    DEGREE,
    GENERATOR,
    ONE,
    ZERO,
    Extension,
    P,
    add,
    embed,
    inverse,
    multiply,
    power,
    root_of_unity,
    scale,
    subtract,
)
from verifier.program import EXTENSION, Selector, evaluate
from verifier.shape import Shape
from verifier.transcript import Transcript


@dataclass(frozen=True)
class Committed:
    """What is known after the prover's first rounds, before anything is opened."""

    roots: Mapping[str, bytes]
    seed: bytes | None
    challenges: lookup.Challenges
    sums: Mapping[int, Extension]


def verify(shape: Shape, statement: bytes, data: bytes) -> None:
    """Check a proof's bytes after the header against the shape (program, heights, profile) and a statement.

    Raises `Rejected`, and no other exception, unless the proof is valid.
    """
    if len(data) > shape.max_bytes:
        raise Rejected(f"the proof is longer than {shape.max_bytes} bytes, the most its heights allow")
    channel = Channel(data, Transcript())
    observe_statement(channel.transcript, shape, statement)
    committed = receive_commitments(channel, shape)
    check_balance(shape, statement, committed)
    channel.check_work("work constraints", shape.grinding.constraints)
    gamma = channel.challenge("gamma")
    roots = {**committed.roots, "quotient": channel.receive_root("quotient")}
    channel.check_work("work out of domain", shape.grinding.out_of_domain)
    zeta = draw_out_of_domain(channel.transcript, shape)
    openings = deep.receive_openings(channel, shape)
    check_constraints(shape, openings, committed, gamma, zeta)
    channel.check_work("work batching", shape.grinding.batching)
    theta = channel.challenge("theta")
    folded = fri.receive_folding(channel, shape)
    channel.check_work("work queries", shape.grinding.queries)
    queries = draw_queries(channel.transcript, shape)
    classes = deep.batched_quotients(channel, shape, openings, roots, zeta, theta, queries)
    fri.check_queries(channel, shape, folded, queries, classes)
    channel.finish()


def observe_statement(transcript: Transcript, shape: Shape, statement: bytes) -> None:
    """Round 0: both sides absorb all that decides the meaning of the rest."""
    transcript.absorb("profile", shape.profile.digest)
    transcript.absorb("program", shape.program.digest)
    transcript.absorb("statement", statement)
    transcript.absorb("heights", encode_heights(shape.heights))
    transcript.absorb("preprocessed", shape.preprocessed_root)


def encode_heights(heights: Sequence[int | None]) -> bytes:
    """One byte a table: log2 of its rows, 255 if absent."""
    return bytes(255 if height is None else height for height in heights)


def receive_commitments(channel: Channel, shape: Shape) -> Committed:
    """Rounds 1 and 2: main columns in one wave or two, lookup challenges, lookup columns and sums."""
    roots: dict[str, bytes] = {}
    if shape.preprocessed:
        roots["preprocessed"] = shape.preprocessed_root
    if shape.first_wave:
        roots["first wave"] = channel.receive_root("first wave")
    seed = channel.seed("seed") if shape.program.two_waves else None
    if shape.second_wave:
        roots["second wave"] = channel.receive_root("second wave")
    channel.check_work("work lookup", shape.grinding.lookup)
    alpha, beta = channel.challenge("alpha"), channel.challenge("beta")
    challenges = lookup.Challenges.of(shape.program, alpha, beta)
    if shape.lookup:
        roots["lookup"] = channel.receive_root("lookup")
    sums = dict(zip(shape.lookups, channel.receive_extensions("sums", len(shape.lookups)), strict=True))
    return Committed(roots, seed, challenges, sums)


def check_balance(shape: Shape, statement: bytes, committed: Committed) -> None:
    """The sums of all tables and the verifier's own messages cancel."""
    lookup.check_balance(
        shape.program, statement, committed.seed, committed.challenges, list(committed.sums.values())
    )


def draw_out_of_domain(transcript: Transcript, shape: Shape) -> Extension:
    """Round 3 to 4: zeta, drawn again while it lies in a trace domain or an evaluation domain."""
    largest = max(shape.classes)
    inverse_shift = pow(GENERATOR, -1, P)
    while True:
        zeta = transcript.draw_extension("zeta")
        # Every smaller domain lies in the largest of its kind.
        if power(zeta, 1 << largest) != ONE and power(scale(zeta, inverse_shift), 1 << largest) != ONE:
            return zeta


def draw_queries(transcript: Transcript, shape: Shape) -> list[int]:
    """The distinct queried positions of the tallest domain, ascending."""
    drawn = transcript.draw_indices("queries", shape.profile.queries, shape.classes[0])
    return sorted(set(drawn))


def check_constraints(
    shape: Shape,
    openings: Mapping[str, Mapping[int, Opened]],
    committed: Committed,
    gamma: Extension,
    zeta: Extension,
) -> None:
    """Every table's combined constraints equal the vanishing polynomial times its quotient, at zeta (8)."""
    for table in shape.present:
        quotient = [_compose(openings["quotient"][table].here[at : at + DEGREE]) for at in (0, DEGREE)]
        combined, vanishing, rows_power = _combine(shape, table, openings, committed, gamma, zeta)
        claimed = multiply(vanishing, add(quotient[0], multiply(rows_power, quotient[1])))
        # Soundness: this is where every rule of every table is enforced.
        if combined != claimed:
            raise Rejected(f"the rules of table {shape.program.tables[table].name} do not hold")


def _combine(
    shape: Shape,
    table: int,
    openings: Mapping[str, Mapping[int, Opened]],
    committed: Committed,
    gamma: Extension,
    zeta: Extension,
) -> tuple[Extension, Extension, Extension]:
    form = shape.program.tables[table]
    log_rows = shape.height(table)
    rows_power = power(zeta, 1 << log_rows)
    vanishing = subtract(rows_power, ONE)
    before_last = subtract(zeta, embed(pow(root_of_unity(log_rows), -1, P)))
    selectors = {
        Selector.EVERY: ONE,
        Selector.FIRST: multiply(vanishing, inverse(subtract(zeta, ONE))),
        Selector.LAST: multiply(vanishing, inverse(before_last)),
        Selector.BETWEEN: before_last,
    }
    main, main_below = _main_openings(shape, table, openings)
    preprocessed, preprocessed_below = _row_openings(openings.get("preprocessed", {}).get(table), 0)
    periodic = [_periodic(values, log_rows, zeta) for values in form.periodic]
    values = evaluate(form, main, main_below, preprocessed, preprocessed_below, periodic, EXTENSION)
    found = [(rule.selector, values[rule.node]) for rule in form.rules]
    if form.interactions:
        opened = openings["lookup"][table]
        columns = [_compose(opened.here[at : at + DEGREE]) for at in range(0, len(opened.here), DEGREE)]
        below = _compose(opened.below)
        total = committed.sums[table]
        found += lookup.constraints(form, values, columns, below, total, committed.challenges)
    return lookup.fold(found, selectors.__getitem__, gamma), vanishing, rows_power


def _main_openings(
    shape: Shape, table: int, openings: Mapping[str, Mapping[int, Opened]]
) -> tuple[list[Extension], dict[int, Extension]]:
    first_width = shape.program.tables[table].first_wave_width
    here, below = _row_openings(openings.get("first wave", {}).get(table), 0)
    here_second, below_second = _row_openings(openings.get("second wave", {}).get(table), first_width)
    return here + here_second, below | below_second


def _row_openings(opened: Opened | None, offset: int) -> tuple[list[Extension], dict[int, Extension]]:
    if opened is None:
        return [], {}
    columns = (column + offset for column in opened.matrix.below)
    return list(opened.here), dict(zip(columns, opened.below, strict=True))


def _compose(coefficients: Sequence[Extension]) -> Extension:
    """An extension column's value from those of its five base columns: sum_b X^b v_b (10)."""
    total = ZERO
    for value in reversed(coefficients):
        total = add(multiply(total, (0, 1, 0, 0, 0)), value)
    return total


def _periodic(values: Sequence[int], log_rows: int, zeta: Extension) -> Extension:
    """The polynomial in x^(rows / period) through a period's values, at zeta (9, barycentric)."""
    log_period = len(values).bit_length() - 1
    point = power(zeta, 1 << (log_rows - log_period))
    root = root_of_unity(log_period)
    total = ZERO
    for index, value in enumerate(values):
        node = pow(root, index, P)
        total = add(total, scale(inverse(subtract(point, embed(node))), value * node % P))
    vanishing = subtract(power(point, len(values)), ONE)
    return scale(multiply(vanishing, total), pow(len(values), -1, P))
