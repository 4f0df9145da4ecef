"""A machine that does not allow the work: what is said, and that nothing is half-written."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.errors import SequiturError, SetupError
from prover.service import status
from prover.service.server import require_kernel
from prover.service.settings import EntryPoints
from prover.v1 import prover_pb2
from tests.prover.service.conftest import ROOT, Service, batch, finished, payments

State = prover_pb2.BatchProof


def refused_start(**chosen: Any) -> str:
    """The reason a service gives for not starting."""
    command = [sys.executable, "-m", "tests.prover.service.launch", json.dumps(chosen)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    return ended.stdout.strip()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert refused_start(store=str(tmp_path), address=address) == "PORT_IN_USE"


@pytest.mark.parametrize(
    "address", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "no.such.host.invalid:1", "192.0.2.1:0"]
)
def test_an_address_that_cannot_be_listened_on_is_named(tmp_path: Path, address: str) -> None:
    assert refused_start(store=str(tmp_path), address=address) == "ADDRESS_UNUSABLE"


def test_a_store_that_cannot_be_used_is_named(tmp_path: Path, service: Callable[..., Service]) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/store")):
        assert refused_start(store=str(path), address="127.0.0.1:0") == "STORE_PATH_UNUSABLE"
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "jobs.sqlite3").write_bytes(b"not a database" * 100)
    assert refused_start(store=str(tmp_path / "junk"), address="127.0.0.1:0") == "STORE_UNAVAILABLE"
    (tmp_path / "later").mkdir()
    with sqlite3.connect(tmp_path / "later" / "jobs.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert refused_start(store=str(tmp_path / "later"), address="127.0.0.1:0") == "STORE_VERSION_UNKNOWN"
    running = service()
    running.start()
    assert refused_start(store=str(running.store), address="127.0.0.1:0") == "STORE_LOCKED"


def test_a_missing_kernel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetupError) as caught:
        require_kernel(EntryPoints())
    assert caught.value.code == "KERNEL_MISSING"
    require_kernel(EntryPoints(prove="elsewhere:prove"))


def test_a_batch_without_room_is_refused_and_leaves_nothing(service: Callable[..., Service]) -> None:
    running = service(file_size=400_000)
    client = running.start()
    with pytest.raises(SequiturError) as caught:
        client.create(batch(padding="x" * 500_000))
    assert caught.value.code == "DISK_FULL"
    assert not [path for path in (running.store / "artifacts").rglob("*") if path.is_file()]
    # What fits is still taken.
    assert finished(client, client.create(batch())).state == State.SUCCEEDED


@pytest.mark.parametrize("result", ["size", "accounts_size"])
def test_a_result_without_room_fails_its_job_and_leaves_nothing(
    service: Callable[..., Service], result: str
) -> None:
    running = service(file_size=400_000, allowed_losses=1)
    client = running.start()
    orders: dict[str, Any] = {result: 500_000}
    failed = finished(client, client.create(payments(**orders)))
    assert failed.state == State.FAILED
    information = status.details(failed.error)
    assert (information["reason"], information["metadata"]["cause"]) == ("ATTEMPTS_EXHAUSTED", "DISK_FULL")
    assert not [path for path in (running.store / "artifacts").rglob("*") if path.is_file()]
    assert finished(client, client.create(batch())).state == State.SUCCEEDED


def test_a_nearly_full_disk_refuses_new_batches(service: Callable[..., Service]) -> None:
    client = service(reserved_bytes=1 << 60).start()
    with pytest.raises(SequiturError) as caught:
        client.create(batch())
    assert caught.value.code == "DISK_LOW"
