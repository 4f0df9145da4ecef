"""`sequitur demo`: the whole product once, on a real block, as its users would meet it."""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

import prover
import verifier
from prover.commands.arguments import block_bytes, hexadecimal
from prover.commands.following import account_of, follow, print_account
from prover.commands.output import ExitCode, progress_bars, stderr
from prover.commands.prove import require_place, write_out
from prover.errors import InputError, SetupError
from prover.service.children import environment
from prover.service.client import Client
from prover.v1 import prover_pb2

BLOCK = Path(prover.__file__).parents[1] / "examples" / "celestia_mainnet_block_10126899.json"
NAMESPACE = "00000000000000000000000000000000000000ca1de12a8c022bd46803"
"""The namespace of that block with the most data."""

_STOP_SECONDS = 20


def demo(
    block: Annotated[Path, typer.Option(metavar="FILE", help="Another block file.")] = BLOCK,
    namespace: Annotated[
        str, typer.Option(metavar="HEX", help="Another namespace; a block may hold nothing of it.")
    ] = NAMESPACE,
    out: Annotated[Path | None, typer.Option(metavar="PROOF", help="Keep the proof in this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Start a service, have it prove a real Celestia block, and check the proof with nothing but Python.

    The check runs `python -S -m verifier` in a copy of the verifier folder: no other package is in reach.

    Example:

      sequitur demo --out block.proof
    """
    if not block.exists() and block == BLOCK:
        raise InputError(
            "FILE_UNREADABLE", f"The example block {block} is missing.", "Run from a full checkout."
        )
    batch = prover_pb2.Batch(
        layer="celestia",
        program="log",
        namespace=hexadecimal("--namespace", namespace),
        blocks=[block_bytes(block)],
    )
    if out is not None:
        require_place(out)
    with tempfile.TemporaryDirectory(prefix="sequitur-demo-") as directory:
        scratch = Path(directory)
        start = time.perf_counter()
        with running_service(scratch / "store") as address, Client(address) as client:
            if not as_json:
                said = f"service at {address}, proving {block.name} for namespace {namespace}"
                stderr().print(said, markup=False, soft_wrap=True)
            name = client.create(batch)
            with progress_bars(not as_json) as report:
                finished = follow(client, name, report)
            proving = time.perf_counter() - start
        path = out or scratch / "demo.proof"
        write_out(path, finished.proof.data)
        accepted, output, checking = check_bare(path.resolve(), scratch)
        extra: dict[str, Any] = {
            "service_seconds": round(proving, 2),
            "bare_python_seconds": round(checking, 2),
            "bare_python_says": next(iter(output.splitlines()), "nothing"),
        }
        print_account(account_of(finished), extra, len(finished.proof.data), as_json)
        if not accepted:
            raise typer.Exit(ExitCode.REJECTED)


@contextlib.contextmanager
def running_service(store: Path) -> Iterator[str]:
    """A service as a process of its own; yields its address. Raises `SetupError` if it does not start."""
    command = [sys.executable, "-P", "-m", "prover.cli", "serve", "--json"]
    command += ["--listen", "127.0.0.1:0", "--store", str(store)]
    # An end by SIGTERM must not leave the service behind.
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.FAULT))
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment())
        try:
            assert process.stdout is not None
            with process.stdout as answers:
                yield _address(answers.readline(), log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            signal.signal(signal.SIGTERM, previous)


def _address(line: str, log: TextIO) -> str:
    try:
        said = json.loads(line)
    except ValueError:
        log.seek(0)
        *_, last = ["It says nothing.", *log.read().splitlines()]
        said = {"error": {"code": "SERVICE_FAILED", "message": "The service did not start.", "fix": last}}
    if "error" in said:
        raise SetupError(**said["error"])
    return str(said["address"])


def check_bare(proof: Path, scratch: Path) -> tuple[bool, str, float]:
    """Checks a proof in a copy of the verifier folder, out of reach of every installed package.

    Returns whether it was accepted, what was printed, and the seconds it took.
    """
    copy = scratch / "bare"
    shutil.copytree(
        Path(verifier.__file__).parent, copy / "verifier", ignore=shutil.ignore_patterns("__pycache__")
    )
    start = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-S", "-E", "-s", "-m", "verifier", str(proof)],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode == 0, ended.stdout or ended.stderr, time.perf_counter() - start
