"""What a chain is configured with: part of the statement, the same for every item."""

from dataclasses import dataclass

from prover.errors import InputError
from prover.execution.payments.gas import TRANSACTION
from prover.execution.payments.transaction import ADDRESS

LARGEST_CHAIN_ID = (1 << 64) - 1
LARGEST_BASE_FEE = (1 << 64) - 1
LARGEST_GAS_CAP = (1 << 32) - 1


@dataclass(frozen=True)
class Chain:
    """The chain id that transactions are signed for, the base fee per gas in wei, the address (20 bytes) that
    tips go to, and the gas limit that no transaction may exceed.

    Raises InputError: CHAIN_INVALID.
    """

    chain_id: int
    base_fee: int
    fee_recipient: bytes
    gas_cap: int

    def __post_init__(self) -> None:
        _require("chain_id", self.chain_id, 0, LARGEST_CHAIN_ID)
        _require("base_fee", self.base_fee, 0, LARGEST_BASE_FEE)
        _require("gas_cap", self.gas_cap, TRANSACTION, LARGEST_GAS_CAP)
        if len(self.fee_recipient) != ADDRESS:
            raise _invalid(
                f"The fee recipient has {len(self.fee_recipient)} bytes; an address has {ADDRESS}."
            )

    def encode(self) -> bytes:
        """The canonical bytes, 40: chain id 8, base fee 8, fee recipient 20, gas cap 4, integers big-endian."""
        numbers = self.chain_id.to_bytes(8, "big") + self.base_fee.to_bytes(8, "big")
        return numbers + self.fee_recipient + self.gas_cap.to_bytes(4, "big")


def _require(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise _invalid(f"The field {name} is {value}; it has to be from {least} to {most}.")


def _invalid(message: str) -> InputError:
    return InputError("CHAIN_INVALID", message, "Correct the chain's configuration (docs/payments.md).")
