"""Random items in all the ways in which a transaction can be right or wrong, against a state that moves."""

from collections.abc import Callable
from functools import cached_property
from random import Random

from ethereum_rlp import rlp

from prover.execution.payments.chain import Chain
from prover.execution.payments.gas import LONGEST_INITCODE
from prover.execution.payments.signature import ORDER
from prover.execution.payments.state import Account, State
from tests.prover.execution.payments.people import Person, Wish, encode, person, sign, signature

PRICE = 10**9
PEOPLE = tuple(person(number) for number in range(1, 13))
STRANGERS = tuple(person(number).address for number in range(1000, 1020))


def intrinsic(wish: Wish) -> int:
    """Intrinsic gas, written once more and differently."""
    gas = 21_000 + sum(16 if byte else 4 for byte in wish.data)
    gas += sum(2_400 + sum(1_900 for _ in keys) for _, keys in wish.access_list)
    return gas if wish.to else gas + 32_000 + 2 * ((len(wish.data) + 31) // 32)


def first_state(random: Random) -> State:
    """Rich and poor people, one at the end of the nonces, one with nearly all the money there can be."""
    accounts = [(each.address, Account(random.randrange(3), random.randrange(10**21))) for each in PEOPLE[:7]]
    accounts.append((PEOPLE[7].address, Account(0, random.randrange(1, 60_000 * PRICE))))
    accounts.append((PEOPLE[8].address, Account(2**64 - 3, 10**18)))
    accounts.append((PEOPLE[9].address, Account(2**64 - 1, 10**18)))
    accounts.append((PEOPLE[10].address, Account(7, 2**256 - 10**22)))
    return State((address, each) for address, each in accounts if each != Account())


def some_chain(random: Random) -> Chain:
    """A configuration, with fee recipients of every kind."""
    recipients = [
        bytes(20),
        PEOPLE[0].address,
        PEOPLE[3].address,
        STRANGERS[0],
        (4).to_bytes(20, "big"),
        random.randbytes(20),
    ]
    return Chain(
        chain_id=random.choice([0, 1, 127, 128, 1337, 2**64 - 1]),
        base_fee=random.choice([0, 1, 7, PRICE, PRICE]),
        fee_recipient=random.choice(recipients),
        gas_cap=random.choice([21_000, *4 * [30_000_000], 2**32 - 1]),
    )


class Traffic:
    """Makes items for a chain whose state it can see."""

    def __init__(self, random: Random, chain: Chain, state: State) -> None:
        self.random = random
        self.chain = chain
        self.state = state

    def item(self) -> bytes:
        """The next transaction's bytes."""
        return self.random.choice(self.kinds)()

    @cached_property
    def kinds(self) -> list[Callable[[], bytes]]:
        """Every way to make an item; what succeeds is named more often."""
        often = [self.transfer, self.transfer, self.transfer, self.with_data, self.with_access_list]
        return 2 * often + [
            self.everything,
            self.nearly_everything,
            self.more_than_everything,
            self.of_somebody_without_account,
            self.astronomic,
            self.wrong_nonce,
            self.bad_signature,
            self.foreign_chain,
            self.strange_fee,
            self.strange_gas,
            self.creation,
            self.precompile,
            self.malformed,
            self.mutated,
            self.resized_field,
            self.junk,
            self.repeated,
        ]

    def sender(self) -> Person:
        """Mostly somebody who can pay and has nonces left."""
        able = [each for each in PEOPLE if self._can_pay(self.state[each.address])]
        return self.random.choice(able if able and self.random.random() < 0.9 else PEOPLE)

    def _can_pay(self, account: Account) -> bool:
        return account.nonce < 2**64 - 1 and account.balance > 10**16

    def wish(self, by: Person) -> Wish:
        """A transfer that is valid as long as its sender is rich enough."""
        random, chain = self.random, self.chain
        tip = random.choice([0, 1, random.randrange(PRICE)])
        above = random.choice([0, tip, random.randrange(2 * PRICE)])
        everybody = [each.address for each in PEOPLE]
        strangers = [*STRANGERS, random.randbytes(20), bytes(20), (11).to_bytes(20, "big")]
        return Wish(
            chain_id=chain.chain_id,
            nonce=min(self.state[by.address].nonce, 2**64 - 1),
            max_priority_fee=min(tip, chain.base_fee + above),
            max_fee=chain.base_fee + above,
            gas_limit=min(21_000 + random.choice([0, 0, 1, random.randrange(100_000)]), chain.gas_cap),
            to=random.choice([by.address, chain.fee_recipient, *everybody, *strangers]),
            value=random.choice([0, 1, 255, 256, random.randrange(10**15)]),
        )

    def transfer(self) -> bytes:
        by = self.sender()
        return sign(self.wish(by), by)

    def with_data(self) -> bytes:
        by = self.sender()
        length = self.random.choice([1, 31, 32, 55, 56, 57, 255, 256, 300, 3000])
        share = self.random.choice([0.0, 0.5, 1.0])
        data = bytes(self.random.randrange(256) if self.random.random() < share else 0 for _ in range(length))
        return sign(self.paying(self.wish(by).but(data=data)), by)

    def with_access_list(self) -> bytes:
        by, random = self.sender(), self.random
        listed = tuple(
            (
                random.choice(STRANGERS),
                tuple(random.randbytes(32) for _ in range(random.choice([0, 0, 1, 3]))),
            )
            for _ in range(random.choice([1, 1, 2, 5]))
        )
        return sign(self.paying(self.wish(by).but(access_list=listed * random.choice([1, 2]))), by)

    def paying(self, wish: Wish) -> Wish:
        """With a gas limit at, above or just below what it needs."""
        limit = intrinsic(wish) + self.random.choice([0, 0, 1, 40_000, -1])
        return wish.but(gas_limit=min(limit, self.chain.gas_cap))

    def everything(self, difference: int = 0) -> bytes:
        by = self.sender()
        wish = self.wish(by)
        balance = self.state[by.address].balance
        rest = balance - wish.gas_limit * wish.max_fee + difference
        if self.random.random() < 0.9:  # Money that strangers have moves no more.
            wish = wish.but(to=self.random.choice(PEOPLE[:7]).address)
        return sign(wish.but(value=min(max(rest, 0), 2**256 - 1)), by)

    def nearly_everything(self) -> bytes:
        return self.everything(-1)

    def more_than_everything(self) -> bytes:
        return self.everything(self.random.choice([1, 1, 10**18]))

    def of_somebody_without_account(self) -> bytes:
        by = person(self.random.randrange(10_000, 10_100))
        wish = self.wish(by)
        if self.random.random() < 0.5:
            wish = wish.but(max_fee=self.chain.base_fee, max_priority_fee=0, value=0)
        return sign(wish, by)

    def astronomic(self) -> bytes:
        """Products and sums of more than 256 bits, which a remainder would make affordable."""
        by = self.sender()
        wish = self.wish(by)
        top = 2**256 - 1
        fee = self.random.choice(
            [top, 2**255, 2**256 // wish.gas_limit, 2**256 // wish.gas_limit + 1, 2**256]
        )
        value = self.random.choice(
            [wish.value, top, 2**256 - wish.gas_limit * wish.max_fee % 2**256 - 1, 2**255]
        )
        if self.random.random() < 0.5:
            return sign(wish.but(value=value), by)
        tip = self.random.choice([0, wish.max_priority_fee, fee])
        return sign(wish.but(value=value, max_fee=fee, max_priority_fee=tip), by)

    def wrong_nonce(self) -> bytes:
        by = self.sender()
        nonce = self.state[by.address].nonce
        others = [
            nonce + 1,
            nonce - 1,
            nonce + 256,
            0,
            2**32 + nonce,
            2**64 - 2,
            2**64 - 1,
            2**64,
            2**256 - 1,
        ]
        return sign(self.wish(by).but(nonce=max(self.random.choice(others), 0)), by)

    def bad_signature(self) -> bytes:
        by = self.sender()
        wish = self.wish(by)
        parity, r, s = signature(wish, by)
        top = 2**256 - 1
        others = [
            (1 - parity, r, s),
            (1 - parity, r, ORDER - s),
            (parity, r, ORDER - s),
            (parity, 0, s),
            (parity, r, 0),
            (parity, ORDER, s),
            (parity, r, ORDER),
            (parity, top, s),
            (parity, r, top),
            (parity, r, ORDER // 2),
            (parity, r, ORDER // 2 + 1),
            (parity, self.random.randrange(1, ORDER), s),
            (parity, ORDER - 1, s),
            (parity, 5, s),
            (2, r, s),
            (27 + parity, r, s),
            (35 + parity + 2 * self.chain.chain_id, r, s),
        ]
        return encode(wish, *self.random.choice(others))

    def foreign_chain(self) -> bytes:
        by, ours = self.sender(), self.chain.chain_id
        others = [
            each
            for each in (0, 1, ours ^ 1, ours ^ 256, ours ^ 1 << 31, ours ^ 1 << 63, 2**64 - 1)
            if each != ours
        ]
        return sign(self.wish(by).but(chain_id=self.random.choice(others)), by)

    def strange_fee(self) -> bytes:
        by, base = self.sender(), self.chain.base_fee
        fees = [
            (1, 0),
            (base, max(base - 1, 0)),
            (base + 1, base),
            (base + 1, base + 1),
            (2**256 - 1, base),
            (0, 0),
        ]
        tip, most = self.random.choice(fees)
        return sign(self.wish(by).but(max_priority_fee=tip, max_fee=most), by)

    def strange_gas(self) -> bytes:
        by, cap = self.sender(), self.chain.gas_cap
        limits = [0, 20_999, cap, cap + 1, 2**32 - 1, 2**32, 2**32 + 21_000, 2**64 - 1, 2**64, 2**64 + 21_000]
        wish = self.wish(by).but(gas_limit=self.random.choice(limits))
        if self.random.random() < 0.5:
            wish = wish.but(max_fee=self.chain.base_fee, max_priority_fee=0)
        return sign(wish, by)

    def creation(self) -> bytes:
        by, random = self.sender(), self.random
        longest = random.random() < 0.1
        length = (
            LONGEST_INITCODE + random.choice([0, 1]) if longest else random.choice([0, 1, 31, 32, 33, 64, 65])
        )
        data = bytes(length) if random.random() < 0.5 else random.randbytes(length)
        return sign(self.paying(self.wish(by).but(to=b"", data=data)), by)

    def precompile(self) -> bytes:
        by = self.sender()
        to = self.random.choice([*range(12), 1 << 152, 256]).to_bytes(20, "big")
        data = self.random.choice([b"", bytes(3), b"payments"])
        return sign(self.paying(self.wish(by).but(to=to, data=data)), by)

    def malformed(self) -> bytes:
        whole, random = self.transfer(), self.random
        cut = random.randrange(len(whole))
        others = [
            whole[:cut],
            whole + b"\0",
            whole + whole,
            whole[1:],
            b"\x01" + whole[1:],
            b"\x03" + whole[1:],
            b"\x02" + whole,
            b"\x02\xf8\x01" + whole[2:],
            b"\x02\xf9\0" + whole[2:],
            b"\x02\xff" + bytes(8),
            b"\x02\xbf" + b"\xff" * 8 + whole,
            b"\x02" + bytes(rlp.encode(whole)),
            whole[:cut] + b"\xc0" + whole[cut:],
        ]
        return random.choice(others)

    def mutated(self) -> bytes:
        """A transaction with some bytes of it changed."""
        changed = bytearray(self.random.choice([self.transfer, self.with_access_list])())
        for _ in range(self.random.choice([1, 1, 1, 2, 5])):
            changed[self.random.randrange(len(changed))] = self.random.choice(
                [0, 1, 0x7F, 0x80, 0xC0, self.random.randrange(256)]
            )
        return bytes(changed)

    def resized_field(self) -> bytes:
        """A field made longer, shorter, or a list; fields left out and added: all in canonical RLP."""
        random = self.random
        values: list[object] = list(rlp.decode(self.transfer()[1:]))
        at = random.randrange(len(values))
        value = values[at]
        if isinstance(value, bytes):
            others: list[object] = [
                b"\0" + value,
                value + b"\0",
                value[1:],
                [],
                [value],
                value.rjust(33, b"\1"),
            ]
            values[at] = random.choice(others)
        else:
            values[at] = random.choice(
                [
                    b"",
                    [b""],
                    [[bytes(20)]],
                    [[bytes(20), [], []]],
                    [[bytes(21), []]],
                    [[bytes(20), [bytes(31)]]],
                    [[bytes(20), bytes(32)]],
                ]
            )
        if random.random() < 0.2:
            values = random.choice([values[:-1], values[1:], [*values, b""], [values]])
        return b"\x02" + bytes(rlp.encode(values))  # type: ignore[arg-type]

    def junk(self) -> bytes:
        return self.random.choice(
            [
                b"",
                b"\x02",
                b"\x02\xc0",
                b"\x02\x80",
                self.random.randbytes(self.random.randrange(200)),
                b"\x02" + self.random.randbytes(120),
            ]
        )

    def repeated(self) -> bytes:
        """Signed for a nonce that is used up by the time it comes, if the sender comes again."""
        by = self.sender()
        wish = self.wish(by)
        return sign(wish.but(nonce=max(wish.nonce - 1, 0)), by)
