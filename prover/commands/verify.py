"""`sequitur verify`: check a proof in this process, with the settlement verifier's code."""

from pathlib import Path
from typing import Annotated

import typer

from prover.commands.arguments import usage
from prover.commands.output import ExitCode, print_facts, print_json, print_verdict, size_text
from verifier.cli import check
from verifier.profile import DEFAULT


def verify(
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="The proof file.")],
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE",
            help="The statement must have this value; numbers decimal, bytes hexadecimal. May be repeated.",
        ),
    ] = None,
    profile: Annotated[str, typer.Option(help="The security profile the proof must meet.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
) -> None:
    """Check a proof: ACCEPTED with its statement, or REJECTED with the reason.

    A proof says something; --expect says what it must say. A settlement layer fixes at least namespace,
    anchor, state_before, first_height and program_digest.

    Examples:

      sequitur verify block.proof

      sequitur verify block.proof --expect namespace=000000…0a1b --expect first_height=10126899

      sequitur verify block.proof --json | jq .statement.state_after
    """
    with usage():
        found, _ = check(proof, profile, expect or [])
    if as_json:
        print_json(found)
    else:
        print_verdict(found)
        if found["accepted"]:
            print_facts("Statement", found["statement"])
            bits = f"{found['provable_bits']}, bound by {found['binding_term']} (profile {found['profile']})"
            size = size_text(found["size_bytes"])
            print_facts("Proof", {"program": found["program"], "size": size, "provable_bits": bits})
    if not found["accepted"]:
        raise typer.Exit(ExitCode.REJECTED)
