"""What each byte means at each place of an item: the rules of RLP that one byte alone decides.

Yellow Paper, appendix B, and of EIP-1559 which strings a field may be. A head is the first byte of a value. Payloads
of 2^24 bytes or more are refused by their heads: no item that is looked into could hold them.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from circuits.dsl import Air, Bus, C, Cells, Table, cell, cells, preprocessed

SIGNER = 20
SIGNED_VERSION = 1
TYPE = 2
ADDRESS = 20
STORAGE_KEY = 32

STRING = 0x80
LIST = 0xC0
LONGEST_SHORT = 55
"""A payload of more bytes has its length spelled out behind the head."""

MOST_SPELLED = 3
"""Bytes of a length that is spelled out."""


class Role(IntEnum):
    """What is looked for where a byte stands."""

    SKIPPED = 0
    """Nothing: a byte that may have any value."""
    VERSION = 1
    TRANSACTION_TYPE = 2
    HEAD_OF_LIST = 3
    HEAD_OF_SHORT_NUMBER = 4
    """Of at most eight bytes."""
    HEAD_OF_NUMBER = 5
    """Of at most thirty-two bytes."""
    HEAD_OF_PARITY = 6
    HEAD_OF_RECIPIENT = 7
    HEAD_OF_DATA = 8
    HEAD_OF_ADDRESS = 9
    HEAD_OF_KEY = 10
    LENGTH_ALONE = 11
    """The one byte of a length."""
    LENGTH_FIRST = 12
    """The first of several bytes of a length."""
    LENGTH_LAST = 13
    CONTENT = 14
    CONTENT_ALONE = 15
    """The one byte of a string that has a head."""
    CONTENT_OF_NUMBER = 16
    """The first of several bytes of a number."""


ROWS = 256 << (len(Role) - 1).bit_length()
"""Pairs of a role and a byte, filled up to a power of two."""


class Meaning(NamedTuple):
    """What a byte says; each is 0 or 1, but for `size`.

    `refused`: it cannot stand there. `whole`: if no more bytes are due by length, the value (of a list, its head) ends
    with it. `content`: it belongs to a string. `null`: it is zero. `size`: bytes that it announces, of a payload
    or of a signer. `spelled`: which number of bytes, from 1, it announces for a length.
    """

    refused: int
    whole: int
    content: int
    null: int
    size: int
    spelled: tuple[int, ...]


class ByteMeaning(Bus[C]):
    """A byte in a role, and its `Meaning`."""

    name = "payments.byte_meaning"
    role: C
    value: C
    refused: C
    whole: C
    content: C
    null: C
    size: C
    spelled: Cells[C] = cells(MOST_SPELLED)


_ALLOWED = {
    Role.TRANSACTION_TYPE: range(TYPE, TYPE + 1),
    Role.LENGTH_ALONE: range(LONGEST_SHORT + 1, 256),
    Role.LENGTH_FIRST: range(1, 256),
    Role.CONTENT_ALONE: range(STRING, 256),
    Role.CONTENT_OF_NUMBER: range(1, 256),
}
"""The bytes that may stand in a role, where not all may; heads apart."""

_CONTENT = (Role.CONTENT, Role.CONTENT_ALONE, Role.CONTENT_OF_NUMBER)
_WHOLE = (Role.LENGTH_ALONE, Role.LENGTH_LAST, *_CONTENT)

_SIZES = {
    Role.HEAD_OF_SHORT_NUMBER: range(9),
    Role.HEAD_OF_NUMBER: range(33),
    Role.HEAD_OF_PARITY: (0,),
    Role.HEAD_OF_RECIPIENT: (0, ADDRESS),
    Role.HEAD_OF_DATA: range(LONGEST_SHORT + 1),
    Role.HEAD_OF_ADDRESS: (ADDRESS,),
    Role.HEAD_OF_KEY: (STORAGE_KEY,),
}
"""How many bytes the strings may have that a short head announces."""

_SINGLES = {
    Role.HEAD_OF_SHORT_NUMBER: range(1, STRING),
    Role.HEAD_OF_NUMBER: range(1, STRING),
    Role.HEAD_OF_PARITY: (1,),
    Role.HEAD_OF_DATA: range(STRING),
}
"""The bytes that may stand for themselves."""


def meaning(role: Role, value: int) -> Meaning:
    """What a byte (0 to 255) means in a role."""
    if role == Role.HEAD_OF_LIST or role in _SIZES:
        return _head(role, value)
    allowed = value in _ALLOWED.get(role, range(256))
    size = SIGNER if role == Role.VERSION and value == SIGNED_VERSION else 0
    return _meaning(value, allowed, whole=role in _WHOLE, content=role in _CONTENT, size=size)


def _head(role: Role, value: int) -> Meaning:
    if value < STRING:
        return _meaning(value, value in _SINGLES.get(role, ()), whole=True, content=True)
    is_list = value >= LIST
    size = value - (LIST if is_list else STRING)
    if is_list != (role == Role.HEAD_OF_LIST):
        return _meaning(value, False)
    if size <= LONGEST_SHORT:
        return _meaning(value, is_list or size in _SIZES[role], whole=True, size=size)
    count = size - LONGEST_SHORT
    has_length = count <= MOST_SPELLED and role in (Role.HEAD_OF_LIST, Role.HEAD_OF_DATA)
    return _meaning(value, has_length, spelled=count)


def _meaning(
    value: int, allowed: bool, *, whole: bool = False, content: bool = False, size: int = 0, spelled: int = 0
) -> Meaning:
    """A byte that is refused says nothing else."""
    if not allowed:
        return Meaning(1, 0, 0, int(value == 0), 0, (0,) * MOST_SPELLED)
    counts = tuple(int(spelled == count) for count in range(1, MOST_SPELLED + 1))
    return Meaning(0, int(whole), int(content), int(value == 0), size, counts)


def _rows() -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    """Role, byte and meaning, flat, of all pairs; roles that do not exist fill up and mean nothing."""
    rows = []
    for role in range(ROWS // 256):
        for value in range(256):
            found = meaning(Role(role), value) if role < len(Role) else _meaning(value, False)
            rows.append((role, value, *found[:-1], *found.spelled))
    return np.array(rows, dtype=np.uint32)


class RlpByte(Table[C]):
    """Every byte in every role once, with its meaning, beside the number of times it was asked for."""

    fixed: Cells[C] = preprocessed(_rows())
    asked: C = cell()

    def rules(self, air: Air[C], below: "RlpByte[C]") -> None:
        role, value, refused, whole, content, null, size, *spelled = self.fixed
        answer = ByteMeaning(role, value, refused, whole, content, null, size, spelled)
        air.provide(answer, times=self.asked)
