"""`sequitur verify`: check a proof in this process, with the settlement verifier's code."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.commands.arguments import contents, expectations
from prover.commands.output import ExitCode, print_facts, print_json, size_text, stdout
from prover.service.plain import plain_statement
from verifier import verify as verification
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
    expected = expectations(expect or [])
    data = contents(proof, "proof")
    start = time.perf_counter()
    verdict = verification.verify(data, profile, expected=expected)
    seconds = time.perf_counter() - start
    facts: dict[str, Any] = {
        "accepted": verdict.accepted,
        "seconds": round(seconds, 3),
        "size_bytes": len(data),
    }
    if verdict.accepted and verdict.statement is not None:
        statement = plain_statement(verdict.statement)["fields"]
        facts |= {"program": verdict.program, "provable_bits": verdict.bits, "profile": profile}
        if as_json:
            print_json({**facts, "statement": statement})
        else:
            stdout().print("[bold green]ACCEPTED[/]")
            print_facts("Statement", statement)
            bits = f"{verdict.bits:.2f} provable (profile {profile})"
            print_facts(
                "Proof", {"size": size_text(len(data)), "checked in": f"{seconds:.2f} s", "bits": bits}
            )
        return
    if as_json:
        print_json({**facts, "reason": verdict.reason})
    else:
        stdout().print("[bold red]REJECTED[/] ", end="")
        stdout().print(str(verdict.reason), markup=False, soft_wrap=True)
    raise typer.Exit(ExitCode.REJECTED)
