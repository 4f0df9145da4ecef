"""The process that checks one proof with the settlement verifier's code, and loads no proving code at all.

Run as ``python -m prover.service.checker``. Task: ``entry_point``, ``proof`` (path), ``profile``,
``expected`` (field to number or hexadecimal text). One message: the verdict.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prover.service import children
from prover.service.plain import from_plain, plain_statement


def work(task: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Checks the proof of ``task`` and says what the verifier answered, with the seconds it took."""
    _, verify = children.load(task["entry_point"])
    expected = from_plain(task["expected"])
    proof = Path(task["proof"]).read_bytes()
    start = time.perf_counter()
    verdict = verify(proof, task["profile"], expected=expected)
    seconds = time.perf_counter() - start
    accepted = bool(verdict.accepted)
    say(
        {
            "accepted": accepted,
            "reason": str(verdict.reason or ""),
            "statement": plain_statement(verdict.statement) if accepted else None,
            "bits": float(verdict.bits) if accepted else 0.0,
            "program": str(verdict.program) if accepted else "",
            "seconds": seconds,
        }
    )


if __name__ == "__main__":
    children.serve_parent(work)
