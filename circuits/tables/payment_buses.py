"""How what an item says reaches the tables that act on it.

Of every item that begins as a stream (ITEM, number), `Decoded` is sent once. If it says that the item is a
transaction, every field in `TOLD` is sent once as a `FieldValue`, and what was signed is the stream (TRANSACTION,
number), so one digest has to be received under that name. Of any other item nothing else is sent.
"""

from enum import IntEnum

from circuits.dsl import Bus, C, Cells, cells

LONGEST = 128 << 10
"""Bytes of a transaction; a longer item is not looked into."""

REGISTER = 32


class Field(IntEnum):
    """The fields of a transaction of type 2, by their place in the list."""

    CHAIN_ID = 0
    NONCE = 1
    MAX_PRIORITY_FEE = 2
    MAX_FEE = 3
    GAS_LIMIT = 4
    TO = 5
    VALUE = 6
    DATA = 7
    ACCESS_LIST = 8
    PARITY = 9
    R = 10
    S = 11


TOLD = tuple(field for field in Field if field not in (Field.DATA, Field.ACCESS_LIST))
"""The fields whose values are sent; of the other two, `Decoded` holds what gas depends on."""


class Verdict(IntEnum):
    """What an item is, before anything is asked of the state."""

    TRANSACTION = 0
    TOO_LONG = 1
    WRONG_TYPE = 2
    MALFORMED = 3


class FieldValue(Bus[C]):
    """A field's bytes, big-endian at the end of `value` and zeros before them; `empty` if there are none.

    They are bytes. A chain id, nonce or gas limit has at most eight of them, a parity is 0 or 1, and `to` is empty or
    has twenty.
    """

    name = "payments.field_value"
    item: C
    field: "C | int"
    empty: "C | int"
    value: "Cells[C]" = cells(REGISTER)


class Decoded(Bus[C]):
    """What an item is: a `Verdict`, and of a transaction the bytes of its data that are zero and that are not,
    and the addresses and storage keys in its access list. Of other items these are zero.
    """

    name = "payments.decoded"
    item: C
    verdict: "C | int"
    zero_bytes: C
    other_bytes: C
    addresses: C
    storage_keys: C


class TransactionRead(Bus[C]):
    """An item was read to its end and is a transaction: the numbers of `Decoded`, and the length of the fields signed.

    Its data are the bytes from position `start` to before `end`.
    """

    name = "payments.transaction_read"
    item: C
    start: C
    end: C
    signed: C
    zero_bytes: C
    other_bytes: C
    addresses: C
    storage_keys: C


class ItemRefused(Bus[C]):
    """An item was read to before `end` and is no transaction, for the reason `verdict`.

    `over` if this is all of it; then `TOO_LONG` says that it was not looked into, and is only claimed.
    """

    name = "payments.item_refused"
    item: C
    start: C
    end: C
    verdict: "C | int"
    over: "C | int"
