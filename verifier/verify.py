"""The verdict on a proof file: accepted with what it proves, or rejected with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from verifier import stark
from verifier.errors import Rejected
from verifier.profile import DEFAULT, profile_named
from verifier.proof import decode_header, decode_statement
from verifier.registry import find
from verifier.security import Report
from verifier.shape import Shape
from verifier.statement import Statement

Expected = Mapping[str, str | int | bytes]


@dataclass(frozen=True)
class Verdict:
    """Whether a proof holds; what it says is known as far as checking got, `reason` tells where it ended."""

    accepted: bool
    reason: str = ""
    profile: str = ""
    program: str = ""
    statement: Statement | None = None
    security: Report | None = None


def verify(proof: bytes, profile: str = DEFAULT, expected: Expected | None = None) -> Verdict:
    """Check a proof file against the caller's profile, and its statement against what the caller expects.

    An accepted proof says that its statement is true, not that it is the wanted one: pass what settlement
    already knows (anchor, state_before, program_digest, namespace, heights) in `expected`. Never raises for
    any bytes.
    """
    program, statement = "", None
    try:
        named, statement, _ = decode_statement(proof)
        known, form = find(statement.program_digest)
        program = known.name
        known.check(statement)
        header = decode_header(proof, len(form.tables))
        chosen = profile_named(profile)
        if named != chosen.name:
            raise Rejected(
                f"the proof was made for profile {named}, this verifier was asked for {chosen.name}"
            )
        check_expected(statement, expected or {})
        shape = Shape(form, header.heights, chosen)
        stark.verify(shape, statement.encode(), proof[header.length :])
    except Rejected as rejection:
        return Verdict(False, str(rejection), profile, program, statement)
    return Verdict(True, "", profile, program, statement, shape.report)


def check_expected(statement: Statement, expected: Expected) -> None:
    """Raise `Rejected` unless every named field has the expected value.

    Numbers are given as integers or in decimal, bytes as bytes or in hex.
    """
    shown = statement.show()
    for name, wanted in expected.items():
        if name not in shown:
            raise Rejected(f"a statement has no field {name!r}; it has {', '.join(shown)}")
        if not _equal(getattr(statement, name), wanted):
            said = wanted.hex() if isinstance(wanted, bytes) else wanted
            raise Rejected(f"{name} is {shown[name]}, expected {said}")


def _equal(found: int | bytes, wanted: str | int | bytes) -> bool:
    # Soundness: hex is never read as decimal, or a wanted height of 0x10 would accept height 10.
    if not isinstance(wanted, str):
        return type(found) is type(wanted) and found == wanted
    if isinstance(found, int):
        return wanted == str(found)
    return wanted.lower().removeprefix("0x") == found.hex()
