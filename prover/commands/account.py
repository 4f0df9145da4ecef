"""`sequitur account`: who has what, from the files that proofs of payments begin and end with."""

from pathlib import Path
from typing import Annotated

import typer

from prover.commands.accounts import amount_text, read_accounts
from prover.commands.arguments import address as read_address
from prover.commands.output import print_facts, print_json
from prover.execution.payments.genesis import checksummed
from prover.execution.payments.state import Account
from prover.execution.state.tree import IndexedTree


def account(
    *,
    address: Annotated[
        str, typer.Argument(metavar="[ADDRESS]", help="Whose account; by default all are shown.")
    ] = "",
    genesis: Annotated[Path, typer.Option(metavar="FILE", help="The chain's genesis file.")],
    snapshot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="All accounts after some proof; by default the genesis file's."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, amounts in wei.")] = False,
) -> None:
    """Show nonce and balance of an account, or of all accounts with the state that they make.

    That state is what a proof says of them: state_after of the one that the snapshot came with.

    Examples:

      sequitur account --genesis genesis.json

      sequitur account 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf --genesis genesis.json --snapshot one.snapshot
    """
    wanted = read_address("ADDRESS", address) if address else None
    chain, state = read_accounts(genesis, snapshot)
    if wanted is not None:
        found = state[wanted]
        if as_json:
            print_json(facts(wanted, found))
        else:
            exists = {} if wanted in state else {"account": "none yet"}
            shown = {"nonce": found.nonce, "balance": amount_text(found.balance)}
            print_facts(checksummed(wanted), shown | exists)
        return
    root = IndexedTree(chain, state).state_bytes.hex()
    if as_json:
        print_json({"chain_id": chain.chain_id, "state": root, "accounts": [facts(*each) for each in state]})
        return
    print_facts("Chain", {"chain_id": chain.chain_id, "state": root})
    accounts = {
        checksummed(holder): f"nonce {has.nonce}, {amount_text(has.balance)}" for holder, has in state
    }
    print_facts("Accounts", accounts)


def facts(holder: bytes, has: Account) -> dict[str, str | int]:
    """An account as plain values; the balance is text, since readers of JSON round large numbers."""
    return {"address": checksummed(holder), "nonce": has.nonce, "balance": str(has.balance)}
