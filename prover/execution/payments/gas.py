"""What a transaction costs before anything is executed, in Cancun (EIP-2028, EIP-2930, EIP-3860)."""

from prover.execution.payments.transaction import Transaction

TRANSACTION = 21_000
ZERO_BYTE = 4
OTHER_BYTE = 16
LISTED_ADDRESS = 2_400
LISTED_KEY = 1_900
CREATION = 32_000
INITCODE_WORD = 2
LONGEST_INITCODE = 49_152


def intrinsic_gas(transaction: Transaction) -> int:
    """The gas of a transaction, its data, its access list and, if it creates, its initcode in words of 32 bytes."""
    data = transaction.data
    zeros = data.count(0)
    gas = TRANSACTION + ZERO_BYTE * zeros + OTHER_BYTE * (len(data) - zeros)
    for access in transaction.access_list:
        gas += LISTED_ADDRESS + LISTED_KEY * len(access.keys)
    if transaction.creates:
        gas += CREATION + INITCODE_WORD * -(-len(data) // 32)
    return gas
