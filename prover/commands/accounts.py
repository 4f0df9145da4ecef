"""Accounts as files on the command line hold them: those of a genesis file, or of a snapshot of its chain."""

from pathlib import Path

from prover.commands.arguments import UNITS, genesis_bytes, snapshot_bytes
from prover.execution.payments import snapshot
from prover.execution.payments.chain import Chain
from prover.execution.payments.genesis import read_genesis
from prover.execution.payments.state import State


def read_accounts(genesis: Path, taken: Path | None) -> tuple[Chain, State]:
    """The chain of a genesis file, and its accounts: those of a snapshot if there is one.

    Raises `InputError`: FILE_UNREADABLE, and those of `read_genesis` and `snapshot.decode`.
    """
    found = read_genesis(genesis_bytes(genesis))
    return found.chain, found.state if taken is None else snapshot.decode(snapshot_bytes(taken))


def amount_text(wei: int) -> str:
    """An amount for people, exact, in the largest unit of which it is a ten-thousandth or more: 0.1 ether, 20 gwei."""
    unit = next((unit for unit in ("ether", "gwei") if wei * 10**4 >= 10 ** UNITS[unit]), "wei")
    whole, rest = divmod(wei, 10 ** UNITS[unit])
    fraction = f"{rest:0{UNITS[unit]}d}".rstrip("0") if rest else ""
    return f"{whole}{'.' * bool(fraction)}{fraction} {unit}"
