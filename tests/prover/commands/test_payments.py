"""Accounts shown, transactions signed, blocks made: what a newcomer to payments types first."""

import json
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account import Account as EthereumAccount

from prover.adapter.celestia import read_blobs, read_block
from prover.commands.accounts import amount_text
from prover.commands.arguments import wei
from prover.execution.payments import snapshot
from prover.execution.payments.genesis import read_genesis
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.signature import recover_address
from prover.execution.payments.state import Account
from prover.execution.payments.transaction import decode
from prover.execution.state.tree import IndexedTree
from tests.prover.commands.conftest import Run
from tests.prover.commands.test_usage import GENESIS, HEX, ONE, TWO

SECRET = bytes.fromhex("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")


@pytest.fixture
def genesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "key").write_text(f"0x{1:064x}\n")
    (tmp_path / "genesis.json").write_text(GENESIS)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "genesis.json"


def sent(run: Run, *more: object, key: str = "key", to: str = TWO, value: str = "0.1ether") -> dict[str, Any]:
    ended = run(
        *("send", "--key", key, "--genesis", "genesis.json", "--to", to, "--value", value, "--json"), *more
    )
    assert ended.code == 0, ended.out
    told: dict[str, Any] = json.loads(ended.out)
    return told


def recovered(raw: str) -> bytes:
    """Who signed a transaction, by coincurve."""
    found = decode(bytes.fromhex(raw[2:]))
    address = recover_address(found.signing_hash, found.parity, found.r, found.s)
    assert address is not None
    return address


@pytest.mark.usefixtures("genesis")
def test_what_is_sent_says_what_was_asked_for(run: Run) -> None:
    told = sent(run)
    found = decode(bytes.fromhex(told["raw"][2:]))
    assert (found.chain_id, found.nonce, found.to.hex(), found.value) == (1337, 0, TWO[2:].lower(), 10**17)
    assert (found.max_priority_fee, found.max_fee, found.gas_limit) == (10**9, 2 * 10**9, 21_000)
    assert (found.data, found.access_list) == (b"", ())
    assert recovered(told["raw"]).hex() == ONE[2:].lower()
    assert told["hash"] == "0x" + keccak256(bytes.fromhex(told["raw"][2:])).hex()
    assert {name: told[name] for name in ("sender", "nonce", "to", "value", "fee", "outcome")} == {
        "sender": ONE,
        "nonce": 0,
        "to": TWO,
        "value": str(10**17),
        "fee": str(42_000 * 10**9),
        "outcome": "executed",
    }
    more = [
        "--nonce",
        7,
        "--priority-fee",
        "2gwei",
        "--max-fee",
        "5gwei",
        "--data",
        "0x0068",
        "--gas",
        30_000,
    ]
    found = decode(bytes.fromhex(sent(run, *more)["raw"][2:]))
    assert (found.nonce, found.max_priority_fee, found.max_fee) == (7, 2 * 10**9, 5 * 10**9)
    assert (found.data, found.gas_limit) == (b"\0h", 30_000)
    assert decode(bytes.fromhex(sent(run, "--data", "0068")["raw"][2:])).gas_limit == 21_000 + 4 + 16
    assert sent(run, to="0x" + "0" * 39 + "4")["outcome"] == "failed"


@pytest.mark.usefixtures("genesis")
def test_the_transaction_alone_is_on_standard_output(run: Run) -> None:
    ended = run("send", "--key", "key", "--genesis", "genesis.json", "--to", TWO, "--value", "1")
    assert ended.code == 0
    assert ended.out == sent(run, value="1")["raw"] + "\n"
    assert ONE in ended.err


def test_an_encrypted_key_signs_with_its_password_only(
    run: Run, genesis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = keccak256(PrivateKey(SECRET).public_key.format(compressed=False)[1:])[12:]
    encrypted = EthereumAccount.encrypt(SECRET, "correct horse", kdf="pbkdf2", iterations=100)
    (genesis.parent / "encrypted").write_text(json.dumps(encrypted))
    poor = ["--nonce", 0]
    monkeypatch.setenv("SEQUITUR_PASSWORD", "correct horse")
    told = sent(run, *poor, key="encrypted")
    assert recovered(told["raw"]) == address
    assert told["sender"][2:].lower() == address.hex()
    (genesis.parent / "plain").write_text(SECRET.hex())
    assert sent(run, *poor, key="plain")["raw"] == told["raw"]
    asked = ["send", "--key", "encrypted", "--genesis", "genesis.json", "--to", TWO, "--value", "1", "--json"]
    monkeypatch.setenv("SEQUITUR_PASSWORD", "battery staple")
    ended = run(*asked)
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (2, "PASSWORD_WRONG")
    monkeypatch.delenv("SEQUITUR_PASSWORD")
    ended = run(*asked)
    assert (ended.code, json.loads(ended.out)["error"]["code"]) == (2, "PASSWORD_MISSING")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "correct horse")
    assert sent(run, *poor, key="encrypted")["raw"] == told["raw"]


@pytest.mark.usefixtures("genesis")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0x" + "00" * 32,
        "ff" * 32,
        "zz" * 32,
        "{",
        "{}",
        '{"crypto": {}}',
        '{"crypto": {}, "version": 3}',
        '{"crypto": {"kdf": "scrypt"}, "version": 3}',
        '{"a":' + "[" * 30_000,
        '{"crypto": ' + SECRET.hex() + "}",
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(
    run: Run, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQUITUR_PASSWORD", "correct horse")
    (tmp_path / "bad").write_text(text)
    ended = run(*("send", "--key", "bad", "--genesis", "genesis.json", "--to", TWO, "--value", "1", "--json"))
    error = json.loads(ended.out)["error"]
    assert (ended.code, error["code"]) == (2, "KEY_UNREADABLE")
    assert len(text) < 3 or text not in ended.out


def test_accounts_are_those_of_the_genesis_file_or_of_a_snapshot(run: Run, genesis: Path) -> None:
    found = read_genesis(genesis.read_bytes())
    told = json.loads(run("account", "--genesis", "genesis.json", "--json").out)
    assert told == {
        "chain_id": 1337,
        "state": IndexedTree(found.chain, found.state).state_bytes.hex(),
        "accounts": [{"address": ONE, "nonce": 0, "balance": str(10**18)}],
    }
    later = found.state.copy()
    later.write(bytes.fromhex(ONE[2:]), Account(3, 5 * 10**17))
    later.write(bytes.fromhex(TWO[2:]), Account(0, 2**255))
    (genesis.parent / "later").write_bytes(snapshot.encode(later))
    asked = ["--genesis", "genesis.json", "--snapshot", "later"]
    told = json.loads(run("account", *asked, "--json").out)
    assert told["state"] == IndexedTree(found.chain, later).state_bytes.hex()
    assert [each["address"] for each in told["accounts"]] == [ONE, TWO]
    one = json.loads(run("account", TWO.lower(), *asked, "--json").out)
    assert one == told["accounts"][1] == {"address": TWO, "nonce": 0, "balance": str(2**255)}
    shown = run("account", *asked).out
    assert f"{ONE}  nonce 3, 0.5 ether" in shown
    assert "nonce    3" in run("account", ONE, *asked).out
    assert "none yet" in run("account", TWO, "--genesis", "genesis.json").out
    # A transaction takes its nonce from there.
    assert sent(run, "--snapshot", "later")["nonce"] == 3


@pytest.mark.usefixtures("genesis")
def test_a_block_holds_its_items_in_order(run: Run) -> None:
    items = [sent(run)["raw"], "6a756e6b", "02"]
    asked = [part for item in items for part in ("--item", item)]
    made = run("block", "--height", 9, "--namespace", HEX, *asked, "--out", "9.json", "--json")
    block = read_block(Path("9.json").read_bytes())
    assert json.loads(made.out) == {
        "height": 9,
        "items": 3,
        "data_root": block.square.data_root.hex(),
        "out": "9.json",
    }
    assert block.height == 9
    blobs = read_blobs(block.square.shares, bytes.fromhex(HEX))
    assert [blob.data.hex() for blob in blobs] == [item.removeprefix("0x") for item in items]
    assert run("block", "--height", 10, "--namespace", HEX, "--out", "10.json").code == 0
    assert not read_blobs(read_block(Path("10.json").read_bytes()).square.shares, bytes.fromhex(HEX))


@pytest.mark.parametrize(
    ("text", "amount", "shown"),
    [
        ("0", 0, "0 wei"),
        ("7 wei", 7, "7 wei"),
        ("21000", 21_000, "21000 wei"),
        ("0.1gwei", 10**8, "0.1 gwei"),
        ("42000gwei", 42_000 * 10**9, "42000 gwei"),
        ("0.25 ether", 25 * 10**16, "0.25 ether"),
        ("1.000000000000000001ether", 10**18 + 1, "1.000000000000000001 ether"),
        ("007ether", 7 * 10**18, "7 ether"),
        (str(2**256 - 1), 2**256 - 1, None),
    ],
)
def test_amounts_are_exact(text: str, amount: int, shown: str | None) -> None:
    assert wei("--value", text) == amount
    assert shown is None or amount_text(amount) == shown
    assert wei("--value", amount_text(amount)) == amount
