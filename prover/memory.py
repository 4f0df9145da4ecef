"""Resident memory of this process: its peak over a stretch of work, and what a proof will need."""

import resource
from collections.abc import Sequence
from pathlib import Path

from verifier.field import DEGREE
from verifier.profile import Profile
from verifier.program import Program, lookup_columns
from verifier.shape import QUOTIENT_COLUMNS

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_MACHINE = Path("/proc/meminfo")
_WORD = 4
_BASE_BYTES = 150 << 20
_COSETS_HELD = 2


class PeakMemory:
    """The highest resident size since the last restart, or since the process began where the system keeps no mark."""

    def restart(self) -> None:
        """Begin a new stretch."""
        try:
            _CLEAR.write_text("5")
        except OSError:
            return

    def read(self) -> int:
        """Bytes."""
        try:
            lines = _STATUS.read_text().splitlines()
        except OSError:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) << 10


def estimate(program: Program, heights: Sequence[int | None], profile: Profile) -> int:
    """Bytes a proof of these heights needs at its peak: traces, extensions, trees and FRI vectors."""
    total = _BASE_BYTES
    tallest = 0
    for table, height in zip(program.tables, heights, strict=True):
        if height is None:
            continue
        tallest = max(tallest, height)
        fractions = len(lookup_columns(table))
        lookup = DEGREE * (fractions + 1) if fractions else 0
        columns = table.width + table.preprocessed_width + lookup + QUOTIENT_COLUMNS
        # Each column lives as trace and as the first cosets of its extension.
        total += columns * (1 + min(_COSETS_HELD, 1 << profile.log_blowup)) * _WORD << height
    return total + (12 * DEGREE * _WORD << (tallest + profile.log_blowup))


def available() -> int | None:
    """Bytes that this machine can still give a process; None where it does not say."""
    try:
        lines = _MACHINE.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)
