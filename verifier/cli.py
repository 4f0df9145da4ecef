"""`python -m verifier`: the verdict on a proof file, with nothing but Python's standard library."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verifier.arguments import TooLong, UsageError, expectations, known_profile, proof_bytes
from verifier.profile import DEFAULT, PROFILES
from verifier.statement import Statement
from verifier.verify import Verdict, verify

ACCEPTED, REJECTED, USAGE = range(3)

_EPILOG = f"""
what the answer means
  ACCEPTED says that the statement printed below it is true, up to the printed provable bits. It does not say
  that it is the statement you want: anyone can prove a true statement about another namespace, another range
  of heights, or another chain of blocks. REJECTED says nothing but the reason.

what a settlement verifier must fix
  Pass what you know already with --expect; what you learn is the rest, state_after and last_height:
    anchor          what you trust of the layer; on Celestia a data root tuple root that Blobstream attested
    state_before    the state after the last statement you settled
    first_height    one above the last height you settled
    namespace       the rollup's namespace, and chain_id where it has one
    program_digest  the program whose rules the rollup follows

fields of a statement
  {" ".join(Statement.FIELDS[:6])}
  {" ".join(Statement.FIELDS[6:])}

exit codes
  0 accepted, 1 rejected, 2 wrong usage (no verdict)

example
  python -m verifier block.proof --expect first_height=10126899 --expect namespace=0000...6f76
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m verifier",
        description="Check a proof of what a shared sequencer ordered for a rollup.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("proof", metavar="PROOF", type=Path, help="the proof file")
    parser.add_argument(
        "--profile",
        default=DEFAULT,
        metavar="NAME",
        help=f"the security profile that the proof must meet: {' or '.join(PROFILES)} (default {DEFAULT})",
    )
    parser.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="reject unless the statement has this value: numbers in decimal, bytes in hex; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    try:
        found, _ = check(chosen.proof, chosen.profile, chosen.expect)
    except UsageError as error:
        _tell(error, chosen.json)
        return USAGE
    print(json.dumps(found) if chosen.json else text(found))
    return ACCEPTED if found["accepted"] else REJECTED


def check(proof: Path, profile: str, expected: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    """The verdict on a proof file as plain values, see `facts`, and the bytes it is about.

    Raises `UsageError`. Of a file longer than any proof no bytes are read.
    """
    wanted = expectations(expected)
    known_profile(profile)
    try:
        data = proof_bytes(proof)
    except TooLong as rejection:
        return facts(Verdict(False, rejection.reason, profile), rejection.size, 0.0), b""
    began = time.perf_counter()
    verdict = verify(data, profile, wanted)
    return facts(verdict, len(data), time.perf_counter() - began), data


def facts(verdict: Verdict, size: int, seconds: float) -> dict[str, Any]:
    """A verdict as plain values, with the proof's size in bytes and the seconds its check took.

    Nothing a rejected proof claims is repeated: only an accepted one has ``statement``, ``program``,
    ``provable_bits`` and ``binding_term``.
    """
    found: dict[str, Any] = {
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "profile": verdict.profile,
        "size_bytes": size,
        "seconds": round(seconds, 3),
    }
    if verdict.accepted and verdict.statement is not None and verdict.security is not None:
        found["statement"] = verdict.statement.show()
        found["program"] = verdict.program
        found["provable_bits"] = verdict.security.bits
        found["binding_term"] = verdict.security.binding
    return found


def text(found: dict[str, Any]) -> str:
    """What `facts` found, for people."""
    head, lines = f"REJECTED: {found['reason']}", {"profile": found["profile"]}
    if found["accepted"]:
        head = "ACCEPTED"
        bits = f"{found['provable_bits']}, bound by {found['binding_term']}"
        lines = {**found["statement"], "program": found["program"], **lines, "provable_bits": bits}
    lines |= {"size": f"{found['size_bytes']:,} bytes", "seconds": f"{found['seconds']:.2f}"}
    return "\n".join([head, *(f"  {name:<16} {value}" for name, value in lines.items())])


def _tell(error: UsageError, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.message, "fix": error.fix}}))
    else:
        print(error, file=sys.stderr)
