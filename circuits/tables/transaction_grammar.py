"""The places that a byte of an item can have, for the table that reads items."""

from enum import IntEnum

from circuits.tables.payment_buses import Field
from circuits.tables.rlp_byte import Role

HEADER = 2
"""Bytes before the data, and before the signer if there is one."""


class Mode(IntEnum):
    """Where in a value, or before all values, a byte stands."""

    TAG = 0
    VERSION = 1
    SIGNER = 2
    TYPE = 3
    HEAD = 4
    ALONE = 5
    """The one byte of a length."""
    FIRST_OF_TWO = 6
    FIRST_OF_THREE = 7
    MIDDLE = 8
    LAST = 9
    """The last of several bytes of a length."""
    OPENING = 10
    """The byte behind the head of a string."""
    BODY = 11
    JUNK = 12
    """Behind the byte at which the item was found to be no transaction."""


class Value(IntEnum):
    """Which value a byte belongs to: a field, the list of them, or one inside the access list."""

    CHAIN_ID = Field.CHAIN_ID
    NONCE = Field.NONCE
    MAX_PRIORITY_FEE = Field.MAX_PRIORITY_FEE
    MAX_FEE = Field.MAX_FEE
    GAS_LIMIT = Field.GAS_LIMIT
    TO = Field.TO
    VALUE = Field.VALUE
    DATA = Field.DATA
    ACCESS_LIST = Field.ACCESS_LIST
    PARITY = Field.PARITY
    R = Field.R
    S = Field.S
    FIELDS = 12
    ENTRY = 13
    ADDRESS = 14
    KEYS = 15
    KEY = 16


LISTS = (Value.FIELDS, Value.ACCESS_LIST, Value.ENTRY, Value.KEYS)
INSIDE = (Value.ENTRY, Value.ADDRESS, Value.KEYS, Value.KEY)
SIGNED = (*(value for value in Value if value <= Value.ACCESS_LIST), *INSIDE)

HEADS = {
    Value.FIELDS: Role.HEAD_OF_LIST,
    Value.CHAIN_ID: Role.HEAD_OF_SHORT_NUMBER,
    Value.NONCE: Role.HEAD_OF_SHORT_NUMBER,
    Value.MAX_PRIORITY_FEE: Role.HEAD_OF_NUMBER,
    Value.MAX_FEE: Role.HEAD_OF_NUMBER,
    Value.GAS_LIMIT: Role.HEAD_OF_SHORT_NUMBER,
    Value.TO: Role.HEAD_OF_RECIPIENT,
    Value.VALUE: Role.HEAD_OF_NUMBER,
    Value.DATA: Role.HEAD_OF_DATA,
    Value.ACCESS_LIST: Role.HEAD_OF_LIST,
    Value.ENTRY: Role.HEAD_OF_LIST,
    Value.ADDRESS: Role.HEAD_OF_ADDRESS,
    Value.KEYS: Role.HEAD_OF_LIST,
    Value.KEY: Role.HEAD_OF_KEY,
    Value.PARITY: Role.HEAD_OF_PARITY,
    Value.R: Role.HEAD_OF_NUMBER,
    Value.S: Role.HEAD_OF_NUMBER,
}
NUMBERS = tuple(
    value for value, role in HEADS.items() if role in (Role.HEAD_OF_SHORT_NUMBER, Role.HEAD_OF_NUMBER)
)
