"""The second act of `sequitur demo`: eight people pay each other over several blocks, with junk between."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rich.table import Table as Listing

from prover.adapter.celestia import Blob
from prover.adapter.celestia.builder import build_block
from prover.commands.accounts import amount_text
from prover.commands.output import print_facts, stdout
from prover.execution.ordered import OrderedHeight
from prover.execution.payments import snapshot
from prover.execution.payments.executor import execute
from prover.execution.payments.genesis import Genesis, checksummed, read_genesis
from prover.execution.payments.keccak import keccak256
from prover.execution.payments.outcome import Reason
from prover.execution.state.tree import IndexedTree
from prover.v1 import prover_pb2, statement_pb2

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hugo")
NAMESPACE = bytes(19) + b"demo-money"
CHAIN_ID = 1337

_GWEI, _ETHER = 10**9, 10**18
_FEE_RECIPIENT = (0xC0DE).to_bytes(20, "big")


@dataclass(frozen=True)
class Posted:
    """An item as somebody posted it, and what it was meant to be."""

    story: str
    data: bytes


@dataclass(frozen=True)
class Play:
    """What is asked of the service, and all that is needed to tell what came of it."""

    batch: prover_pb2.Batch
    genesis: Genesis
    blocks: tuple[tuple[Posted, ...], ...]
    names: dict[bytes, str]

    def ending(self, after: bytes, statement: statement_pb2.Statement) -> dict[str, Any]:
        """Outcomes and balances as plain values, and whether they are those of which the statement speaks.

        `after` is the snapshot that came with the proof.
        """
        chain, before = self.genesis.chain, self.genesis.state
        ordered = [
            OrderedHeight(height, tuple(b"\0\0" + posted.data for posted in block))
            for height, block in enumerate(self.blocks, 1)
        ]
        executed = execute(chain, before, ordered)
        accounts = snapshot.decode(after)
        receipts = iter(executed.receipts)
        return {
            "outcomes": [
                {"height": height, "item": posted.story, "outcome": _outcome(next(receipts).reason)}
                for height, block in enumerate(self.blocks, 1)
                for posted in block
            ],
            "balances": [
                {
                    "name": self.names.get(address, "somebody new"),
                    "address": checksummed(address),
                    "before": str(before[address].balance),
                    "after": str(account.balance),
                }
                for address, account in accounts
            ],
            "outcomes_are_proven": executed.receipts_digest == statement.receipts_digest,
            "balances_are_proven": IndexedTree(chain, accounts).state_bytes == statement.state_after,
        }


def _outcome(reason: Reason) -> str:
    if reason is Reason.NONE:
        return "executed"
    return f"{'failed' if reason >= Reason.CREATION else 'ignored'}: {reason.name}"


class Purse:
    """Keys made from names, the same every time, and what they sign, each transaction with the next nonce."""

    def __init__(self) -> None:
        from prover import wallet  # noqa: PLC0415 - slow to import, and only this act of the demonstration signs

        self._wallet = wallet
        self._keys = {name: wallet.key_of(keccak256(b"Sequitur demo: " + name.encode())) for name in NAMES}
        self._nonces: defaultdict[str, int] = defaultdict(int)
        self.addresses = {name: bytes.fromhex(key.address[2:]) for name, key in self._keys.items()}

    def pay(self, by: str, to: str, milli_ether: int, chain_id: int = CHAIN_ID) -> Posted:
        """`by` signs that `to`, a name or an address in hexadecimal, gets so many thousandths of an ether."""
        transfer = self._wallet.Transfer(
            chain_id=chain_id,
            nonce=self._nonces[by],
            max_priority_fee=_GWEI,
            max_fee=2 * _GWEI,
            gas_limit=21_000,
            to=self.addresses.get(to) or bytes.fromhex(to),
            value=milli_ether * _ETHER // 1000,
        )
        story = f"{by} pays {to if to in NAMES else 'somebody new'} {amount_text(transfer.value)}"
        return Posted(story, self._wallet.sign(transfer, self._keys[by]))

    def spend(self, by: str, to: str, milli_ether: int) -> Posted:
        """`pay` by somebody who will have the money: the next one has the next nonce."""
        posted = self.pay(by, to, milli_ether)
        self._nonces[by] += 1
        return posted


def play() -> Play:
    """Three blocks: everybody pays the next one, then some pay again, with all that a chain has to put up with."""
    purse = Purse()
    circle = [
        purse.spend(by, to, 100 + place)
        for place, (by, to) in enumerate(zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True))
    ]
    replayed = Posted(f"again: {circle[0].story}", circle[0].data)
    poor = purse.pay("Gia", "Hugo", 50_000)
    foreign = purse.pay("Hugo", "Ada", 1, chain_id=1)
    cut = Posted("half of a payment", circle[1].data[:60])
    blocks = (
        (*circle[:4], Posted("junk", b"anybody may post this"), *circle[4:]),
        (replayed, Posted("an empty transaction", b"\x02"), foreign, poor, cut),
        (
            purse.spend("Ada", "5e" * 20, 250),
            purse.spend("Eve", "Ada", 7),
            purse.spend("Finn", "Finn", 1),
            Posted("much junk", bytes(1000)),
        ),
    )
    genesis = json.dumps(
        {
            "chain": {
                "chain_id": CHAIN_ID,
                "base_fee": str(_GWEI),
                "fee_recipient": checksummed(_FEE_RECIPIENT),
                "gas_cap": 30_000_000,
            },
            "balances": {
                checksummed(address): str((place + 1) * _ETHER)
                for place, address in enumerate(purse.addresses.values())
            },
        }
    ).encode()
    batch = prover_pb2.Batch(
        layer="celestia",
        program="payments",
        namespace=NAMESPACE,
        blocks=[
            build_block(height, [Blob(NAMESPACE, posted.data) for posted in block])
            for height, block in enumerate(blocks, 1)
        ],
        genesis=genesis,
    )
    names = {address: name for name, address in purse.addresses.items()}
    return Play(batch, read_genesis(genesis), blocks, names | {_FEE_RECIPIENT: "fee recipient"})


def print_ending(ending: dict[str, Any]) -> None:
    """Prints outcomes and balances, of `Play.ending`."""
    listing = Listing("height", "item", "outcome", title="What became of the items", title_justify="left")
    for each in ending["outcomes"]:
        listing.add_row(str(each["height"]), each["item"], each["outcome"])
    stdout().print(listing)
    balances = {
        each["name"]: f"{amount_text(int(each['before'])):>9} before, {amount_text(int(each['after']))} after"
        for each in ending["balances"]
    }
    print_facts("Balances", {name: balances[name] for name in sorted(balances, key=_place)})


def _place(name: str) -> int:
    return NAMES.index(name) if name in NAMES else len(NAMES)
