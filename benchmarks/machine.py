"""What a figure was measured on: a figure without it means little."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from prover import _kernel

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def machine() -> dict[str, Any]:
    """Processor, memory, versions, the kernel's vector width, and how busy the machine was."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory_bytes("/proc/meminfo", "MemTotal:") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "rustc": _output("rustc", "--version"),
        "kernel_lanes": _kernel.lanes(),
        "commit": _output("git", "-C", str(HERE), "rev-parse", "--short", "HEAD"),
        "load_average": round(os.getloadavg()[0], 2),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def processor() -> str:
    """The processor's name as Linux gives it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def memory_bytes(file: str, field: str) -> int:
    """One line of a file that gives kibibytes, in bytes; raises KeyError if it is not there."""
    for line in Path(file).read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) << 10
    raise KeyError(field)


def keep(path: Path, document: dict[str, Any]) -> None:
    """Write a result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
