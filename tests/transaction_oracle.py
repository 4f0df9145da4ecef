"""What an item is, told by a library's RLP and by checks of its own, for tests of the tables that read items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ethereum_rlp.exceptions import RLPException
from ethereum_rlp.rlp import decode, encode

TRANSACTION, TOO_LONG, WRONG_TYPE, MALFORMED = range(4)
MOST_BYTES = 131_072
TYPE = b"\x02"

SHORT, LONG, ONE_BYTE = 8, 32, 1
NUMBERS = {0: SHORT, 1: SHORT, 2: LONG, 3: LONG, 4: SHORT, 6: LONG, 9: ONE_BYTE, 10: LONG, 11: LONG}
"""The fields that are numbers, by their place in the list, and how many bytes they may have."""

TO, DATA, ACCESS_LIST, PARITY, FIELDS = 5, 7, 8, 9, 12


@dataclass(frozen=True)
class Expected:
    """A verdict; of a transaction its fields by place, what was signed, and the zero and other bytes of its data, the
    addresses and the keys of its access list.
    """

    verdict: int
    fields: Mapping[int, bytes] = field(default_factory=dict)
    signed: bytes = b""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)


class Refused(Exception):
    """The list is not a transaction's."""


def expected(item: bytes) -> Expected:
    """What an item (00, version, signer in version 1, data) is."""
    data = item[22:] if item[1:2] == b"\x01" else item[2:]
    if len(data) > MOST_BYTES:
        return Expected(TOO_LONG)
    if data[:1] != TYPE:
        return Expected(WRONG_TYPE)
    try:
        # The library wants one byte to begin with.
        values = decode(data[1:]) if data[1:] else b""
        return _transaction(values)
    except (RLPException, RecursionError, Refused):
        return Expected(MALFORMED)


def _transaction(values: object) -> Expected:
    if not isinstance(values, list) or len(values) != FIELDS:
        raise Refused
    strings = {place: _string(values[place]) for place in range(FIELDS) if place != ACCESS_LIST}
    for place, longest in NUMBERS.items():
        if len(strings[place]) > longest or strings[place].startswith(b"\0"):
            raise Refused
    if len(strings[TO]) not in (0, 20) or strings[PARITY] not in (b"", b"\x01"):
        raise Refused
    keys = [_keys(entry) for entry in _list(values[ACCESS_LIST])]
    data = strings.pop(DATA)
    zeros = data.count(0)
    return Expected(
        TRANSACTION,
        strings,
        TYPE + encode(values[:PARITY]),
        (zeros, len(data) - zeros, len(keys), sum(keys)),
    )


def _keys(entry: object) -> int:
    values = _list(entry)
    if len(values) != 2 or len(_string(values[0])) != 20:
        raise Refused
    keys = _list(values[1])
    if any(len(_string(key)) != 32 for key in keys):
        raise Refused
    return len(keys)


def _string(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Refused
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise Refused
    return value
