"""The independent EVM: Ethereum's executable specification (execution-specs, fork Cancun) as the rules' oracle.

Three things are set outside it. A transaction of another type or for another chain is refused here: the
specification executes all types, and leaves the chain id of typed transactions to the client. A contract creation
runs the one invalid instruction instead of its code, and the precompiles halt at once: that is what "no contracts"
means, and from there on Ethereum's own machinery takes all gas and moves nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ethereum.exceptions import EthereumException
from ethereum.forks.cancun import fork
from ethereum.forks.cancun import state as evm_state
from ethereum.forks.cancun.fork_types import Account, Address
from ethereum.forks.cancun.transactions import FeeMarketTransaction, decode_transaction
from ethereum.forks.cancun.utils.message import prepare_message as message_of
from ethereum.forks.cancun.vm import BlockEnvironment, BlockOutput, Evm, Message
from ethereum.forks.cancun.vm.exceptions import ExceptionalHalt
from ethereum.forks.cancun.vm.precompiled_contracts.mapping import PRE_COMPILED_CONTRACTS
from ethereum_rlp.exceptions import RLPException
from ethereum_types.bytes import Bytes, Bytes0, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from prover.execution.payments.chain import Chain

INVALID = Bytes(b"\xfe")


def _halt(evm: Evm) -> None:
    raise ExceptionalHalt


@contextmanager
def no_contracts() -> Iterator[None]:
    """While this lasts, creations and precompiles halt."""

    def prepare_message(*arguments: Any) -> Message:
        message = message_of(*arguments)
        if message.target == Bytes0():
            message.code = INVALID
        return message

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fork, "prepare_message", prepare_message)
        for address in PRE_COMPILED_CONTRACTS:
            patch.setitem(PRE_COMPILED_CONTRACTS, address, _halt)
        yield


class Ethereum:
    """A chain of the specification: accounts, and transactions that change them."""

    def __init__(self, chain: Chain, accounts: Iterable[tuple[bytes, tuple[int, int]]]) -> None:
        self.chain = chain
        self.state = evm_state.State()
        for address, (nonce, balance) in accounts:
            account = Account(nonce=Uint(nonce), balance=U256(balance), code=Bytes())
            evm_state.set_account(self.state, Address(address), account)

    def apply(self, data: bytes) -> int | None:
        """The gas used, or None if the transaction must not be in a block."""
        if data[:1] != b"\x02":
            return None
        environment = BlockEnvironment(
            chain_id=U64(self.chain.chain_id),
            state=self.state,
            block_gas_limit=Uint(self.chain.gas_cap),
            block_hashes=[],
            coinbase=Address(self.chain.fee_recipient),
            number=Uint(1),
            base_fee_per_gas=Uint(self.chain.base_fee),
            time=U256(1),
            prev_randao=Bytes32(bytes(32)),
            excess_blob_gas=U64(0),
            parent_beacon_block_root=Bytes32(bytes(32)),
        )
        output = BlockOutput()
        try:
            transaction = decode_transaction(Bytes(data))
            assert isinstance(transaction, FeeMarketTransaction)
            if int(transaction.chain_id) != self.chain.chain_id:
                return None
            fork.process_transaction(environment, output, transaction, Uint(0))
        except (EthereumException, RLPException):
            return None
        return int(output.block_gas_used)

    def accounts(self) -> dict[bytes, tuple[int, int]]:
        """Nonces and balances of all accounts that exist."""
        tries = self.state._main_trie._data
        return {
            bytes(address): (int(each.nonce), int(each.balance)) for address, each in tries.items() if each
        }
