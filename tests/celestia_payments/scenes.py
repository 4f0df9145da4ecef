"""People who pay each other over several blocks, with junk between."""

import json
from dataclasses import dataclass
from functools import cache

from prover.adapter.celestia import Blob
from prover.adapter.celestia.builder import build_block
from prover.execution.payments.genesis import checksummed
from tests.prover.execution.payments.people import Person, Wish, person, sign

NAMESPACE = bytes(19) + b"payments.."
SIGNER = bytes(range(20))
FIRST_HEIGHT = 2_000_000
CHAIN_ID = 1337
GWEI = 10**9
FEE_RECIPIENT = (0xC0DE).to_bytes(20, "big")
PEOPLE = tuple(person(number) for number in range(1, 9))


@dataclass(frozen=True)
class Scene:
    """Block files, and the genesis file of the chain whose transactions they hold."""

    files: tuple[bytes, ...]
    genesis: bytes
    items: tuple[tuple[bytes, ...], ...]


def genesis(balance: int = 10**18) -> bytes:
    """The genesis file: everybody has the same."""
    return json.dumps(
        {
            "chain": {
                "chain_id": CHAIN_ID,
                "base_fee": str(GWEI),
                "fee_recipient": checksummed(FEE_RECIPIENT),
                "gas_cap": 30_000_000,
            },
            "balances": {checksummed(each.address): str(balance) for each in PEOPLE},
        }
    ).encode()


def payment(by: Person, to: bytes, value: int, nonce: int, **changed: object) -> bytes:
    """A signed transfer."""
    wish = Wish(CHAIN_ID, nonce, 2 * GWEI, 5 * GWEI, 100_000, to, value)
    return sign(wish.but(**changed), by)


def scene(heights: list[list[bytes]]) -> Scene:
    """Blocks that order these items, one after the other; every third item has a signer."""
    files = []
    for height, items in enumerate(heights, FIRST_HEIGHT):
        blobs = [
            Blob(NAMESPACE, item, 1, SIGNER) if number % 3 == 2 else Blob(NAMESPACE, item)
            for number, item in enumerate(items)
        ]
        files.append(build_block(height, blobs))
    return Scene(tuple(files), genesis(), tuple(map(tuple, heights)))


@cache
def circle(payments: int, to_a_height: int = 4) -> Scene:
    """So many payments, each by the next of the people to the one behind."""
    items = []
    for number in range(payments):
        round_, place = divmod(number, len(PEOPLE))
        by, to = PEOPLE[place], PEOPLE[(place + 1) % len(PEOPLE)]
        items.append(payment(by, to.address, 10**15 + number, round_))
    return scene([items[at : at + to_a_height] for at in range(0, payments, to_a_height)])


def junk() -> Scene:
    """Heights without items, junk, and every kind of failure between payments."""
    one, two, three = PEOPLE[:3]
    stranger = person(99)
    return scene(
        [
            [b"\x02", b"junk", payment(one, two.address, 5, 0)],
            [],
            [
                payment(one, two.address, 5, 0),
                payment(two, stranger.address, 10**17, 0, data=b"\0hello\0"),
                payment(three, b"", 1, 0),
                payment(two, (4).to_bytes(20, "big"), 7, 1),
                payment(two, two.address, 7, 2, chain_id=1),
                payment(two, two.address, 7, 2)[:-1],
            ],
            [
                payment(two, two.address, 7, 2),
                payment(two, FEE_RECIPIENT, 7, 3, access_list=((one.address, (bytes(32),)),)),
                payment(stranger, one.address, 10**18, 0),
                payment(stranger, one.address, 10**16, 0),
                bytes(2000),
            ],
        ]
    )
