"""`python -m verifier` as a settlement side runs it: a copy of that folder alone, on a Python without anything."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import verifier
from prover.pipeline import Request, Settlement, prove_batch
from tests.celestia_log.scenes import ONE, built
from verifier.proof import MAX_PROOF_BYTES
from verifier.statement import Statement

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]
CHAIN = 7


@pytest.fixture(scope="module")
def settlement() -> Settlement:
    scene = built(ONE)
    return prove_batch(Request("celestia", "log", scene.namespace, scene.files, CHAIN))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, settlement: Settlement) -> Path:
    """A directory with a copy of the verifier and a proof, in a place where nothing else can be imported."""
    directory = tmp_path_factory.mktemp("a place with spaces")
    source, unwanted = Path(verifier.__file__).parent, shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, directory / "verifier", ignore=unwanted)
    (directory / "good.proof").write_bytes(settlement.proof)
    return directory


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    def start(*arguments: str) -> Ended:
        command = [sys.executable, "-S", "-E", "-s", "-W", "error", "-m", "verifier", *arguments]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env={}
        )

    return start


def test_nothing_but_the_standard_library_is_in_reach(folder: Path) -> None:
    code = "import importlib.util as u; print([u.find_spec(n) for n in ('numpy', 'prover', 'circuits')])"
    command = [sys.executable, "-S", "-E", "-s", "-c", code]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env={})
    assert ended.stdout.strip() == "[None, None, None]"


def test_an_honest_proof_is_accepted_with_all_it_says(run: Run, settlement: Settlement) -> None:
    ended = run("good.proof")
    assert (ended.returncode, ended.stderr) == (0, "")
    first, *lines = ended.stdout.splitlines()
    assert first == "ACCEPTED"
    said = dict(line.split(maxsplit=1) for line in lines)
    assert {name: said[name] for name in Statement.FIELDS} == {
        name: str(value) for name, value in settlement.statement.show().items()
    }
    assert (said["program"], said["profile"]) == ("celestia-log", "direct-128")
    assert said["provable_bits"] == f"{settlement.record.bits}, bound by {settlement.record.binding}"
    assert said["size"] == f"{len(settlement.proof):,} bytes"
    assert float(said["seconds"]) > 0


def test_the_verdict_as_json(run: Run, settlement: Settlement) -> None:
    ended = run("good.proof", "--json")
    found = json.loads(ended.stdout)
    assert found.pop("seconds") > 0
    assert found == {
        "accepted": True,
        "reason": "",
        "statement": settlement.statement.show(),
        "program": "celestia-log",
        "profile": "direct-128",
        "provable_bits": settlement.record.bits,
        "binding_term": settlement.record.binding,
        "size_bytes": len(settlement.proof),
    }


def test_what_settlement_knows_is_held_against_the_statement(run: Run, settlement: Settlement) -> None:
    shown = settlement.statement.show()
    expected = [argument for name, value in shown.items() for argument in ("--expect", f"{name}={value}")]
    assert run("good.proof", *expected).returncode == 0
    for name, value in shown.items():
        other = str(value + 1) if isinstance(value, int) else f"{int(value[:2], 16) ^ 1:02x}{value[2:]}"
        ended = run("good.proof", "--json", "--expect", f"{name}={other}")
        assert ended.returncode == 1, name
        found = json.loads(ended.stdout)
        # Nothing that a rejected proof claims stands where a caller might read it.
        assert set(found) == {"accepted", "reason", "profile", "size_bytes", "seconds"}
        assert found["reason"] == f"{name} is {value}, expected {other}"


def test_another_proof_is_rejected_with_the_reason(run: Run, folder: Path, settlement: Settlement) -> None:
    proof = settlement.proof
    middle = len(proof) // 2
    cases = {
        "empty": b"",
        "truncated": proof[:-1],
        "extended": proof + b"\0",
        "changed": proof[:middle] + bytes([proof[middle] ^ 1]) + proof[middle + 1 :],
        "text": b"ACCEPTED\n" * 1000,
    }
    for name, data in cases.items():
        (folder / "bad.proof").write_bytes(data)
        ended = run("bad.proof")
        assert (ended.returncode, ended.stderr) == (1, ""), name
        assert ended.stdout.startswith("REJECTED: "), name
        assert "ACCEPTED" not in ended.stdout
    ended = run("good.proof", "--profile", "direct-100")
    assert ended.returncode == 1
    assert "made for profile direct-128" in ended.stdout


def test_a_file_above_the_maximum_is_rejected_without_being_read(run: Run, folder: Path) -> None:
    with (folder / "giant").open("wb") as file:
        file.truncate(1 << 40)
    code = "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 29, 1 << 29)); import sys; from verifier import cli"
    command = [sys.executable, "-S", "-E", "-s", "-c", f"{code}; sys.exit(cli.main(['giant']))"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={})
    assert (ended.returncode, ended.stderr) == (1, "")
    assert f"at most {MAX_PROOF_BYTES:,} bytes" in ended.stdout


@pytest.mark.parametrize("name", ["missing", ".", "pipe", "/dev/null", "unreadable"])
def test_what_is_no_readable_file_is_usage_told_in_one_sentence(run: Run, folder: Path, name: str) -> None:
    if name == "pipe" and not (folder / name).exists():
        os.mkfifo(folder / name)
    if name == "unreadable":
        (folder / name).symlink_to(name)
    ended = run(name)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"The proof {name} ")
    assert ended.stderr.count("\n") == 1
    error = json.loads(run(name, "--json").stdout)["error"]
    assert (error["code"], set(error)) == ("FILE_UNREADABLE", {"code", "message", "fix"})


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--expect", "height=7"], "The fields are layer, "),
        (["--expect", "first_height"], "The fields are layer, "),
        (["--expect", "first_height=0x10"], "decimal"),
        (["--expect", "namespace=rollup"], "hexadecimal"),
        (["--expect", "chain_id=7", "--expect", "chain_id=8"], "one value"),
        (["--profile", "direct-64"], "direct-128, direct-100"),
        (["--prof", "direct-128"], "unrecognized arguments"),
        (["another.proof"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_gives_no_verdict_and_says_what_to_do(run: Run, arguments: list[str], hint: str) -> None:
    ended = run("good.proof", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert hint in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_teaches_what_an_answer_means(run: Run) -> None:
    ended = run("--help")
    assert ended.returncode == 0
    for word in ("anchor", "state_before", "program_digest", "namespace", "first_height", *Statement.FIELDS):
        assert word in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 110
    assert run().returncode == 2
