"""A table: named columns and one method of rules, read by whoever hands it cells."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.air import Air
from circuits.dsl.cells import C
from circuits.dsl.declared import (
    Declared,
    Kind,
    byte,
    cell,
    cells,
    flag,
    flags,
    octets,
    periodic,
    preprocessed,
    ranged,
)
from circuits.dsl.range_bus import range_bus
from circuits.dsl.source import RuleError, calling_source
from verifier.program import Operation

DEFAULT_MAX_LOG_HEIGHT = 20


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(cell, cells, flag, flags, ranged, byte, octets, periodic, preprocessed),
)
class Table(Generic[C]):
    """Base of every table: columns are annotated names, `rules` says what holds among them."""

    name: ClassVar[str]
    max_log_height: ClassVar[int] = DEFAULT_MAX_LOG_HEIGHT
    optional: ClassVar[bool] = False
    declared: ClassVar[Mapping[str, Declared]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "name" not in vars(cls):
            cls.name = cls.__name__
        found = dict(cls.declared)
        for name, annotation in vars(cls).get("__annotations__", {}).items():
            if "ClassVar" in str(annotation):
                continue
            declaration = vars(cls).get(name)
            if not isinstance(declaration, Declared):
                raise RuleError(f"{cls.__name__}.{name} is not declared as cell(), cells(n), flag(), ...")
            found[name] = declaration
            delattr(cls, name)
        cls.declared = found

    def rules(self, air: Air[C], below: Any) -> None:
        """State what holds on `self`, this row, and between it and `below`, the next."""
        raise NotImplementedError(f"{type(self).__name__} has no rules")

    # Hidden from the type checker, which would otherwise believe every misspelt column.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in type(self).declared:
                raise RuleError(f"{calling_source()}: {name} is periodic and cannot be read below")
            raise AttributeError(f"{type(self).__name__} has no column {name}")

    @classmethod
    def layout(cls) -> dict[str, tuple[int, int]]:
        """First column and number of columns of every main field: first wave, then second, as declared."""
        found: dict[str, tuple[int, int]] = {}
        at = 0
        for wave in (1, 2):
            for name, declaration in cls.declared.items():
                if declaration.operation == Operation.MAIN and declaration.wave == wave:
                    found[name] = (at, declaration.width)
                    at += declaration.width
        return found

    @classmethod
    def places(cls) -> dict[str, tuple[Operation, int, int]]:
        """Of every field: its matrix, first column there and number of columns."""
        main = cls.layout()
        taken = {Operation.PERIODIC: 0, Operation.PREPROCESSED: 0}
        found: dict[str, tuple[Operation, int, int]] = {}
        for name, declaration in cls.declared.items():
            operation, width = declaration.operation, declaration.width
            if operation == Operation.MAIN:
                found[name] = (operation, *main[name])
                continue
            found[name] = (operation, taken[operation], width)
            taken[operation] += width
        return found

    @classmethod
    def column_names(cls, operation: Operation) -> list[str]:
        """The names of a matrix's columns in order; of several cells, with their index."""
        found: dict[int, str] = {}
        for name, (where, start, width) in cls.places().items():
            if where == operation:
                single = cls.declared[name].count is None
                found |= {start + i: name if single else f"{name}[{i}]" for i in range(width)}
        return [found[column] for column in sorted(found)]

    @classmethod
    def wave_width(cls, wave: int) -> int:
        """Number of main columns of one wave."""
        main = (item for item in cls.declared.values() if item.operation == Operation.MAIN)
        return sum(item.width for item in main if item.wave == wave)

    @classmethod
    def fixed_values(cls, operation: Operation) -> list[NDArray[np.uint32]]:
        """The periodic or preprocessed columns' values in order, each of shape (rows,)."""
        return [
            column
            for item in cls.declared.values()
            if item.operation == operation and item.values is not None
            for column in item.values.T
        ]

    @classmethod
    def read(cls, reading: Callable[[Operation, int], C | None]) -> Self:
        """A row whose cells are what `reading` makes of a matrix and a column; None leaves a field unset."""
        row = cls.__new__(cls)
        for name, (operation, start, width) in cls.places().items():
            values = [reading(operation, start + i) for i in range(width)]
            if any(value is None for value in values):
                continue
            setattr(row, name, values[0] if cls.declared[name].count is None else tuple(values))
        return row

    def state_rules(self, air: Air[C], below: Self) -> None:
        """State the rules that declarations bring along, in their order, then those of `rules`."""
        for name, declaration in type(self).declared.items():
            value = getattr(self, name)
            each: Sequence[C] = (value,) if declaration.count is None else value
            for item in each:
                if declaration.kind == Kind.FLAG:
                    air.boolean(item, source=declaration.source)
                elif declaration.kind == Kind.RANGED:
                    air.lookup(range_bus(declaration.bits)(item), source=declaration.source)
        self.rules(air, below)
