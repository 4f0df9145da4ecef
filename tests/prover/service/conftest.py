"""Services as real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from prover.service.client import Client
from prover.v1 import prover_pb2
from tests.prover.service.fake import block

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = bytes(19) + b"settlement"


@dataclass
class Service:
    """One service process over a store; may be killed and started again."""

    store: Path
    log: Path
    settings: dict[str, Any]
    address: str = "127.0.0.1:0"
    process: subprocess.Popen[str] | None = None
    clients: list[Client] = field(default_factory=list)

    def start(self) -> Client:
        chosen = {"store": str(self.store), "address": self.address, "reserved_bytes": 0, **self.settings}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.prover.service.launch", json.dumps(chosen)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("127.0.0.1:"), self.address + self.log.read_text()
        client = Client(self.address)
        self.clients.append(client)
        return client

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(**settings: Any) -> Service:
        defaults = {"retry_delay": 0.05, "heartbeat": 0.3}
        made.append(Service(tmp_path / "store", tmp_path / "log", defaults | settings))
        return made[-1]

    yield make
    for one in made:
        for client in one.clients:
            client.__exit__(None, None, None)
        if one.process is not None:
            one.end(signal.SIGKILL)


def batch(**orders: Any) -> prover_pb2.Batch:
    """A batch of one block that tells the fake pipeline what to do."""
    return prover_pb2.Batch(
        layer="celestia", program="log", namespace=NAMESPACE, blocks=[block(**orders)], chain_id=5
    )


def payments(genesis: bytes = b"{}", snapshot: bytes = b"", **orders: Any) -> prover_pb2.Batch:
    """The same for a program with accounts."""
    made = batch(**orders)
    made.program, made.genesis, made.snapshot = "payments", genesis, snapshot
    return made


def finished(client: Client, name: str) -> prover_pb2.BatchProof:
    """Follows a job to its end."""
    *_, last = client.watch(name)
    assert last.WhichOneof("event") == "terminal"
    return client.get(name)


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def first_worker(runs: Path) -> int:
    """Waits until the fake pipeline has begun, and returns the process it began in."""
    eventually(lambda: runs.exists() and runs.read_text().endswith("\n"))
    return int(runs.read_text().split()[0])


def alive(pid: int) -> bool:
    """True if there is such a process, other than a dead one nobody has asked about."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
