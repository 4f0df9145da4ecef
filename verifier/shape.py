"""Everything about a proof that program, heights and profile decide before a byte of it is read.

docs/protocol.md, Shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from verifier import security
from verifier.errors import Rejected
from verifier.field import DEGREE, TWO_ADICITY
from verifier.profile import Profile
from verifier.program import Program, lookup_columns
from verifier.schedule import Fold, final_log_size, schedule

QUOTIENT_COLUMNS = 2 * DEGREE


@dataclass(frozen=True)
class Matrix:
    """One committed matrix: its table, its width in base columns, log2 of its extended height.

    `below` are the columns also opened at the row below.
    """

    table: int
    width: int
    log_size: int
    below: tuple[int, ...]


@dataclass(frozen=True)
class Tree:
    """One commitment: its label in the transcript and its matrices in table order."""

    label: str
    matrices: tuple[Matrix, ...]

    @property
    def log_size(self) -> int:
        """Log2 of the number of leaves."""
        return max(matrix.log_size for matrix in self.matrices)


class Shape:
    """Trees, openings, folds and grinding of a proof with these heights.

    Raises `Rejected` for heights the program or the field does not allow and for less security than claimed.
    """

    def __init__(self, program: Program, heights: Sequence[int | None], profile: Profile) -> None:
        program.check_heights(heights)
        self.program = program
        self.heights = tuple(heights)
        self.profile = profile
        self.preprocessed_root = program.preprocessed_root(profile.log_blowup)
        self.present = tuple(table for table, height in enumerate(heights) if height is not None)
        if max(height for height in heights if height is not None) + profile.log_blowup > TWO_ADICITY:
            raise Rejected("a table is too high for the field's roots of unity")
        # Soundness: below the claim there is nothing to check.
        self.report = security.report(program, heights, profile)
        self.grinding = security.grinding(program, heights, profile)
        self.lookups = {
            table: len(lookup_columns(program.tables[table]))
            for table in self.present
            if program.tables[table].interactions
        }

    def height(self, table: int) -> int:
        """Log2 of the rows of a present table."""
        height = self.heights[table]
        assert height is not None
        return height

    def log_size(self, table: int) -> int:
        """Log2 of the evaluation domain of a present table."""
        return self.height(table) + self.profile.log_blowup

    @cached_property
    def preprocessed(self) -> Tree | None:
        """The program's own columns."""
        tables = self.program.tables
        return self._tree(
            "preprocessed",
            [
                (table, tables[table].preprocessed_width, tables[table].preprocessed_below)
                for table in self.present
            ],
        )

    @cached_property
    def first_wave(self) -> Tree | None:
        """Main columns committed before anything is drawn."""
        columns = []
        for table in self.present:
            form = self.program.tables[table]
            below = tuple(column for column in form.main_below if column < form.first_wave_width)
            columns.append((table, form.first_wave_width, below))
        return self._tree("first wave", columns)

    @cached_property
    def second_wave(self) -> Tree | None:
        """Main columns committed after the seed is drawn."""
        columns = []
        for table in self.present:
            form = self.program.tables[table]
            first = form.first_wave_width
            below = tuple(column - first for column in form.main_below if column >= first)
            columns.append((table, form.second_wave_width, below))
        return self._tree("second wave", columns)

    @cached_property
    def lookup(self) -> Tree | None:
        """Fractions of every lookup column, then the running sum, the only one read below."""
        columns = []
        for table in self.present:
            fractions = self.lookups.get(table)
            if fractions is not None:
                width = DEGREE * (fractions + 1)
                columns.append((table, width, tuple(range(width - DEGREE, width))))
        return self._tree("lookup", columns)

    @cached_property
    def quotient(self) -> Tree:
        """The two halves of every table's quotient."""
        tree = self._tree("quotient", [(table, QUOTIENT_COLUMNS, ()) for table in self.present])
        assert tree is not None
        return tree

    @cached_property
    def trees(self) -> tuple[Tree, ...]:
        """All commitments, in the order in which theta numbers their columns."""
        every = (self.preprocessed, self.first_wave, self.second_wave, self.lookup, self.quotient)
        return tuple(tree for tree in every if tree is not None)

    @cached_property
    def classes(self) -> tuple[int, ...]:
        """Log2 of the distinct evaluation domains, tallest first."""
        return tuple(sorted({self.log_size(table) for table in self.present}, reverse=True))

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """The schedule of FRI."""
        return schedule(self.classes, self.profile)

    @cached_property
    def final_log_size(self) -> int:
        """Log2 of the vector that the final polynomial describes."""
        return final_log_size(self.classes, self.profile)

    @property
    def final_coefficients(self) -> int:
        """Number of coefficients of the final polynomial."""
        return 1 << (self.final_log_size - self.profile.log_blowup)

    @cached_property
    def openings(self) -> int:
        """Number of values opened out of domain: (column, point) pairs of all trees."""
        return sum(matrix.width + len(matrix.below) for tree in self.trees for matrix in tree.matrices)

    @cached_property
    def max_bytes(self) -> int:
        """More bytes than any proof of this shape has after its header."""
        queries = self.profile.queries
        total = 32 * (len(self.trees) + len(self.folds)) + 8 * (5 + len(self.folds))
        total += 4 * DEGREE * (len(self.lookups) + self.openings + self.final_coefficients)
        for tree in self.trees:
            total += queries * (4 * sum(matrix.width for matrix in tree.matrices) + 32 * tree.log_size)
        for fold in self.folds:
            total += queries * ((4 * DEGREE << fold.log_arity) + 32 * fold.log_size_after)
        return total

    def _tree(self, label: str, columns: Sequence[tuple[int, int, tuple[int, ...]]]) -> Tree | None:
        matrices = tuple(
            Matrix(table, width, self.log_size(table), below) for table, width, below in columns if width
        )
        return Tree(label, matrices) if matrices else None
