"""docs/payments.md says what the executor does: numbers, prices, formats, and the example."""

from prover.execution.ordered import OrderedHeight
from prover.execution.payments import gas, snapshot
from prover.execution.payments.chain import LARGEST_GAS_CAP
from prover.execution.payments.executor import PRECOMPILES, data_of, execute
from prover.execution.payments.genesis import Genesis, checksummed, read_genesis
from prover.execution.payments.outcome import Outcome, Reason
from prover.execution.payments.receipts import receipts_digest
from prover.execution.payments.transaction import LONGEST, decode
from tests.docs.pages import blocks, page, rows, section

PAGE = page("payments.md")
EXAMPLE = section(PAGE, "Example")


def genesis() -> Genesis:
    return read_genesis(blocks(section(PAGE, "Genesis"), "json")[0].encode())


def shown() -> dict[str, str]:
    lines = (line.partition(" = ") for line in blocks(EXAMPLE, "text")[0].splitlines())
    return {name: value for name, _, value in lines}


def test_the_table_lists_every_reason_in_the_order_of_the_numbers() -> None:
    listed = [(int(number), name, outcome) for number, name, outcome, _ in rows(section(PAGE, "Outcomes"))]
    assert sorted(listed) == [(int(each), each.name, outcome_of(each).name.lower()) for each in Reason]
    assert [number for number, _, _ in listed] == [*sorted(set(Reason) - {0}), 0]
    told = ", ".join(f"{int(outcome)} {outcome.name.lower()}" for outcome in Outcome)
    assert f"numbers too: {told}." in PAGE


def outcome_of(reason: Reason) -> Outcome:
    if reason is Reason.NONE:
        return Outcome.EXECUTED
    return Outcome.FAILED if reason >= 32 else Outcome.IGNORED


def test_constants_are_those_of_the_page() -> None:
    execution = section(PAGE, "Execution")
    for price in (gas.TRANSACTION, gas.LISTED_ADDRESS, gas.LISTED_KEY, gas.CREATION):
        assert f"{price:,}" in execution
    assert f"+ {gas.ZERO_BYTE} for each zero byte of data + {gas.OTHER_BYTE} for each other" in execution
    assert f"+ {gas.INITCODE_WORD} for each 32 bytes" in execution
    outcomes = section(PAGE, "Outcomes")
    assert f"more than {LONGEST:,} bytes" in outcomes
    assert f"more than {gas.LONGEST_INITCODE:,} bytes" in outcomes
    assert "0x01 to 0x0a" in outcomes
    assert sorted(PRECOMPILES) == [number.to_bytes(20, "big") for number in range(1, 0x0A + 1)]
    assert LARGEST_GAS_CAP == 2**32 - 1
    assert f"{gas.TRANSACTION:,} to 2^32 - 1" in section(PAGE, "Chain")
    assert f"`{snapshot.MAGIC.decode()} | number of accounts 4`" in section(PAGE, "Snapshot")


def test_the_example_happens_as_shown() -> None:
    told = shown()
    assert genesis().chain.encode().hex() == told["chain"]
    items = tuple(bytes.fromhex(told[name]) for name in ("item 1", "item 2"))
    assert told["item 3"] == "item 1"
    done = execute(genesis().chain, genesis().state, [OrderedHeight(1, (*items, items[0]))])
    transaction = decode(data_of(items[0]))
    first = done.receipts[0]
    assert first.sender is not None
    assert (transaction.signing_hash.hex(), first.sender.hex()) == (told["signed"], told["sender"])
    assert f"{first.gas_used:,} gas at {first.gas_price / 10**9} gwei" in EXAMPLE
    cells = rows(EXAMPLE)
    count = len(done.receipts)
    for number, (receipt, row) in enumerate(zip(done.receipts, cells[:count], strict=True), 1):
        digest = receipts_digest(done.receipts[:number]).hex()
        assert row == [str(number), str(int(receipt.outcome)), str(int(receipt.reason)), f"`{digest}`"]
    assert done.receipts_digest == receipts_digest(done.receipts)
    assert cells[count:] == [
        [checksummed(address), str(account.nonce), str(account.balance)] for address, account in done.state
    ]
