"""What can become of an item, and why: stable numbers (docs/payments.md, Outcomes)."""

from enum import IntEnum


class Outcome(IntEnum):
    """What an item did to the state."""

    EXECUTED = 0
    """Value moved, the fee paid, the nonce counted up."""
    FAILED = 1
    """The fee for the whole gas limit paid and the nonce counted up, no value moved."""
    IGNORED = 2
    """Nothing."""


class Reason(IntEnum):
    """Why an item was ignored (1 to 31, the first in this order that applies) or failed (32 and above)."""

    NONE = 0
    TOO_LONG = 1
    WRONG_TYPE = 2
    MALFORMED = 3
    WRONG_CHAIN = 4
    NONCE_AT_LIMIT = 5
    PRIORITY_FEE_ABOVE_MAX_FEE = 6
    MAX_FEE_BELOW_BASE_FEE = 7
    GAS_LIMIT_ABOVE_CAP = 8
    INITCODE_TOO_LONG = 9
    GAS_LIMIT_BELOW_INTRINSIC = 10
    INVALID_SIGNATURE = 11
    WRONG_NONCE = 12
    INSUFFICIENT_BALANCE = 13
    CREATION = 32
    PRECOMPILE = 33


class Ignored(Exception):
    """An item changes nothing; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason
