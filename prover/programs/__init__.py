"""The rollup programs: what each makes of what the layer ordered, and which tables prove it."""

from collections.abc import Mapping

from prover.programs.base import Executed, RollupProgram
from prover.programs.log import LOG
from prover.programs.payments import PAYMENTS

__all__ = ["PROGRAMS", "Executed", "RollupProgram"]

PROGRAMS: Mapping[str, RollupProgram] = {"log": LOG, "payments": PAYMENTS}
"""Every program by the name that callers use."""
