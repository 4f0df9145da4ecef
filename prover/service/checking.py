"""Checks proofs with the settlement verifier's own code, each in a process without any proving code."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from prover.errors import SequiturError
from prover.request import WITH_ACCOUNTS
from prover.service.children import Child
from prover.v1 import prover_pb2


@dataclass(frozen=True)
class Checked:
    """A verdict; ``statement`` is its canonical bytes in hexadecimal, empty like all below it if rejected."""

    accepted: bool
    reason: str
    seconds: float
    statement: str = ""
    program: str = ""
    bits: float = 0.0
    binding: str = ""


def expected_of(batch: prover_pb2.Batch) -> dict[str, int | str]:
    """What a proof of this batch must say, as `verifier.verify` takes it."""
    expected: dict[str, int | str] = {"namespace": batch.namespace.hex()}
    if batch.chain_id or batch.program not in WITH_ACCOUNTS:
        expected["chain_id"] = batch.chain_id
    if batch.state_before:
        expected["state_before"] = batch.state_before.hex()
    return expected


def program_of(batch: prover_pb2.Batch) -> str:
    """The verifier's name of the program this batch asks for."""
    return f"{batch.layer}-{batch.program}"


async def check(
    entry_point: str, proof: Path, profile: str, expected: dict[str, int | str], time_limit: float
) -> Checked:
    """Checks the proof in a file; raises `SequiturError` (CHECK_INTERRUPTED) without a verdict in time."""
    task = {"entry_point": entry_point, "proof": str(proof), "profile": profile, "expected": expected}
    async with await Child.start("prover.service.checker", task) as child:
        try:
            async with asyncio.timeout(time_limit):
                async for message in child.messages():
                    return Checked(**message)
                ending = await child.ending()
        except TimeoutError:
            ending = f"no verdict within {time_limit:g} s"
    raise SequiturError("CHECK_INTERRUPTED", f"The checking process gave no verdict: {ending}.", "Try again.")
