"""`sequitur prove`: prove block files, in this process or through a service."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.commands.arguments import block_bytes, genesis_bytes, hexadecimal, snapshot_bytes
from prover.commands.following import Account, account_of, follow, print_account
from prover.commands.output import progress_bars, stderr
from prover.errors import InputError, SequiturError, SetupError
from prover.request import WITH_ACCOUNTS
from prover.service import intake, worker
from prover.service.checking import expected_of, program_of
from prover.service.client import Client, from_status
from prover.service.server import require_kernel
from prover.service.settings import EntryPoints
from prover.service.status import RefusedError, details
from prover.store.artifacts import write_together
from prover.v1 import prover_pb2
from verifier.profile import DEFAULT, PROFILES
from verifier.verify import verify


def prove(
    *,
    block: Annotated[
        list[Path], typer.Option(metavar="FILE", help="A block file; one for each height, repeat the option.")
    ],
    namespace: Annotated[
        str, typer.Option(metavar="HEX", help="The rollup's namespace, 29 bytes on Celestia.")
    ],
    out: Annotated[Path, typer.Option(metavar="PROOF", help="Where to write the proof.")],
    layer: Annotated[str, typer.Option(help="The sequencing layer.")] = "celestia",
    program: Annotated[str, typer.Option(help="What is proven of the ordered bytes.")] = "log",
    genesis: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The chain's genesis file; payments need it.")
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="All accounts after the last proof; by default the genesis file's."
        ),
    ] = None,
    snapshot_out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write all accounts after this proof.")
    ] = None,
    state_before: Annotated[
        str, typer.Option(metavar="HEX", help="State before the first height; by default the genesis state.")
    ] = "",
    chain_id: Annotated[
        int,
        typer.Option(min=0, max=2**64 - 1, help="Number of the rollup's chain; payments have it in genesis."),
    ] = 0,
    profile: Annotated[
        str,
        typer.Option(
            help=f"Security profile: {', '.join(PROFILES)}. compact-128 is slower, and its proofs are smaller."
        ),
    ] = DEFAULT,
    server: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Let this service prove; by default this process does.")
    ] = "",
    request_id: Annotated[
        str, typer.Option(metavar="UUID", help="With --server: the same id never makes two jobs.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Prove what the given blocks order for a namespace, and write the proof to a file.

    The proof is checked before it is written. Nothing is written unless all went well; of proof and snapshot both are
    written or none.

    Examples:

      sequitur prove --layer celestia --program log --block 10126899.json --namespace HEX --out block.proof

      sequitur prove --block 1.json --block 2.json --namespace HEX --out two.proof --state-before HEX

      sequitur prove --block 1.json --namespace HEX --out one.proof --server 127.0.0.1:50551

      sequitur prove --program payments --genesis genesis.json --block 1.json --namespace HEX --out one.proof --snapshot-out one.snapshot

      sequitur prove --program payments --genesis genesis.json --snapshot one.snapshot --block 2.json --namespace HEX --out two.proof
    """  # noqa: E501 - a command is one line
    batch = prover_pb2.Batch(
        layer=layer,
        program=program,
        namespace=hexadecimal("--namespace", namespace),
        blocks=[block_bytes(path) for path in block],
        chain_id=chain_id,
        state_before=hexadecimal("--state-before", state_before),
        profile=profile,
        genesis=b"" if genesis is None else genesis_bytes(genesis),
        snapshot=b"" if snapshot is None else snapshot_bytes(snapshot),
    )
    require_place(out)
    if snapshot_out is not None:
        require_snapshot_place(snapshot_out, program, out, snapshot)
    request_id = request_id or str(uuid.uuid4())
    try:
        intake.batch_of(prover_pb2.CreateBatchProofRequest(batch=batch, request_id=request_id))
    except RefusedError as error:
        raise from_status(error.status.code, details(error.status)["reason"], error.status.message) from error
    extra: dict[str, Any] = {"out": str(out)}
    if snapshot_out is not None:
        extra["snapshot_out"] = str(snapshot_out)
    with progress_bars(not as_json) as report:
        if server:
            with Client(server) as client:
                name = client.create(batch, request_id)
                if not as_json:
                    stderr().print(name)
                finished = follow(client, name, report)
            proof, accounts, account = finished.proof.data, finished.snapshot_after.data, account_of(finished)
            extra["name"] = name
        else:
            proof, accounts, account = prove_here(batch, report)
    # The proof comes last: whoever finds it finds its snapshot.
    write_out(({} if snapshot_out is None else {snapshot_out: accounts}) | {out: proof})
    print_account(account, extra, len(proof), as_json)


def prove_here(batch: prover_pb2.Batch, report: Any) -> tuple[bytes, bytes, Account]:
    """Proves and checks a batch in this process; returns the proof, the snapshot, and an account of the proof.

    Raises `InputError`, `SetupError`, and `SequiturError` (PROOF_SELF_CHECK_FAILED).
    """
    require_kernel(EntryPoints())
    from prover.pipeline import Progress, Request, prove_batch  # noqa: PLC0415 - slow to import, and not always needed

    def tell(progress: Progress) -> None:
        report(progress.stage, progress.done, progress.total)

    settlement = prove_batch(worker.request_of(batch, Request), tell)
    report("verify", 0, 1)
    verdict = verify(settlement.proof, batch.profile, expected_of(batch))
    wanted = (settlement.statement, program_of(batch))
    if not verdict.accepted or (verdict.statement, verdict.program) != wanted:
        reason = verdict.reason or "it is about another statement"
        message = f"The finished proof did not pass its own check: {reason}."
        raise SequiturError("PROOF_SELF_CHECK_FAILED", message, "Report it with the blocks that were proven.")
    record = settlement.record
    stages = tuple(
        (stage.name, stage.seconds, stage.cells, stage.peak_memory_bytes) for stage in record.stages
    )
    account = Account(settlement.statement.show(), batch.profile, record.bits, record.binding, stages)
    return settlement.proof, settlement.snapshot, account


def require_place(path: Path) -> None:
    """Raises `InputError` (OUT_UNUSABLE) if a result cannot be written there, before work is spent on it."""
    if not path.parent.is_dir():
        raise InputError(
            "OUT_UNUSABLE", f"{path.parent} is not a directory.", "Name a file in one that exists."
        )
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(
            "OUT_UNUSABLE",
            f"{path} cannot be written.",
            "Name a file in a directory that this user may write.",
        )


def require_snapshot_place(path: Path, program: str, out: Path, snapshot: Path | None) -> None:
    """Raises `InputError` (SNAPSHOT_UNWANTED, OUT_UNUSABLE) if a snapshot cannot be made or written there."""
    if program not in WITH_ACCOUNTS:
        message = f"The program {program} has no accounts."
        raise InputError("SNAPSHOT_UNWANTED", message, "Leave --snapshot-out out, or ask for payments.")
    require_place(path)
    for other, what in ((out, "proof"), (snapshot, "snapshot given")):
        if other is not None and path.resolve() == other.resolve():
            message = f"{path} is the file of the {what}."
            raise InputError("OUT_UNUSABLE", message, "Name another file for the new snapshot.")


def write_out(files: Mapping[Path, bytes]) -> None:
    """Writes all results or none; raises `SetupError` (DISK_FULL, OUT_UNUSABLE)."""
    try:
        write_together(files)
    except OSError as error:
        names = " or ".join(map(str, files))
        message = f"{names} cannot be written: {error.strerror or error}."
        raise SetupError("OUT_UNUSABLE", message, "Name a file that this user may write.") from error
