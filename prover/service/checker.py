"""The process that checks one proof with the settlement verifier's code, and loads no proving code at all.

Run as ``python -m prover.service.checker``. Task: ``entry_point``, ``proof`` (path), ``profile``,
``expected`` (as `verifier.verify` takes it). One message: the verdict as `prover.service.checking.Checked`.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prover.service import children


def work(task: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Checks the proof of ``task`` and says what the verifier answered, with the seconds it took."""
    _, verify = children.load(task["entry_point"])
    proof = Path(task["proof"]).read_bytes()
    start = time.perf_counter()
    verdict = verify(proof, task["profile"], expected=task["expected"])
    seconds = time.perf_counter() - start
    answer: dict[str, Any] = {"accepted": verdict.accepted, "reason": verdict.reason, "seconds": seconds}
    # What a rejected proof claims is nobody's to repeat.
    if verdict.accepted:
        answer |= {
            "statement": verdict.statement.encode().hex(),
            "program": verdict.program,
            "bits": verdict.security.bits,
            "binding": verdict.security.binding,
        }
    say(answer)


if __name__ == "__main__":
    children.serve_parent(work)
