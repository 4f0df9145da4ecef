"""`sequitur demo`: the whole product, as its users would meet it, in two acts."""

import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

import prover
from prover.commands.arguments import block_bytes, hexadecimal
from prover.commands.demo_payments import Play, play, print_ending
from prover.commands.following import account_of, follow, print_account
from prover.commands.output import ExitCode, progress_bars, stderr
from prover.commands.prove import require_place, write_out
from prover.commands.staging import check_bare, running_service
from prover.errors import InputError
from prover.service.client import Client
from prover.v1 import prover_pb2

BLOCK = Path(prover.__file__).parents[1] / "examples" / "celestia_mainnet_block_10126899.json"
NAMESPACE = "00000000000000000000000000000000000000ca1de12a8c022bd46803"
"""The namespace of that block with the most data."""


def demo(
    act: Annotated[
        int | None, typer.Option(min=1, max=2, help="Only this act: 1 the real block, 2 the payments.")
    ] = None,
    block: Annotated[Path, typer.Option(metavar="FILE", help="Another block file for act 1.")] = BLOCK,
    namespace: Annotated[
        str, typer.Option(metavar="HEX", help="Another namespace for act 1; a block may hold nothing of it.")
    ] = NAMESPACE,
    out: Annotated[
        Path | None, typer.Option(metavar="PROOF", help="Keep the proof of act 1 in this file.")
    ] = None,
    payments_out: Annotated[
        Path | None, typer.Option(metavar="PROOF", help="Keep the proof of act 2 in this file.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The results as JSON, a line for each act.")
    ] = False,
) -> None:
    """Start a service, have it prove a real Celestia block and a chain of payments, and check both with bare Python.

    In the second act eight people pay each other over several blocks, with junk between. The check runs
    `python -S -m verifier` in a copy of the verifier folder: no other package is in reach.

    Examples:

      sequitur demo

      sequitur demo --act 1 --out block.proof
    """
    acts = (act,) if act else (1, 2)
    # Whatever is wrong is found before anything is started.
    batches = {}
    staged: Play | None = None
    if 1 in acts:
        batches[1] = real_block(block, namespace)
    if 2 in acts:
        staged = play()
        batches[2] = staged.batch
    places = {1: out, 2: payments_out}
    for place in filter(None, places.values()):
        require_place(place)
    with tempfile.TemporaryDirectory(prefix="sequitur-demo-") as directory:
        scratch = Path(directory)
        accepted = True
        with running_service(scratch / "store") as address, Client(address) as client:
            for number, batch in batches.items():
                if not as_json:
                    what = (
                        f"{block.name} for namespace {namespace}"
                        if number == 1
                        else "eight people's payments"
                    )
                    said = f"act {number}: service at {address}, proving {what}"
                    stderr().print(said, markup=False, soft_wrap=True)
                path = places[number] or scratch / f"act{number}.proof"
                finished, found, extra = prove_and_check(client, batch, path, scratch, not as_json)
                accepted &= found
                if staged is not None and number == 2:
                    ending = staged.ending(finished.snapshot_after.data, finished.statement)
                    accepted &= ending["outcomes_are_proven"] and ending["balances_are_proven"]
                    if not as_json:
                        print_ending(ending)
                        del ending["outcomes"], ending["balances"]
                    extra |= ending
                print_account(account_of(finished), extra, len(finished.proof.data), as_json)
        if not accepted:
            raise typer.Exit(ExitCode.REJECTED)


def real_block(block: Path, namespace: str) -> prover_pb2.Batch:
    """What is proven in the first act; raises `InputError` (FILE_UNREADABLE, BLOCK_TOO_LARGE, VALUE_MALFORMED)."""
    if not block.exists() and block == BLOCK:
        raise InputError(
            "FILE_UNREADABLE", f"The example block {block} is missing.", "Run from a full checkout."
        )
    return prover_pb2.Batch(
        layer="celestia",
        program="log",
        namespace=hexadecimal("--namespace", namespace),
        blocks=[block_bytes(block)],
    )


def prove_and_check(
    client: Client, batch: prover_pb2.Batch, path: Path, scratch: Path, shown: bool
) -> tuple[prover_pb2.BatchProof, bool, dict[str, Any]]:
    """Has a batch proven, its proof written to `path` and checked; returns it, the verdict, and more to say."""
    start = time.perf_counter()
    with progress_bars(shown) as report:
        finished = follow(client, client.create(batch), report)
    proving = time.perf_counter() - start
    write_out({path: finished.proof.data})
    accepted, output, checking = check_bare(path.resolve(), scratch)
    extra: dict[str, Any] = {
        "service_seconds": round(proving, 2),
        "bare_python_seconds": round(checking, 2),
        "bare_python_says": next(iter(output.splitlines()), "nothing"),
    }
    return finished, accepted, extra
