"""docs/statement.md shows the encoding that the code has."""

from tests.docs.pages import blocks, page, rows, section
from verifier.statement import LENGTH, OFFSETS, Statement

PAGE = page("statement.md")


def shown() -> Statement:
    """The statement of the worked example, from its fields in words."""
    fields: dict[str, int | bytes] = {}
    for line in blocks(PAGE, "text")[0].splitlines():
        name, _, value = line.partition(" = ")
        kind = Statement.__annotations__[name]
        fields[name] = int(value) if kind is int else bytes.fromhex(value)
    return Statement(**fields)  # type: ignore[arg-type]


def test_the_worked_example_is_what_the_encoder_makes() -> None:
    lines = [line.split(None, 1) for line in blocks(PAGE, "hex")[0].splitlines()]
    encoded = b"".join(bytes.fromhex(data) for _, data in lines)
    assert encoded == shown().encode()
    assert Statement.decode(encoded) == shown()
    assert [int(offset, 16) for offset, _ in lines] == list(range(0, LENGTH, 16))


def test_the_table_lists_every_field_at_its_place() -> None:
    listed = rows(section(PAGE, "Encoding"))
    assert [(name, (int(at), int(length))) for at, length, name, _ in listed] == list(OFFSETS.items())
    assert f"the same {LENGTH} bytes" in PAGE
