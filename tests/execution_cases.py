"""One transaction, or a few, for every way in which they can come out, and for every border between two of these."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from prover.execution.payments.chain import Chain
from prover.execution.payments.outcome import Reason
from prover.execution.payments.signature import ORDER
from prover.execution.payments.state import Account, State
from tests.execution import Scene, scene
from tests.prover.execution.payments.people import Wish, encode, person, sign, signature

ALICE, BOB, LATE, RICH, POOR = (person(number) for number in range(31, 36))
MINER = bytes.fromhex("00112233445566778899aabbccddeeff00c0de00")
CHAIN = Chain(chain_id=2**48 + 1337, base_fee=10**9 + 7, fee_recipient=MINER, gas_cap=30_000_000)
FULL = 21_000 * (2 * 10**9)
TRANSFER = Wish(
    chain_id=CHAIN.chain_id,
    nonce=0xFFFF,
    max_priority_fee=10**8,
    max_fee=2 * 10**9,
    gas_limit=21_000,
    to=BOB.address,
    value=10**18 + 1,
)
STATE = State(
    [
        (ALICE.address, Account(0xFFFF, 10**21)),
        (LATE.address, Account(2**64 - 2, 10**18)),
        (RICH.address, Account(0xFFFF_FFFF, 2**256 - 10**22)),
        (POOR.address, Account(0, FULL)),
    ]
)
HEADER = b"\0\0"
TOP = 2**256 - 1

OTHER_R = signature(TRANSFER.but(value=5), ALICE)[1]

Cases = dict[str, tuple[Reason, Callable[[], Scene]]]


def signed(by: Any = ALICE, **changed: Any) -> bytes:
    """The transfer with some fields changed."""
    return HEADER + sign(TRANSFER.but(**{"nonce": STATE[by.address].nonce, **changed}), by)


def forged(**changed: int) -> bytes:
    """The transfer with a changed signature."""
    parity, r, s = signature(TRANSFER, ALICE)
    return HEADER + encode(TRANSFER, **{"parity": parity, "r": r, "s": s, **changed})


def alone(*items: bytes, chain: Chain = CHAIN, state: State = STATE) -> Scene:
    """Items at one height."""
    return scene(chain, state, [items])


def to(number: int) -> bytes:
    """A low address."""
    return number.to_bytes(20, "big")


def initcode(words: int, more: int = 0) -> bytes:
    """A creation with so much data, nearly all of it zero, and gas enough."""
    return signed(to=b"", data=bytes(32 * words + more), gas_limit=21_000 + 32_000 + 200_000)


def capped(gas_limit: int) -> bytes:
    """A transfer with another gas limit."""
    return signed(gas_limit=gas_limit)


def paid_by(recipient: bytes) -> Chain:
    """The chain with another fee recipient."""
    return replace(CHAIN, fee_recipient=recipient)


BASE = CHAIN.base_fee
WIDE = replace(CHAIN, gas_cap=2**32 - 1)
FREE = replace(CHAIN, base_fee=0)
DEAR = replace(CHAIN, base_fee=2**64 - 1)
ASTRONOMIC = {"max_fee": TOP, "max_priority_fee": 0, "value": TOP, "gas_limit": 2**32 - 1}
JUST_WRAPPED = 2**256 // 21_000 + 1
LISTED = ((MINER, (bytes(32), b"\1" * 32)), (BOB.address, ()))

CASES: Cases = {
    "too long": (Reason.TOO_LONG, lambda: alone(HEADER + bytes(131_073))),
    "another type": (Reason.WRONG_TYPE, lambda: alone(HEADER + b"\1")),
    "malformed": (Reason.MALFORMED, lambda: alone(signed() + b"\0")),
    "another chain": (Reason.WRONG_CHAIN, lambda: alone(signed(chain_id=CHAIN.chain_id + 1))),
    "another chain, in the upper bytes": (Reason.WRONG_CHAIN, lambda: alone(signed(chain_id=1337))),
    "another chain, in the highest byte": (
        Reason.WRONG_CHAIN,
        lambda: alone(signed(chain_id=CHAIN.chain_id + 2**56)),
    ),
    "chain 0": (Reason.WRONG_CHAIN, lambda: alone(signed(chain_id=0))),
    "nonce at the limit": (Reason.NONCE_AT_LIMIT, lambda: alone(signed(nonce=2**64 - 1))),
    "priority fee one above": (
        Reason.PRIORITY_FEE_ABOVE_MAX_FEE,
        lambda: alone(signed(max_priority_fee=2 * 10**9 + 1)),
    ),
    "priority fee above in the highest byte": (
        Reason.PRIORITY_FEE_ABOVE_MAX_FEE,
        lambda: alone(signed(max_priority_fee=2**255)),
    ),
    "priority fee above, maximal fee 0": (
        Reason.PRIORITY_FEE_ABOVE_MAX_FEE,
        lambda: alone(signed(max_fee=0, max_priority_fee=TOP)),
    ),
    "maximal fee one below": (
        Reason.MAX_FEE_BELOW_BASE_FEE,
        lambda: alone(signed(max_fee=BASE - 1)),
    ),
    "maximal fee 0": (
        Reason.MAX_FEE_BELOW_BASE_FEE,
        lambda: alone(signed(max_fee=0, max_priority_fee=0), chain=DEAR),
    ),
    "gas limit one above the cap": (Reason.GAS_LIMIT_ABOVE_CAP, lambda: alone(capped(CHAIN.gas_cap + 1))),
    "gas limit above the cap in the upper limb": (
        Reason.GAS_LIMIT_ABOVE_CAP,
        lambda: alone(capped(2**32 - 2**16)),
    ),
    "gas limit above the cap, with a borrow": (
        Reason.GAS_LIMIT_ABOVE_CAP,
        lambda: alone(capped(0x30000), chain=replace(CHAIN, gas_cap=0x2FFFF)),
    ),
    "gas limit below the cap, with a borrow": (
        Reason.NONE,
        lambda: alone(capped(0x2FFFF), chain=replace(CHAIN, gas_cap=0x30000)),
    ),
    "gas limit of 33 bits": (Reason.GAS_LIMIT_ABOVE_CAP, lambda: alone(capped(2**32 + 21_000))),
    "gas limit of 64 bits": (Reason.GAS_LIMIT_ABOVE_CAP, lambda: alone(capped(2**64 - 1), chain=WIDE)),
    "initcode a byte too long": (Reason.INITCODE_TOO_LONG, lambda: alone(initcode(1536, 1))),
    "initcode much too long": (Reason.INITCODE_TOO_LONG, lambda: alone(initcode(4000))),
    "gas limit one below": (Reason.GAS_LIMIT_BELOW_INTRINSIC, lambda: alone(capped(20_999))),
    "gas limit 0": (Reason.GAS_LIMIT_BELOW_INTRINSIC, lambda: alone(capped(0))),
    "gas limit below, with a borrow": (
        Reason.GAS_LIMIT_BELOW_INTRINSIC,
        lambda: alone(signed(gas_limit=0x1FFFF, data=b"\1" * 6_900)),
    ),
    "gas limit below that of a creation": (
        Reason.GAS_LIMIT_BELOW_INTRINSIC,
        lambda: alone(signed(to=b"", data=b"\1" * 33, gas_limit=53_000 + 16 * 33 + 3)),
    ),
    "gas limit below that of an access list": (
        Reason.GAS_LIMIT_BELOW_INTRINSIC,
        lambda: alone(signed(access_list=LISTED, gas_limit=21_000 + 2 * 2_400 + 2 * 1_900 - 1)),
    ),
    "r is 0": (Reason.INVALID_SIGNATURE, lambda: alone(forged(r=0))),
    "s is 0": (Reason.INVALID_SIGNATURE, lambda: alone(forged(s=0))),
    "s is high": (
        Reason.INVALID_SIGNATURE,
        lambda: alone(
            forged(s=ORDER - signature(TRANSFER, ALICE)[2], parity=1 - signature(TRANSFER, ALICE)[0])
        ),
    ),
    "somebody without account signed": (Reason.WRONG_NONCE, lambda: alone(forged(r=OTHER_R))),
    "nonce one above": (Reason.WRONG_NONCE, lambda: alone(signed(nonce=0x10000))),
    "nonce one below": (Reason.WRONG_NONCE, lambda: alone(signed(nonce=0xFFFE))),
    "nonce above in the highest limb": (Reason.WRONG_NONCE, lambda: alone(signed(nonce=2**56 + 0xFFFF))),
    "nonce of the transaction before": (Reason.WRONG_NONCE, lambda: alone(signed(), signed())),
    "a wei short": (
        Reason.INSUFFICIENT_BALANCE,
        lambda: alone(signed(POOR, value=1)),
    ),
    "nothing is there": (
        Reason.INSUFFICIENT_BALANCE,
        lambda: alone(signed(POOR, value=0), state=State()),
    ),
    "cost far beyond 256 bits": (
        Reason.INSUFFICIENT_BALANCE,
        lambda: alone(signed(RICH, **ASTRONOMIC), chain=WIDE),
    ),
    "cost of 0 modulo 2^256": (
        Reason.INSUFFICIENT_BALANCE,
        lambda: alone(signed(value=2**256 - FULL)),
    ),
    "fee beyond 256 bits by little": (
        Reason.INSUFFICIENT_BALANCE,
        lambda: alone(signed(max_fee=JUST_WRAPPED, max_priority_fee=0, value=0)),
    ),
    "creation": (
        Reason.CREATION,
        lambda: alone(signed(to=b"", data=b"\1" * 33, gas_limit=53_000 + 16 * 33 + 4)),
    ),
    "creation without data": (Reason.CREATION, lambda: alone(signed(to=b"", gas_limit=100_000))),
    "the longest initcode": (Reason.CREATION, lambda: alone(initcode(1536))),
    "the first precompile": (Reason.PRECOMPILE, lambda: alone(signed(to=to(1), gas_limit=77_777))),
    "the last precompile": (Reason.PRECOMPILE, lambda: alone(signed(to=to(10)))),
    "precompile that is the fee recipient": (
        Reason.PRECOMPILE,
        lambda: alone(signed(to=to(4)), chain=paid_by(to(4))),
    ),
    "transfer": (Reason.NONE, lambda: alone(signed())),
    "to address 0": (Reason.NONE, lambda: alone(signed(to=to(0)))),
    "to the address behind the precompiles": (Reason.NONE, lambda: alone(signed(to=to(11)))),
    "to address 255": (Reason.NONE, lambda: alone(signed(to=to(255)))),
    "to an address that ends like a precompile": (Reason.NONE, lambda: alone(signed(to=to(2**152 + 1)))),
    "to address 256": (Reason.NONE, lambda: alone(signed(to=to(256)))),
    "to oneself": (Reason.NONE, lambda: alone(signed(to=ALICE.address))),
    "to oneself, everything": (
        Reason.NONE,
        lambda: alone(signed(POOR, to=POOR.address, value=0, max_priority_fee=2 * 10**9)),
    ),
    "to the fee recipient": (Reason.NONE, lambda: alone(signed(to=MINER))),
    "by the fee recipient": (Reason.NONE, lambda: alone(signed(), chain=paid_by(ALICE.address))),
    "to oneself, the fee recipient": (
        Reason.NONE,
        lambda: alone(signed(to=ALICE.address), chain=paid_by(ALICE.address)),
    ),
    "to the fee recipient, by and by": (
        Reason.NONE,
        lambda: alone(signed(), signed(nonce=0x10000, to=MINER), signed(nonce=0x10001, to=ALICE.address)),
    ),
    "of nothing": (Reason.NONE, lambda: alone(signed(value=0))),
    "of nothing by nobody": (
        Reason.NONE,
        lambda: alone(signed(POOR, value=0, max_fee=0, max_priority_fee=0), chain=FREE, state=State()),
    ),
    "of everything": (Reason.NONE, lambda: alone(signed(POOR, value=0))),
    "of nearly all there is": (
        Reason.NONE,
        lambda: alone(signed(RICH, value=2**256 - 10**22 - FULL, to=ALICE.address)),
    ),
    "with the last nonce": (Reason.NONE, lambda: alone(signed(LATE, value=1))),
    "with a carry through the nonce": (Reason.NONE, lambda: alone(signed(RICH))),
    "with data": (
        Reason.NONE,
        lambda: alone(signed(data=b"\0\1\0\0" * 9, gas_limit=21_000 + 9 * (16 + 12))),
    ),
    "with data and a limit beyond a borrow": (
        Reason.NONE,
        lambda: alone(signed(data=b"\1" * 6_900, gas_limit=0x28001)),
    ),
    "with an access list": (
        Reason.NONE,
        lambda: alone(signed(access_list=LISTED, gas_limit=21_000 + 2 * 2_400 + 2 * 1_900)),
    ),
    "without tip": (Reason.NONE, lambda: alone(signed(max_priority_fee=0, max_fee=BASE))),
    "with all of the maximal fee": (Reason.NONE, lambda: alone(signed(max_priority_fee=2 * 10**9))),
    "with a priority fee that just fits": (Reason.NONE, lambda: alone(signed(max_fee=BASE + 10**8))),
    "with a priority fee one too high": (Reason.NONE, lambda: alone(signed(max_fee=BASE + 10**8 - 1))),
    "with a base fee of 64 bits": (
        Reason.NONE,
        lambda: alone(signed(RICH, max_fee=2**64 + 5, max_priority_fee=2**63, value=0), chain=DEAR),
    ),
    "with the highest gas limit": (Reason.NONE, lambda: alone(signed(RICH, gas_limit=2**32 - 1), chain=WIDE)),
    "with a fee of nearly 256 bits": (
        Reason.NONE,
        lambda: alone(signed(RICH, max_fee=(2**256 - 10**22) // 21_000, max_priority_fee=0, value=0)),
    ),
    "with a tip of nearly 256 bits": (
        Reason.NONE,
        lambda: alone(
            signed(
                RICH,
                max_fee=(2**256 - 10**22) // 21_000,
                max_priority_fee=(2**256 - 10**22) // 21_000,
                value=0,
            )
        ),
    ),
}
"""By name: what becomes of the last item, and the scene."""
