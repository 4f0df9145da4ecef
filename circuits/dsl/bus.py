"""A bus is its message type: named fields of cells, sent and received as one tuple."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, dataclass_transform, get_origin

from circuits.dsl.cells import C
from circuits.dsl.declared import Declared, cell, cells
from circuits.dsl.source import RuleError


@dataclass_transform(field_specifiers=(cell, cells))
class Bus(Generic[C]):
    """Base of every message type; the bus's name is the class's qualified name unless it pins `name`."""

    name: ClassVar[str]
    fields: ClassVar[Mapping[str, int | None]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "name" not in vars(cls):
            cls.name = f"{cls.__module__}.{cls.__qualname__}"
        found = dict(cls.fields)
        for field, annotation in vars(cls).get("__annotations__", {}).items():
            if "ClassVar" in str(annotation):
                continue
            declaration = vars(cls).get(field)
            several = get_origin(annotation) is Sequence or str(annotation).startswith("Cells")
            if isinstance(declaration, Declared):
                found[field] = declaration.count
                delattr(cls, field)
            elif several:
                raise RuleError(f"{cls.__name__}.{field} needs a length: Cells[C] = cells(n)")
            else:
                found[field] = None
        cls.fields = found

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        if len(arguments) > len(self.fields):
            raise TypeError(f"{type(self).__name__} has {len(self.fields)} fields")
        given = dict(zip(self.fields, arguments, strict=False))
        if given.keys() & keywords.keys() or (given | keywords).keys() != self.fields.keys():
            raise TypeError(f"{type(self).__name__} takes each of {', '.join(self.fields)} once")
        for field, value in (given | keywords).items():
            count = self.fields[field]
            if count is not None and len(value) != count:
                raise TypeError(f"{type(self).__name__}.{field} has {count} cells, not {len(value)}")
            setattr(self, field, value if count is None else tuple(value))

    @classmethod
    def length(cls) -> int:
        """Number of field elements in a message."""
        return sum(1 if count is None else count for count in cls.fields.values())

    @classmethod
    def named(cls, message: Sequence[int]) -> tuple[tuple[str, int | tuple[int, ...]], ...]:
        """A flat message's values under the names of the fields."""
        found: list[tuple[str, int | tuple[int, ...]]] = []
        at = 0
        for field, count in cls.fields.items():
            width = 1 if count is None else count
            found.append((field, message[at] if count is None else tuple(message[at : at + width])))
            at += width
        return tuple(found)

    def flat(self) -> tuple[Any, ...]:
        """The fields' values, one after the other."""
        found: list[Any] = []
        for field, count in self.fields.items():
            value = getattr(self, field)
            found += [value] if count is None else value
        return tuple(found)
