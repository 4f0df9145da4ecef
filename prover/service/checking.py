"""Checks proofs with the settlement verifier's own code, each in a process without any proving code."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prover.errors import SequiturError
from prover.service.children import Child


@dataclass(frozen=True)
class Checked:
    """A verdict; ``statement`` is as `prover.service.plain.plain_statement` gives it, None if rejected."""

    accepted: bool
    reason: str
    statement: dict[str, Any] | None
    bits: float
    program: str
    seconds: float


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
