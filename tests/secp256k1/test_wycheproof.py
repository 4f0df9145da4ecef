"""All 476 signatures of Wycheproof: what a transaction is that carries them, and whom the tables recover.

Wycheproof's signatures are DER, or should be. A transaction carries no DER but two numbers in RLP. So a signature whose
encoding is wrong is carried as the bytes in which r and s stand in it, or, if these cannot be told, as it is in place
of r. If such bytes are no canonical numbers of 256 bits, the transaction is malformed; if they are numbers, or numbers
with zeros in front, Ethereum's rules decide, which coincurve is asked about.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from circuits.gadgets.secp256k1 import HALF_ORDER, ORDER
from prover.execution.payments.outcome import Ignored, Reason
from prover.execution.payments.transaction import decode
from prover.witness.secp256k1 import address
from prover.witness.secp256k1_recovery import Request
from tests import payment_items
from tests.recovery import judge_requests, oracle, recover
from tests.secp256k1.scenes import vectors
from tests.transaction_oracle import MALFORMED, TRANSACTION, expected
from tests.transaction_samples import PLAIN, encoded

PARTS = 4
BATCH = 128
ALL = 476
SEQUENCE, INTEGER = 0x30, 0x02
BEYOND_PARITY = {350, 471}
"""Valid signatures whose R has the x-coordinate r + n: Ethereum has no parity for them."""


@dataclass(frozen=True)
class Carried:
    """A signature as a transaction has it: the bytes of r and s, the hash, the key's address, Wycheproof's verdict."""

    test: int
    digest: int
    r: bytes
    s: bytes
    address: bytes
    valid: bool
    kind: str
    """What its encoding gives: two numbers, two integers that need not be such numbers, or neither."""

    @property
    def verdict(self) -> int:
        """What a transaction with it is."""
        wrong = any(len(each) > 32 or each.startswith(b"\0") for each in (self.r, self.s))
        return MALFORMED if wrong else TRANSACTION

    def requests(self) -> list[Request]:
        """It with both parities and, if s is high, with the other s: none if r or s has more than 256 bits."""
        r, s = int.from_bytes(self.r, "big"), int.from_bytes(self.s, "big")
        if max(r, s) >= 1 << 256:
            return []
        forms = {s, ORDER - s} if HALF_ORDER < s < ORDER else {s}
        return [Request(0, self.digest, parity, r, each) for each in sorted(forms) for parity in (0, 1)]


@cache
def signatures() -> tuple[Carried, ...]:
    """All of them, by their numbers."""
    found = [
        Carried(
            row["test"],
            row["digest"],
            number(row["r"]),
            number(row["s"]),
            row["address"],
            row["valid"],
            "numbers",
        )
        for row in vectors("wycheproof_secp256k1.json")
    ]
    for row in vectors("wycheproof_secp256k1_encodings.json"):
        signature = row["signature"]
        read = integers(signature)
        r, s = read or (signature, b"")
        kind = "integers" if read else "garbage"
        found.append(Carried(row["test"], row["digest"], r, s, row["address"], False, kind))
    return tuple(sorted(found, key=lambda each: each.test))


def number(value: int) -> bytes:
    """A number as RLP has it."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def integers(signature: bytes) -> tuple[bytes, bytes] | None:
    """The contents of the two integers that a sequence begins with, None if they are not all there.

    Lengths may be spelled in any way; that of the sequence may be wrong, and anything may follow the integers.
    """
    try:
        at = head(signature, 0, SEQUENCE)[0]
        found = []
        for _ in range(2):
            at, length = head(signature, at, INTEGER)
            if length is None or at + length > len(signature):
                return None
            found.append(signature[at : at + length])
            at += length
        return found[0], found[1]
    except (IndexError, ValueError):
        return None


def head(data: bytes, at: int, tag: int) -> tuple[int, int | None]:
    """Where the content begins behind a tag and a length, and the length, None if it is indefinite."""
    if data[at] != tag:
        raise ValueError("another tag")
    short = data[at + 1]
    if short <= 0x80:
        return at + 2, None if short == 0x80 else short
    end = at + 2 + short - 0x80
    return end, int.from_bytes(data[at + 2 : end], "big")


def transactions(each: Carried) -> Iterator[bytes]:
    """Transactions that carry it, with both parities."""
    for parity in (b"", b"\1"):
        plain = [b"\1", b"", b"\1", b"\2", b"\x52\x08", b"\xaa" * 20, b"\3", b"", [], parity]
        yield encoded([*plain, each.r, each.s])


@cache
def accepted() -> frozenset[tuple[int, int, int]]:
    """Digest, r and low s of those that Wycheproof calls valid."""
    return frozenset(
        (each.digest, int.from_bytes(each.r, "big"), min(s, ORDER - s))
        for each in signatures()
        if each.valid
        for s in [int.from_bytes(each.s, "big")]
    )


def test_they_are_all_there() -> None:
    assert [each.test for each in signatures()] == list(range(1, ALL + 1))
    found = Counter((each.kind, each.verdict == TRANSACTION, bool(each.requests())) for each in signatures())
    assert found == {
        ("numbers", True, True): 242,
        ("integers", True, True): 7,
        ("integers", False, True): 49,
        ("integers", False, False): 22,
        ("garbage", True, True): 50,
        ("garbage", False, False): 106,
    }
    assert sum(found.values()) == ALL


@pytest.mark.parametrize("part", range(PARTS))
def test_a_transaction_that_carries_one_is_malformed_unless_it_is_two_numbers(part: int) -> None:
    own = signatures()[part::PARTS]
    items = []
    for each in own:
        for data in transactions(each):
            items.append(PLAIN + data)
            assert expected(items[-1]).verdict == each.verdict, each
            assert decoded(data) == each.verdict, each
    report = payment_items.judge(payment_items.traces_of(items))
    assert report.ok, str(report)[:3000]


def decoded(data: bytes) -> int:
    """The executor's verdict."""
    try:
        decode(data)
    except Ignored as ignored:
        assert ignored.reason == Reason.MALFORMED
        return MALFORMED
    return TRANSACTION


@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_signed_is_recovered_and_nobody_else(part: int) -> None:
    requests: dict[tuple[int, int, int, int], Request] = {}
    for each in signatures()[part::PARTS]:
        own = each.requests()
        found = [request for request in own if oracle(request) == each.address]
        if each.kind == "numbers":
            assert len(found) == int(each.valid and each.test not in BEYOND_PARITY), each
        # Another encoding of a valid signature's numbers is that signature.
        assert {(each.digest, request.r, request.s) for request in found} <= accepted(), each
        requests |= {(request.hash, request.parity, request.r, request.s): request for request in own}
    distinct = list(requests.values())
    for request in distinct:
        assert address(recover(request)) == oracle(request), request
    for at in range(0, len(distinct), BATCH):
        report = judge_requests(distinct[at : at + BATCH])
        assert report.ok, str(report)[:3000]
