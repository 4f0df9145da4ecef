"""What a demonstration stands on: a service of its own, and a Python that has nothing but the verifier."""

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
from typing import TextIO

import verifier
from prover.commands.output import ExitCode
from prover.errors import SetupError
from prover.service.children import environment

_STOP_SECONDS = 20


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
    if not copy.exists():
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(verifier.__file__).parent, copy / "verifier", ignore=unwanted)
    start = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-S", "-E", "-s", "-m", "verifier", str(proof)],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode == 0, ended.stdout or ended.stderr, time.perf_counter() - start
