"""Bytes to be read as transactions: of every shape, with every deviation, and of none."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from ethereum_rlp.rlp import encode

PLAIN = b"\0\0"
"""The header of an item without signer."""

PUBLISHED = tuple(
    bytes.fromhex(each)
    for each in (
        "02f870821e8e8203338301284d8301d97c828ae094000000000000000000000000000000000000aaaa8402933bc980c080a0d067f2"
        "167008c59219652f91cbf8788dbca5f771f6e91e2b7657e85b78b472e0a01d305af9fe81fdba43f0dfcd400ed24dcace0a7e30d4e8"
        "5701dcaaf484cd079e",
        "02f86f821e8e8201618297c283021467827f5194000000000000000000000000000000000000aaaa8403b08b3380c001a004205678"
        "f13fc1d7b10feea6513dfa76e24418b6e08097d95c6f93a3b64e536da01d45ad61bfece43862de2cce7d2575a8c1d08c26c87f3cb5"
        "f26d7b0be54a91b2",
        "02f86d821e8e778260918301a4d182f38594000000000000000000000000000000000000aaaa8403e6c7f380c001a0e38e23977080"
        "1eb995498c821e55ac9c19ae09184bb27b34be105e02fe3b7615a067c64ca6bd6d9107e85fd581ab2e70a14b637eb36505bb40861e"
        "f9d6e800cab6",
    )
)
"""Signed transactions of ethereumjs-monorepo, packages/tx/test/json/eip1559.json (first, second and last)."""

NUMBERS = {0: 8, 1: 8, 2: 32, 3: 32, 4: 8, 6: 32, 10: 32, 11: 32}
TO, DATA, ACCESS_LIST, PARITY = 5, 7, 8, 9
NUMBER_LENGTHS = (0, 1, 1, 2, 7, 8)
LONG_LENGTHS = (9, 31, 32)


def values(random: Random) -> list[Any]:
    """Twelve values of a transaction, the lengths at and between all limits."""
    found: list[Any] = [b""] * 12
    for place, longest in NUMBERS.items():
        found[place] = _number(random, random.choice(NUMBER_LENGTHS + (LONG_LENGTHS if longest > 8 else ())))
    found[TO] = random.choice([b"", random.randbytes(20), random.randbytes(20), bytes(20)])
    length = random.choice([0, 0, 0, 1, 1, 2, 30, 54, 55, 56, 57, 200, 255, 256, 300])
    found[DATA] = bytes(random.choice([0, 0, 1, 0x7F, 0x80, 0xFF]) for _ in range(length))
    found[ACCESS_LIST] = [
        [random.randbytes(20), [random.randbytes(32) for _ in range(random.choice([0, 1, 1, 2, 8]))]]
        for _ in range(random.choice([0, 0, 0, 1, 2, 3]))
    ]
    found[PARITY] = random.choice([b"", b"\x01"])
    return found


def encoded(twelve: Sequence[Any]) -> bytes:
    """The transaction of these values."""
    return b"\x02" + encode(twelve)


def transaction(random: Random) -> bytes:
    """Any transaction."""
    return encoded(values(random))


def with_signed_length(length: int) -> bytes:
    """A transaction whose first nine values have so many bytes in all, at least 9."""
    twelve: list[Any] = [b"\x01"] * 5 + [b"", b"\x01", b"", [], b"\x01", b"\x11" * 32, b"\x22" * 32]
    room = length - len(b"".join(encode(value) for value in twelve[:DATA])) - 1
    for head in (1, 2, 3, 4):
        if room > head and len(encode(b"\xff" * (room - head))) == room:
            twelve[DATA] = b"\xff" * (room - head)
            break
    else:
        assert room == 1, "no string has this encoding"
    return encoded(twelve)


def of_length(length: int) -> bytes:
    """A transaction of so many bytes, at least 65,700."""
    twelve: list[Any] = [b"\x01"] * 5 + [b"", b"\x01", b"", [], b"\x01", b"\x11" * 32, b"\x22" * 32]
    twelve[DATA] = b"\xff" * (
        length - len(encoded([*twelve[:DATA], bytes(65_600), *twelve[DATA + 1 :]])) + 65_600
    )
    return encoded(twelve)


def head(kind: int, length: int, spelled: int | None = None) -> bytes:
    """A head of kind 0x80 or 0xc0: in the shortest form, or with the length in `spelled` bytes, if need be too many."""
    if spelled is None and length <= 55:
        return bytes([kind + length])
    count = (length.bit_length() + 7) // 8 if spelled is None else spelled
    return bytes([kind + 55 + count]) + length.to_bytes(count, "big")


def joined(encodings: Sequence[bytes], spelled: int | None = None) -> bytes:
    """A transaction of twelve values' encodings, taken as they are."""
    payload = b"".join(encodings)
    return b"\x02" + head(0xC0, len(payload), spelled) + payload


def deviations() -> Iterator[tuple[str, bytes]]:
    """Transactions with one thing wrong each, under its name; lists are as long as what they hold."""
    random = Random(4)
    twelve = values(random)
    twelve[ACCESS_LIST] = [[b"\x44" * 20, [b"\x55" * 32, b"\x66" * 32]], [b"\x77" * 20, []]]
    twelve[DATA] = b"\x09" * 70
    right = [encode(value) for value in twelve]

    def but(place: int, encoding: bytes) -> bytes:
        return joined([*right[:place], encoding, *right[place + 1 :]])

    for place, longest in NUMBERS.items():
        yield f"{place}: zero as a byte", but(place, b"\0")
        yield f"{place}: a byte with a head", but(place, b"\x81\x7f")
        yield f"{place}: zero with a head", but(place, b"\x81\0")
        yield f"{place}: zero before a number", but(place, b"\x82\0\x80")
        yield f"{place}: too long", but(place, head(0x80, longest + 1) + b"\x01" * (longest + 1))
        yield f"{place}: far too long", but(place, head(0x80, 56) + b"\x01" * 56)
        yield f"{place}: a length spelled out", but(place, head(0x80, 2, 1) + b"\x01\x02")
        yield f"{place}: a list", but(place, b"\xc1\x05")
        yield f"{place}: an empty list", but(place, b"\xc0")
        yield f"{place}: missing", but(place, b"")
    for name, encoding in (
        ("two", b"\x02"),
        ("zero as a byte", b"\0"),
        ("one with a head", b"\x81\x01"),
        ("200", b"\x81\xc8"),
        ("two bytes", b"\x82\x01\x01"),
        ("a list", b"\xc0"),
    ):
        yield f"parity: {name}", but(PARITY, encoding)
    for length in (1, 19, 21, 32, 56):
        yield f"to: {length} bytes", but(TO, head(0x80, length) + b"\xaa" * length)
    yield "to: a byte", but(TO, b"\x05")
    yield "to: a length spelled out", but(TO, head(0x80, 20, 1) + b"\xaa" * 20)
    yield "to: a list", but(TO, head(0xC0, 20) + b"\xaa" * 20)
    for name, encoding in (
        ("a byte with a head", b"\x81\x7f"),
        ("zero with a head", b"\x81\0"),
        ("a short length spelled out", head(0x80, 55, 1) + bytes(55)),
        ("no length spelled out", head(0x80, 0, 1)),
        ("a zero before its length", head(0x80, 70, 2) + bytes(70)),
        ("two zeros before its length", head(0x80, 70, 3) + bytes(70)),
        ("a zero before a length of two", head(0x80, 300, 3) + bytes(300)),
        ("a length of four bytes", head(0x80, 70, 4) + bytes(70)),
        ("a list", head(0xC0, 70) + bytes(70)),
    ):
        yield f"data: {name}", but(DATA, encoding)
    yield from ((f"access list: {name}", but(ACCESS_LIST, each)) for name, each in _access_lists())
    payload = b"".join(right)
    yield "list: one byte short", b"\x02" + head(0xC0, len(payload) - 1) + payload
    yield "list: one byte more", b"\x02" + head(0xC0, len(payload) + 1) + payload
    yield "list: a zero before its length", joined(right, 3)
    yield "list: a length of four bytes", joined(right, 4)
    yield "list: a length of eight bytes", joined(right, 8)
    yield "list: an endless length", b"\x02\xff" + b"\xff" * 8 + payload
    yield (
        "list: a length that is right modulo P",
        (b"\x02\xfc" + (len(payload) + 2**31 - 2**24 + 1).to_bytes(5, "big") + payload),
    )
    yield "list: a string", b"\x02" + head(0x80, len(payload)) + payload
    yield "list: empty", b"\x02\xc0"
    yield "list: a thirteenth value", joined([*right, b"\x01"])
    yield "a byte behind the list", joined(right) + b"\0"
    yield "the list twice", joined(right) + joined(right)[1:]
    yield "nothing but the type", b"\x02"
    small = [b"\x80"] * 5 + [b"\x80", b"\x80", b"\x80", b"\xc0", b"\x80", b"\x80", b"\x80"]
    yield "list: a short length spelled out", joined(small, 1)


def _access_lists() -> Iterator[tuple[str, bytes]]:
    address, key = b"\x94" + b"\x22" * 20, b"\xa0" + b"\x33" * 32
    keys = head(0xC0, 66) + 2 * key
    entry = head(0xC0, len(address + keys)) + address + keys
    flat = head(0xC0, len(address) + 1) + address + b"\xc0"

    def listed(content: bytes) -> bytes:
        return head(0xC0, len(content)) + content

    yield "a string", b"\x80"
    yield "a byte", b"\x01"
    yield "an address in place of an entry", listed(address)
    yield "an empty entry", listed(b"\xc0")
    yield "an entry without keys", listed(listed(address))
    yield "an entry of three", listed(listed(address + b"\xc0\xc0"))
    yield "an address of 19 bytes", listed(listed(b"\x93" + b"\x22" * 19 + b"\xc0"))
    yield "an address of 21 bytes", listed(listed(b"\x95" + b"\x22" * 21 + b"\xc0"))
    yield "an empty address", listed(listed(b"\x80\xc0"))
    yield "a list in place of an address", listed(listed(b"\xc0\xc0"))
    yield "a string in place of keys", listed(listed(address + b"\x80"))
    yield "a key of 31 bytes", listed(listed(address + listed(b"\x9f" + b"\x33" * 31)))
    yield "a key of 33 bytes", listed(listed(address + listed(b"\xa1" + b"\x33" * 33)))
    yield "an empty key", listed(listed(address + listed(b"\x80")))
    yield "a list in place of a key", listed(listed(address + listed(b"\xc0")))
    yield "keys longer than their entry", listed(head(0xC0, len(address + keys) - 1) + address + keys)
    yield "keys shorter than their entry", listed(head(0xC0, len(address + keys) + 1) + address + keys)
    yield "keys whose length is spelled out", listed(listed(address + head(0xC0, 33, 1) + key))
    yield "no keys, but room for them", listed(head(0xC0, len(address) + 34) + address + b"\xc0" + key)
    yield "an entry longer than the list", head(0xC0, len(entry) - 1) + entry
    yield "a list longer than its entries", head(0xC0, len(entry) + 1) + entry
    yield "a list that ends after one of two entries", head(0xC0, len(entry)) + 2 * entry
    yield "a list that ends within the second entry", head(0xC0, len(entry) + 5) + 2 * entry
    yield "an entry that takes the next one in", listed(head(0xC0, 2 * len(flat) - 1) + 2 * flat[1:])
    yield "a length with a zero before it", head(0xC0, len(entry), 2) + entry
    yield "an endless list", b"\xfa\xff\xff\xff" + entry


def mutated(random: Random, data: bytes) -> bytes:
    """A transaction with a few bytes changed, left out, put in or cut off."""
    found = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        at = random.randrange(len(found)) if found else 0
        what = random.randrange(6)
        if what == 0 and found:
            found[at] ^= 1 << random.randrange(8)
        elif what == 1 and found:
            found[at] = random.choice(
                [0, 1, 0x37, 0x38, 0x7F, 0x80, 0x81, 0xB7, 0xB8, 0xC0, 0xF7, 0xF8, 0xFA, 0xFF]
            )
        elif what == 2 and found:
            del found[at]
        elif what == 3:
            found[at:at] = random.randbytes(random.choice([1, 1, 2, 40]))
        elif what == 4 and random.random() < 0.3:
            del found[at:]
        else:
            found[-1:] = found[-1:] + random.randbytes(random.choice([0, 1, 3]))
    return bytes(found)


def replaced(random: Random) -> bytes:
    """A transaction with a value in place of one of its own: nested lists, other lengths."""
    twelve = values(random)
    twelve[random.randrange(12)] = _nested(random, random.randrange(5))
    if random.random() < 0.2:
        del twelve[random.randrange(12)]
    return encoded(twelve)


def huge(random: Random) -> bytes:
    """Heads that announce far more than there is."""
    start = b"\x02" + bytes([random.choice([0xBB, 0xBF, 0xF9, 0xFA, 0xFB, 0xFF])])
    return start + random.choice([b"\xff", b"\0", b"\x01"]) * random.randrange(12) + random.randbytes(20)


def junk(random: Random) -> bytes:
    """Anything, with or without the type in front."""
    start = random.choice([b"", b"\x02", b"\x02\xc0", b"\x02\xf8\x6b", b"\x01\xf8"])
    return start + random.randbytes(random.choice([0, 1, 2, 31, 32, 33, 100, 400]))


def deep(depth: int) -> bytes:
    """Lists within one another."""
    found = b"\xc0"
    for _ in range(depth):
        found = head(0xC0, len(found)) + found
    return b"\x02" + found


def item(random: Random, data: bytes) -> bytes:
    """An item of some version with these data."""
    version = random.choice([0, 0, 1, 2, 127])
    return bytes([0, version]) + (random.randbytes(20) if version == 1 else b"") + data


def _number(random: Random, length: int) -> bytes:
    first = bytes([random.choice([1, 0x7F, 0x80, 0xFF])]) if length else b""
    return first + bytes(random.choice([0, 0xFF, random.randrange(256)]) for _ in range(length - 1))


def _nested(random: Random, depth: int) -> Any:
    if depth == 0 or random.random() < 0.2:
        return random.randbytes(random.choice([0, 1, 1, 2, 9, 20, 32, 33, 60]))
    return [_nested(random, depth - 1) for _ in range(random.randrange(4))]
