"""The commands of the README, run from elsewhere, as processes."""

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from prover.adapter.celestia import read_blobs, read_block
from tests.end_to_end.conftest import BLOCK, LARGEST, NAMESPACES, SEQUITUR, Service, environment

pytestmark = pytest.mark.end_to_end

Ended = subprocess.CompletedProcess[str]


def sequitur(directory: Path, *arguments: str) -> Ended:
    return subprocess.run(
        [*SEQUITUR, *arguments],
        cwd=directory,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_namespaces_the_tests_speak_of_are_those_of_the_block() -> None:
    shares = read_block(BLOCK.read_bytes()).square.shares
    for namespace, size in NAMESPACES.items():
        assert [len(blob.data) for blob in read_blobs(shares, namespace)] == [size]


def test_a_proof_made_inspected_and_verified_on_the_command_line(tmp_path: Path) -> None:
    made = sequitur(
        tmp_path,
        *("prove", "--layer", "celestia", "--program", "log", "--block", str(BLOCK)),
        *("--namespace", LARGEST.hex(), "--out", "block.proof", "--json"),
    )
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    inspected = sequitur(tmp_path, "inspect", "block.proof", "--json")
    assert inspected.returncode == 0, inspected.stderr
    found = json.loads(inspected.stdout)
    assert found["accepted"]
    assert found["statement"] == told["statement"]
    assert found["provable_bits"] == told["provable_bits"] >= 128
    assert found["size_bytes"] == sum(found["parts"].values()) < 2 << 20
    assert found["seconds"] > 0
    assert {table["name"] for table in found["tables"]} >= {"Node", "Share", "Log", "Sha256"}
    assert found["terms"]
    shown = sequitur(tmp_path, "inspect", "block.proof")
    assert shown.stdout.startswith("ACCEPTED in ")
    for word in (found["statement"]["anchor"], "Sha256", "queried_rows_and_paths", found["binding_term"]):
        assert word in shown.stdout
    (tmp_path / "cut.proof").write_bytes((tmp_path / "block.proof").read_bytes()[:-1])
    cut = sequitur(tmp_path, "inspect", "cut.proof", "--json")
    assert cut.returncode == 1
    claimed = json.loads(cut.stdout)
    assert {"accepted", "reason", "claimed"} <= set(claimed)
    assert not {"statement", "provable_bits", "tables"} & set(claimed)
    assert claimed["claimed"]["statement"] == found["statement"]
    assert "Claimed, and not proven" in sequitur(tmp_path, "inspect", "cut.proof").stdout
    verified = sequitur(tmp_path, "verify", "block.proof", "--expect", f"namespace={LARGEST.hex()}")
    assert (verified.returncode, verified.stdout.startswith("ACCEPTED")) == (0, True)
    rejected = sequitur(tmp_path, "verify", "block.proof", "--expect", "first_height=1")
    assert (rejected.returncode, rejected.stdout.startswith("REJECTED")) == (1, True)


@pytest.mark.parametrize("as_json", [False, True])
def test_the_demo_shows_the_whole_product_from_any_directory(
    tmp_path: Path, as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder of the same name where the user stands must not get in the way.
    (tmp_path / "verifier").mkdir()
    (tmp_path / "verifier" / "__init__.py").write_text("raise RuntimeError")
    # Nor a proxy, which could not reach this machine.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    ended = sequitur(tmp_path, "demo", "--out", "kept.proof", *(["--json"] if as_json else []))
    assert ended.returncode == 0, ended.stderr
    if as_json:
        told, payments = map(json.loads, ended.stdout.splitlines())
        assert payments["bare_python_says"] == "ACCEPTED"
        assert payments["statement"]["program_digest"] != told["statement"]["program_digest"]
        assert told["statement"]["namespace"] == LARGEST.hex()
        assert told["bare_python_says"] == "ACCEPTED"
        assert told["size_bytes"] == (tmp_path / "kept.proof").stat().st_size
        assert told["provable_bits"] >= 128
        assert told["service_seconds"] > 0
    else:
        assert LARGEST.hex() in ended.stdout
        assert ended.stdout.count("ACCEPTED") == 2
        assert "Ada pays Ben 0.1 ether" in ended.stdout
        assert "fee recipient" in ended.stdout
        assert "✓" in ended.stderr


def test_a_demo_that_is_told_to_stop_leaves_no_service_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*SEQUITUR, "demo"],
        cwd=tmp_path,
        env={**environment(), "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr as said:
        address = said.readline().split("service at ")[1].split(",")[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 3
    host, _, port = address.rpartition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    assert not list(tmp_path.iterdir())


def test_a_service_that_cannot_start_says_why(tmp_path: Path, service: Service) -> None:
    elsewhere = ["--listen", "127.0.0.1:0"]
    for arguments, code in (
        (["--listen", service.address, "--store", str(tmp_path / "new")], "PORT_IN_USE"),
        ([*elsewhere, "--store", str(service.store)], "STORE_LOCKED"),
        ([*elsewhere, "--store", str(BLOCK)], "STORE_PATH_UNUSABLE"),
    ):
        ended = sequitur(tmp_path, "serve", "--json", *arguments)
        assert ended.returncode == 3, code
        assert json.loads(ended.stdout)["error"]["code"] == code
        assert "Traceback" not in ended.stderr
