"""The protocol from the prover's side, one method a round: the twin of `verifier/stark.py`.

Nothing here checks the trace: a wrong one gives a proof that the verifier rejects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from prover.account import Account, Progress, Stage
from prover.channel import Channel
from prover.engine import Commitment, Engine, Extension, Loaded, Matrix, Term
from verifier.field import ONE, ZERO, multiply, root_of_unity, scale
from verifier.profile import Profile
from verifier.program import Program
from verifier.proof import encode_header
from verifier.security import Report
from verifier.shape import Shape
from verifier.stark import draw_out_of_domain, draw_queries, encode_heights, observe_statement
from verifier.transcript import Transcript

Traces = Mapping[str, Matrix | None]
STAGES = ("commit main", "commit lookups", "commit quotient", "open", "fold", "answer queries")


@dataclass(frozen=True)
class ProofResult:
    """A proof file with the account of its making and of its security."""

    proof: bytes
    stages: tuple[Stage, ...]
    security: Report


def prove(
    program: Program,
    traces: Traces,
    statement: bytes,
    profile: Profile,
    engine: Engine,
    *,
    preprocessed: Traces | None = None,
    second_wave: Callable[[bytes], Traces] | None = None,
    report: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ProofResult:
    """Prove `statement` (its canonical bytes) from filled tables; the same input gives the same bytes.

    `traces` holds (rows, columns) matrices by table name, None for an absent table. A program of two waves
    also needs `second_wave`, which takes the seed and returns the same tables with every column filled; its
    `traces` need only the first wave's columns. Raises `Rejected` if the heights are not allowed or do not
    reach the profile's bits, `KernelError` for malformed matrices, `Cancelled`.
    """
    matrices = [traces.get(table.name) for table in program.tables]
    del traces  # A caller who keeps none has them freed once lookups are made of them.
    heights = [None if matrix is None else (len(matrix) - 1).bit_length() for matrix in matrices]
    shape = Shape(program, heights, profile)
    account = Account(STAGES, report, cancelled)
    conversation = _Prover(shape, engine, preprocessed or {}, account)
    observe_statement(conversation.channel.transcript, shape, statement)
    with account.stage():
        matrices = conversation.commit_main(matrices, second_wave)
    with account.stage():
        conversation.commit_lookups(matrices)
    with account.stage():
        conversation.commit_quotient()
    with account.stage():
        conversation.open_out_of_domain()
    with account.stage():
        conversation.fold()
    with account.stage():
        conversation.answer_queries()
    header = encode_header(profile.name, statement, encode_heights(heights))
    return ProofResult(header + conversation.channel.finish(), tuple(account.stages), shape.report)


class _Prover:
    """One proof under way: the channel and the commitments so far."""

    def __init__(self, shape: Shape, engine: Engine, preprocessed: Traces, account: Account) -> None:
        self.shape = shape
        self.engine = engine
        self.account = account
        self.channel = Channel(Transcript(), engine.grind)
        self.loaded: Loaded = engine.load(shape.program.encode())
        self.commitments: dict[str, Commitment] = {}
        self.fixed = [preprocessed.get(table.name) for table in shape.program.tables]

    def commit_main(
        self, matrices: Sequence[Matrix | None], second_wave: Callable[[bytes], Traces] | None
    ) -> list[Matrix | None]:
        """Round 1: preprocessed columns, main columns in one wave or two; returns the full main matrices."""
        shape, widths = self.shape, [table.first_wave_width for table in self.shape.program.tables]
        if shape.preprocessed:
            self._commit("preprocessed", self.fixed)
        if shape.first_wave:
            first = [
                None if matrix is None else matrix[:, :width]
                for matrix, width in zip(matrices, widths, strict=True)
            ]
            self.channel.send_root("first wave", self._commit("first wave", first))
        if not shape.program.two_waves:
            return list(matrices)
        seed = self.channel.seed("seed")
        if second_wave is None:
            raise ValueError("a program of two waves needs second_wave")
        filled = second_wave(seed)
        full = [filled.get(table.name) for table in shape.program.tables]
        second = [
            None if matrix is None else matrix[:, width:] for matrix, width in zip(full, widths, strict=True)
        ]
        if shape.second_wave:
            self.channel.send_root("second wave", self._commit("second wave", second))
        return full

    def commit_lookups(self, matrices: list[Matrix | None]) -> None:
        """Round 2: fractions and running sums of every table that talks on a bus; empties `matrices`."""
        shape = self.shape
        self.channel.work("work lookup", shape.grinding.lookup)
        self.alpha, self.beta = self.channel.challenge("alpha"), self.channel.challenge("beta")
        columns: list[Matrix | None] = [None] * len(matrices)
        self.sums: dict[int, Extension] = {}
        for table in shape.lookups:
            matrix = matrices[table]
            assert matrix is not None
            columns[table], self.sums[table] = self.engine.lookup(
                self.loaded, table, matrix, self.fixed[table], self.alpha, self.beta
            )
        matrices.clear()
        if shape.lookup:
            self.channel.send_root("lookup", self._commit("lookup", columns))
        self.channel.send_extensions("sums", _extensions(list(self.sums.values())))

    def commit_quotient(self) -> None:
        """Round 3: every table's constraints, folded by gamma and divided by its vanishing polynomial."""
        shape, held = self.shape, self.commitments
        self.channel.work("work constraints", shape.grinding.constraints)
        gamma = self.channel.challenge("gamma")
        columns: list[Matrix | None] = [None] * len(shape.heights)
        for table in shape.present:
            columns[table] = self.engine.quotient(
                self.loaded,
                table,
                shape.height(table),
                (held.get("first wave"), held.get("second wave")),
                held.get("preprocessed"),
                held.get("lookup"),
                self.alpha,
                self.beta,
                gamma,
                self.sums.get(table, ZERO),
            )
        self.channel.send_root("quotient", self._commit("quotient", columns))

    def open_out_of_domain(self) -> None:
        """Round 4: every column at zeta, the columns read below also at the next row."""
        shape = self.shape
        self.channel.work("work out of domain", shape.grinding.out_of_domain)
        self.zeta = draw_out_of_domain(self.channel.transcript, shape)
        self.opened: dict[tuple[str, int], tuple[Matrix, Matrix]] = {}
        for tree in shape.trees:
            commitment = self.commitments[tree.label]
            for matrix in tree.matrices:
                here = self.engine.evaluate(commitment, matrix.table, self.zeta)
                below = np.zeros((0, 5), dtype=np.uint32)
                if matrix.below:
                    point = self._below(matrix.table)
                    below = self.engine.evaluate(commitment, matrix.table, point)[list(matrix.below)]
                self.opened[tree.label, matrix.table] = here, below
                self.account.cells += len(here) + len(below)
        values = [part for pair in self.opened.values() for part in pair]
        self.channel.send_extensions("opened values", np.concatenate(values))

    def fold(self) -> None:
        """Rounds 5 and 6: batch the openings of each height class and fold them down to a polynomial."""
        shape = self.shape
        self.channel.work("work batching", shape.grinding.batching)
        classes = self._batch(self.channel.challenge("theta"))
        vector = classes[shape.classes[0]]
        self.layers: list[Commitment] = []
        for number, (fold, bits) in enumerate(zip(shape.folds, shape.grinding.folds, strict=True)):
            layer = self.engine.commit_layer(vector, fold.log_arity)
            self.layers.append(layer)
            self.account.cells += vector.size
            self.channel.send_root(f"fold {number}", layer.root)
            self.channel.work(f"work fold {number}", bits)
            phi = self.channel.challenge(f"phi {number}")
            joining = classes[fold.log_size_after] if fold.rolls_in else None
            vector = self.engine.fold(vector, fold.log_arity, phi, joining)
        final = self.engine.interpolate(vector)[: shape.final_coefficients]
        self.channel.send_extensions("final polynomial", final)

    def answer_queries(self) -> None:
        """Round 7: the queried rows of every tree and layer."""
        shape = self.shape
        self.channel.work("work queries", shape.grinding.queries)
        queries = draw_queries(self.channel.transcript, shape)
        for tree in shape.trees:
            self._open(self.commitments[tree.label], queries, shape.classes[0] - tree.log_size)
        for fold, layer in zip(shape.folds, self.layers, strict=True):
            self._open(layer, queries, shape.classes[0] - fold.log_size_after)

    def _open(self, commitment: Commitment, queries: Sequence[int], shift: int) -> None:
        leaves = list(dict.fromkeys(query >> shift for query in queries))
        rows, siblings = self.engine.open(commitment, leaves)
        for matrix in rows:
            if matrix.size:
                self.account.cells += matrix.size
                self.channel.send_rows(matrix)
        self.channel.send_siblings(siblings)

    def _batch(self, theta: Extension) -> dict[int, Matrix]:
        terms: dict[int, list[Term]] = {log_size: [] for log_size in self.shape.classes}
        weight = ONE
        for tree in self.shape.trees:
            commitment = self.commitments[tree.label]
            for matrix in tree.matrices:
                here, below = self.opened[tree.label, matrix.table]
                points = (
                    (range(matrix.width), self.zeta, here),
                    (matrix.below, self._below(matrix.table), below),
                )
                for columns, point, opened in points:
                    if not len(columns):
                        continue
                    term = Term(commitment, matrix.table, list(columns), point, opened, weight, theta)
                    terms[matrix.log_size].append(term)
                    for _ in columns:
                        weight = multiply(weight, theta)
        return {log_size: self.engine.combine(log_size, every) for log_size, every in terms.items()}

    def _below(self, table: int) -> Extension:
        return scale(self.zeta, root_of_unity(self.shape.height(table)))

    def _commit(self, label: str, matrices: Sequence[Matrix | None]) -> bytes:
        present = [None if matrix is None else np.ascontiguousarray(matrix) for matrix in matrices]
        self.commitments[label] = self.engine.commit(present, self.shape.profile.log_blowup)
        self.account.cells += sum(matrix.size for matrix in present if matrix is not None)
        return self.commitments[label].root


def _extensions(values: Sequence[Extension]) -> Matrix:
    return np.array(values, dtype=np.uint32).reshape(-1, 5)
