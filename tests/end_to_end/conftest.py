"""The product as its users run it: real processes, real proofs, no part of it replaced."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import verifier
from prover.service.client import Client

ROOT = Path(__file__).resolve().parents[2]
BLOCK = ROOT / "examples" / "celestia_mainnet_block_10126899.json"
NAMESPACES = {
    bytes.fromhex("00" * 19 + tail): size
    for tail, size in {
        "48ebd3411d6431afa0c5": 2318,
        "72656c61792d64617461": 13,
        "736f6c6178792d736f76": 13,
        "ca1de12a8c022bd46803": 5473,
        "e27869573bab26ce73f5": 465,
    }.items()
}
"""The namespaces of the block, with the bytes of the one blob in each."""

LARGEST = max(NAMESPACES, key=lambda namespace: NAMESPACES[namespace])
SEQUITUR = (sys.executable, "-P", "-m", "prover.cli")


def environment() -> dict[str, str]:
    """What finds the product from any working directory."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


class Service:
    """`sequitur serve` over one store; may be killed and started again at the same address."""

    def __init__(self, directory: Path) -> None:
        self.store = directory / "store"
        self.address = "127.0.0.1:0"
        self._log = directory / "log"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [*SEQUITUR, "serve", "--json", "--listen", self.address, "--store", str(self.store)]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment()
            )
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            line = answers.readline()
        assert "address" in line, line + self._log.read_text()
        self.address = json.loads(line)["address"]

    def end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        code = self._process.wait(60)
        self._process = None
        return code

    def close(self) -> None:
        if self._process is not None:
            self.end(signal.SIGKILL)


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[[], Service]]:
    with contextlib.ExitStack() as stack:

        def make() -> Service:
            made = Service(tmp_path)
            stack.callback(made.close)
            made.start()
            return made

        yield make


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a module."""
    made = Service(tmp_path_factory.mktemp("service"))
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(service.address) as connected:
        yield connected


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Checks proof bytes with a copy of the verifier folder, on a Python in whose reach is nothing else."""
    directory = tmp_path_factory.mktemp("bare")
    source, unwanted = Path(verifier.__file__).parent, shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, directory / "verifier", ignore=unwanted)

    def check(proof: bytes, **expected: str | int) -> dict[str, Any]:
        (directory / "proof").write_bytes(proof)
        command = [sys.executable, "-S", "-E", "-s", "-m", "verifier", "proof", "--json"]
        for name, value in expected.items():
            command += ["--expect", f"{name}={value}"]
        ended = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=60, check=False, env={}
        )
        found: dict[str, Any] = json.loads(ended.stdout)
        assert ended.returncode == (0 if found["accepted"] else 1)
        return found

    return check
