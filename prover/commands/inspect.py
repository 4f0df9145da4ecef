"""`sequitur inspect`: what a proof says, what it is made of, and what it is worth."""

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as Listing

from prover.commands.arguments import usage
from prover.commands.output import ExitCode, print_facts, print_json, print_verdict, size_text, stdout
from verifier.channel import EXTENSION_BYTES
from verifier.cli import check
from verifier.errors import Rejected
from verifier.merkle import DIGEST_BYTES
from verifier.profile import DEFAULT, profile_named
from verifier.program import Program
from verifier.proof import Header, decode_header, decode_statement
from verifier.registry import find
from verifier.shape import Shape

_NONCE_BYTES = 8


@dataclass(frozen=True)
class TableFacts:
    """One table of a proof: log2 of its rows (None if absent), and its columns in base field elements."""

    name: str
    log_height: int | None
    main_columns: int
    preprocessed_columns: int
    lookup_columns: int


def inspect(
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="The proof file.")],
    profile: Annotated[str, typer.Option(help="The security profile to judge it by.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """Show what a proof says, its size by part, its tables, its security term by term, and check it.

    Of a rejected proof all this is only claimed, and JSON has it under "claimed".

    Examples:

      sequitur inspect block.proof

      sequitur inspect block.proof --json | jq .tables
    """
    with usage():
        found, data = check(proof, profile, [])
    # What cannot be read is not shown, and the verdict says why it could not.
    with contextlib.suppress(Rejected):
        contents = contents_of(data, profile)
        found |= contents if found["accepted"] else {"claimed": contents}
    if as_json:
        print_json(found)
    else:
        _print(found)
    if not found["accepted"]:
        raise typer.Exit(ExitCode.REJECTED)


def contents_of(data: bytes, profile_name: str) -> dict[str, Any]:
    """Statement, sizes by part, tables and security of a proof; raises `Rejected` if it cannot be read."""
    made_for, statement, _ = decode_statement(data)
    known, program = find(statement.program_digest)
    header = decode_header(data, len(program.tables))
    shape = Shape(program, header.heights, profile_named(profile_name))
    return {
        "statement": statement.show(),
        "program": known.name,
        "made_for_profile": made_for,
        "provable_bits": shape.report.bits,
        "binding_term": shape.report.binding,
        "terms": [asdict(term) for term in shape.report.terms],
        "parts": parts(shape, header, len(data)),
        "tables": [asdict(table) for table in tables(program, shape)],
    }


def parts(shape: Shape, header: Header, size: int) -> dict[str, int]:
    """Bytes of a proof by part; what queries open is what the others leave over."""
    sent_trees = len(shape.trees) - (shape.preprocessed is not None)
    work = shape.grinding
    sites = (work.lookup, work.constraints, work.out_of_domain, work.batching, *work.folds, work.queries)
    found = {
        "header": header.length,
        "roots": DIGEST_BYTES * (sent_trees + len(shape.folds)),
        "proof_of_work": _NONCE_BYTES * sum(bits > 0 for bits in sites),
        "lookup_sums": EXTENSION_BYTES * len(shape.lookups),
        "opened_values": EXTENSION_BYTES * shape.openings,
        "final_polynomial": EXTENSION_BYTES * shape.final_coefficients,
    }
    return {**found, "queried_rows_and_paths": size - sum(found.values())}


def tables(program: Program, shape: Shape) -> list[TableFacts]:
    """Heights and widths of a program's tables in a proof."""
    widths = {matrix.table: matrix.width for matrix in shape.lookup.matrices} if shape.lookup else {}
    return [
        TableFacts(
            table.name,
            shape.heights[index],
            table.first_wave_width + table.second_wave_width,
            table.preprocessed_width,
            widths.get(index, 0),
        )
        for index, table in enumerate(program.tables)
    ]


def _print(facts: dict[str, Any]) -> None:
    print_verdict(facts)
    title, size = "Statement", size_text(facts["size_bytes"])
    if not facts["accepted"]:
        if "claimed" not in facts:
            return
        title, facts = "Claimed, and not proven", facts["claimed"]
    print_facts(title, {"program": facts["program"], **facts["statement"]})
    sizes = {name: f"{size:>12,}" for name, size in facts["parts"].items()}
    print_facts(f"Size: {size}", sizes)
    listing = Listing(
        "table", "rows", "main columns", "preprocessed", "lookup", title="Tables", title_justify="left"
    )
    for table in facts["tables"]:
        height = table["log_height"]
        rows = "absent" if height is None else f"2^{height}"
        columns = (table["main_columns"], table["preprocessed_columns"], table["lookup_columns"])
        listing.add_row(table["name"], rows, *map(str, columns))
    stdout().print(listing)
    title = f"Security: {facts['provable_bits']} provable bits, bound by {facts['binding_term']}"
    print_facts(
        title, {term["name"]: f"{term['bits']:>7} bits, {term['grinding']} ground" for term in facts["terms"]}
    )
