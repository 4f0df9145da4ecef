"""Wrong usage of every command: exit code 2, one sentence with the fix, the same as JSON, and nothing written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from prover.adapter.celestia.block_file import LARGEST_FILE
from prover.service.intake import ACCOUNTS_BYTES
from tests.prover.commands.conftest import Run
from tests.prover.service.conftest import NAMESPACE
from tests.prover.service.fake import block

HEX = NAMESPACE.hex()


ONE, TWO = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
GENESIS = json.dumps(
    {
        "chain": {
            "chain_id": 1337,
            "base_fee": "1000000000",
            "fee_recipient": "0x000000000000000000000000000000000000c0DE",
            "gas_cap": 30_000_000,
        },
        "balances": {ONE: str(10**18)},
    }
)
SEND = ["send", "--key", "key", "--genesis", "genesis.json"]
BLOCK = ["block", "--height", "1", "--out", "new.json"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "block.json").write_bytes(block())
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "genesis.json").write_text(GENESIS)
    (tmp_path / "key").write_text(f"{1:064x}")
    for name, size in (("giant.json", LARGEST_FILE), ("titan", ACCOUNTS_BYTES)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size + 1)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PAYMENTS = ["--out", "out", "--namespace", HEX, "--block", "block.json", "--program", "payments"]
GIVEN = [*PAYMENTS, "--genesis", "genesis.json"]
CASES: list[tuple[list[str], str]] = [
    ([], "USAGE"),
    (["--out", "out", "--namespace", HEX], "USAGE"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--chain-id", "-1"], "USAGE"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--unknown"], "USAGE"),
    (["--out", "out", "--namespace", HEX, "--block", "missing.json"], "FILE_UNREADABLE"),
    (["--out", "out", "--namespace", HEX, "--block", "folder"], "FILE_UNREADABLE"),
    (["--out", "out", "--namespace", HEX, "--block", "pipe"], "FILE_UNREADABLE"),
    (["--out", "out", "--namespace", HEX, "--block", "giant.json"], "BLOCK_TOO_LARGE"),
    (["--out", "out", "--namespace", HEX, "--block", "empty.json"], "FIELD_INVALID"),
    (["--out", "out", "--namespace", "zz", "--block", "block.json"], "VALUE_MALFORMED"),
    (["--out", "out", "--namespace", HEX[:-2], "--block", "block.json"], "NAMESPACE_INVALID"),
    (["--out", "out", "--namespace", "00" * 29, "--block", "block.json"], "NAMESPACE_INVALID"),
    (["--out", "folder", "--namespace", HEX, "--block", "block.json"], "OUT_UNUSABLE"),
    (["--out", "missing/out", "--namespace", HEX, "--block", "block.json"], "OUT_UNUSABLE"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--layer", "devnet"], "LAYER_UNKNOWN"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--program", "vm"], "PROGRAM_UNKNOWN"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--profile", "x"], "PROFILE_UNKNOWN"),
    (["--out", "out", "--namespace", HEX, "--block", "block.json", "--state-before", "00"], "FIELD_INVALID"),
    (
        ["--out", "out", "--namespace", HEX, "--block", "block.json", "--request-id", "7"],
        "REQUEST_ID_MALFORMED",
    ),
    (PAYMENTS, "GENESIS_MISSING"),
    ([*PAYMENTS, "--genesis", "missing.json"], "FILE_UNREADABLE"),
    ([*PAYMENTS, "--genesis", "titan"], "GENESIS_TOO_LARGE"),
    ([*PAYMENTS, "--genesis", "empty.json"], "GENESIS_MISSING"),
    ([*GIVEN, "--snapshot", "folder"], "FILE_UNREADABLE"),
    ([*GIVEN, "--snapshot", "titan"], "SNAPSHOT_TOO_LARGE"),
    ([*GIVEN, "--snapshot", "empty.json"], "FILE_EMPTY"),
    ([*GIVEN, "--snapshot-out", "missing/out"], "OUT_UNUSABLE"),
    ([*GIVEN, "--snapshot-out", "folder"], "OUT_UNUSABLE"),
    ([*GIVEN, "--snapshot-out", "folder/../out"], "OUT_UNUSABLE"),
    ([*GIVEN, "--snapshot", "block.json", "--snapshot-out", "block.json"], "OUT_UNUSABLE"),
    ([*GIVEN, "--program", "log"], "GENESIS_UNWANTED"),
    ([*PAYMENTS, "--program", "log", "--snapshot-out", "new"], "SNAPSHOT_UNWANTED"),
    ([*PAYMENTS, "--program", "log", "--snapshot", "block.json"], "GENESIS_UNWANTED"),
]


@pytest.mark.parametrize(("arguments", "code"), CASES)
def test_a_wrong_batch_is_refused_before_any_work(
    run: Run, files: Path, arguments: list[str], code: str
) -> None:
    before = sorted(files.iterdir())
    ended = run("prove", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err
    told = run("prove", *arguments, "--json")
    assert told.code == 2
    error = json.loads(told.out)["error"]
    assert (error["code"], set(error)) == (code, {"code", "message", "fix"})
    assert code == "USAGE" or code in ended.err
    assert sorted(files.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify"], "USAGE"),
        (["verify", "missing"], "FILE_UNREADABLE"),
        (["verify", "folder"], "FILE_UNREADABLE"),
        (["verify", "block.json", "--expect", "height=7"], "FIELD_UNKNOWN"),
        (["verify", "block.json", "--expect", "first_height=0x7"], "VALUE_MALFORMED"),
        (["verify", "block.json", "--expect", "chain_id=7", "--expect", "chain_id=7"], "FIELD_REPEATED"),
        (["verify", "block.json", "--profile", "x"], "PROFILE_UNKNOWN"),
        (["inspect", "missing"], "FILE_UNREADABLE"),
        (["inspect", "block.json", "--profile", "x"], "PROFILE_UNKNOWN"),
        (["demo", "--block", "missing"], "FILE_UNREADABLE"),
        (["demo", "--namespace", "zz"], "VALUE_MALFORMED"),
        (["demo", "--out", "folder"], "OUT_UNUSABLE"),
        (["demo", "--act", "2", "--payments-out", "folder"], "OUT_UNUSABLE"),
        (["demo", "--act", "3"], "USAGE"),
        (["account"], "USAGE"),
        (["account", "--genesis", "missing.json"], "FILE_UNREADABLE"),
        (["account", "--genesis", "block.json"], "GENESIS_UNREADABLE"),
        (["account", "--genesis", "genesis.json", "--snapshot", "block.json"], "SNAPSHOT_UNREADABLE"),
        (["account", "0x7e", "--genesis", "genesis.json"], "ADDRESS_MALFORMED"),
        (["account", ONE.replace("7E", "7e"), "--genesis", "genesis.json"], "ADDRESS_MALFORMED"),
        ([*SEND, "--value", "1"], "USAGE"),
        ([*SEND, "--to", TWO, "--value", "0.5"], "AMOUNT_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", "-1"], "AMOUNT_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", "1 euro"], "AMOUNT_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", "1.0000000001gwei"], "AMOUNT_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", str(2**256)], "AMOUNT_MALFORMED"),
        ([*SEND, "--to", TWO[:-1], "--value", "1"], "ADDRESS_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", "1", "--data", "0"], "VALUE_MALFORMED"),
        ([*SEND, "--to", TWO, "--value", "1", "--key", "missing"], "FILE_UNREADABLE"),
        ([*SEND, "--to", TWO, "--value", "1", "--key", "titan"], "KEY_UNREADABLE"),
        ([*SEND, "--to", TWO, "--value", "1", "--key", "empty.json"], "KEY_UNREADABLE"),
        ([*SEND, "--to", TWO, "--value", "1", "--key", "genesis.json"], "KEY_UNREADABLE"),
        ([*SEND, "--to", TWO, "--value", "2ether"], "TRANSACTION_IGNORED"),
        ([*SEND, "--to", TWO, "--value", "1", "--max-fee", "1wei"], "TRANSACTION_IGNORED"),
        ([*SEND, "--to", TWO, "--value", "1", "--gas", "20999", "--nonce", "7"], "TRANSACTION_IGNORED"),
        ([*BLOCK, "--namespace", HEX, "--item", "0"], "VALUE_MALFORMED"),
        ([*BLOCK, "--namespace", HEX, "--item", ""], "BLOB_INVALID"),
        ([*BLOCK, "--namespace", HEX[2:]], "NAMESPACE_INVALID"),
        ([*BLOCK, "--namespace", HEX, "--out", "folder"], "OUT_UNUSABLE"),
        ([*BLOCK, "--namespace", HEX, "--height", "0"], "USAGE"),
        (["serve", "--workers", "0"], "USAGE"),
        (["watch"], "USAGE"),
        (["unknown"], "USAGE"),
    ],
)
def test_every_command_tells_wrong_usage(run: Run, files: Path, arguments: list[str], code: str) -> None:
    before = sorted(files.iterdir())
    assert run(*arguments).code == 2
    told = run(*arguments, "--json")
    assert (told.code, json.loads(told.out)["error"]["code"]) == (2, code)
    assert sorted(files.iterdir()) == before


@pytest.mark.parametrize("arguments", [["--server", "127.0.0.1:1"]])
def test_no_such_server_is_a_fault_of_the_machine(run: Run, files: Path, arguments: list[str]) -> None:
    batch = ["--block", "block.json", "--namespace", HEX, "--out", "out"]
    for command in (["prove", *batch], ["watch", "batchProofs/0"]):
        told = run(*command, *arguments, "--json")
        assert (told.code, json.loads(told.out)["error"]["code"]) == (3, "SERVER_UNREACHABLE")
    assert not (files / "out").exists()


def test_a_missing_kernel_says_how_to_build_it(
    run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for command in (
        ["prove", "--block", "block.json", "--namespace", HEX, "--out", "out"],
        ["serve", "--listen", "127.0.0.1:0", "--store", "store"],
    ):
        ended = run(*command)
        assert ended.code == 3
        assert "KERNEL_MISSING" in ended.err
        assert "make setup" in ended.err
    assert not (files / "store").exists()


def test_an_unexpected_fault_is_one_line_and_code_3(
    run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("prover.commands.inspect.check", fail)
    ended = run("inspect", "block.json")
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, "", 1)
    assert json.loads(run("inspect", "block.json", "--json").out)["error"]["code"] == "INTERNAL"


def test_help_of_every_command_shows_examples_and_exit_codes(run: Run) -> None:
    for command in ("prove", "verify", "inspect", "serve", "watch", "account", "send", "block", "demo"):
        ended = run(command, "--help")
        assert ended.code == 0
        assert f"sequitur {command}" in ended.out
        assert "Exit codes" in ended.out
