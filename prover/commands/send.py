"""`sequitur send`: a signed transaction of a payments chain, ready to be ordered."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.commands.accounts import amount_text, read_accounts
from prover.commands.arguments import address, hexadecimal, wei
from prover.commands.output import print_facts, print_json, stderr
from prover.errors import InputError
from prover.execution.payments.executor import apply
from prover.execution.payments.gas import OTHER_BYTE, TRANSACTION, ZERO_BYTE
from prover.execution.payments.genesis import checksummed
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.outcome import Outcome
from prover.execution.payments.state import LARGEST_NONCE, MOST_WEI, Account, State

PASSWORD = "SEQUITUR_PASSWORD"  # noqa: S105 - the name of a variable
_GWEI = 10**9


def send(
    *,
    key: Annotated[
        Path, typer.Option(metavar="FILE", help="The sender's key: hexadecimal, or encrypted JSON.")
    ],
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="Who is paid.")],
    value: Annotated[str, typer.Option(metavar="AMOUNT", help="How much, as 0.1ether, 2gwei or 7wei.")],
    genesis: Annotated[Path, typer.Option(metavar="FILE", help="The genesis file of the chain.")],
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="All accounts after the last proof; by default the genesis file's."
        ),
    ] = None,
    nonce: Annotated[
        int | None,
        typer.Option(
            min=0, max=LARGEST_NONCE, help="How many the sender sent before; by default as the account says."
        ),
    ] = None,
    priority_fee: Annotated[
        str, typer.Option(metavar="AMOUNT", help="The tip for a unit of gas, at most.")
    ] = "1gwei",
    max_fee: Annotated[
        str,
        typer.Option(
            metavar="AMOUNT", help="All that is paid for a unit of gas; by default base fee and tip."
        ),
    ] = "",
    gas: Annotated[
        int | None, typer.Option(min=0, max=2**64 - 1, help="Gas limit; by default what it takes.")
    ] = None,
    data: Annotated[str, typer.Option(metavar="HEX", help="Bytes to send along.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="The transaction and what it says as JSON.")
    ] = False,
) -> None:
    """Sign a transfer and print it in hexadecimal, as eth_sendRawTransaction takes it.

    Posting it in the rollup's namespace is up to you; `sequitur block` makes a block file of it to try things out. What
    the chain would ignore is refused; with --nonce the sender's nonce and balance are not looked at, since other
    transactions may come first. The password of an encrypted key is asked for, or taken from SEQUITUR_PASSWORD.

    Examples:

      sequitur send --key alice.key --to 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF --value 0.1ether --genesis genesis.json
    """  # noqa: E501 - a command is one line
    from prover import wallet  # noqa: PLC0415 - slow to import, and no other command signs

    chain, state = read_accounts(genesis, snapshot)
    called = hexadecimal("--data", data)
    zeros = called.count(0)
    intrinsic = TRANSACTION + ZERO_BYTE * zeros + OTHER_BYTE * (len(called) - zeros)
    tip = wei("--priority-fee", priority_fee)
    recipient, amount = address("--to", to), wei("--value", value)
    most = wei("--max-fee", max_fee) if max_fee else chain.base_fee + tip
    signer = wallet.read_key(key, _password)
    sender = bytes.fromhex(signer.address[2:])
    transfer = wallet.Transfer(
        chain_id=chain.chain_id,
        nonce=state[sender].nonce if nonce is None else nonce,
        max_priority_fee=tip,
        max_fee=most,
        gas_limit=intrinsic if gas is None else gas,
        to=recipient,
        value=amount,
        data=called,
    )
    raw = wallet.sign(transfer, signer)
    if nonce is not None:
        state = State([(sender, Account(nonce, MOST_WEI))])
    receipt = apply(chain, state.copy(), 1, b"\0\0" + raw)
    if receipt.outcome is Outcome.IGNORED:
        raise InputError(
            "TRANSACTION_IGNORED",
            f"The chain would ignore this transaction: {receipt.reason.name}.",
            "docs/payments.md says when that happens.",
        )
    facts: dict[str, Any] = {
        "hash": "0x" + keccak256(raw).hex(),
        "sender": signer.address,
        "nonce": transfer.nonce,
        "to": checksummed(recipient),
        "value": str(amount) if as_json else amount_text(amount),
        "fee": str(receipt.gas_used * receipt.gas_price),
        "outcome": receipt.outcome.name.lower(),
    }
    if as_json:
        print_json({"raw": "0x" + raw.hex(), **facts})
        return
    facts["fee"] = amount_text(receipt.gas_used * receipt.gas_price)
    print_facts("Transaction", facts, stderr())
    print("0x" + raw.hex())


def _password() -> str:
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        message = "The key is encrypted, and there is no terminal to ask for its password."
        raise InputError("PASSWORD_MISSING", message, f"Set {PASSWORD}.")
    asked: str = typer.prompt("Password of the key", hide_input=True, err=True)
    return asked
