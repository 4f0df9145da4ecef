"""The programs a verifier knows, by digest, and what their statements must say of the layer.

Each lies beside this file in `programs/`, as the canonical bytes that its circuits compile to.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from verifier.errors import Rejected
from verifier.program import Program
from verifier.statement import CELESTIA, Statement

FOLDER = Path(__file__).parent / "programs"

NO_RECEIPTS = bytes(32)
"""Receipts digest of a program that has no outcomes to tell, as `log`."""


@dataclass(frozen=True)
class Known:
    """A program's name and file, and the fields its statements are bound to by being its statements."""

    name: str
    file: str
    layer: int
    layer_format: int
    mode: int
    namespace_length: int
    anchor_length: int
    receipts_digest: bytes | None

    def check(self, statement: Statement) -> None:
        """Raise `Rejected` unless the fields that no table reads are the ones this program speaks of."""
        fixed = (
            ("layer", statement.layer, self.layer),
            ("layer_format", statement.layer_format, self.layer_format),
            ("mode", statement.mode, self.mode),
            ("namespace length", len(statement.namespace), self.namespace_length),
            ("anchor length", len(statement.anchor), self.anchor_length),
        )
        for name, found, expected in fixed:
            # Soundness: no table reads these; without this a proof could claim another layer's words.
            if found != expected:
                raise Rejected(f"{name} is {found}; the program {self.name} proves {expected}")
        if self.receipts_digest is not None and statement.receipts_digest != self.receipts_digest:
            raise Rejected(f"the program {self.name} has no receipts, so their digest must be zeros")


CELESTIA_LOG = Known("celestia-log", "celestia_log.bin", CELESTIA, 1, 0, 29, 32, NO_RECEIPTS)
CELESTIA_PAYMENTS = Known("celestia-payments", "celestia_payments.bin", CELESTIA, 1, 0, 29, 32, None)
KNOWN = (CELESTIA_LOG, CELESTIA_PAYMENTS)


@cache
def load(known: Known) -> Program:
    """The program of a registry entry; raises `Rejected` if its file is missing or damaged."""
    try:
        return Program.decode((FOLDER / known.file).read_bytes())
    except OSError as error:
        raise Rejected(f"the program {known.name} is not installed: {error.strerror}") from None


@cache
def _digests() -> dict[bytes, Known]:
    found = {}
    for known in KNOWN:
        with suppress(OSError):
            found[hashlib.sha256((FOLDER / known.file).read_bytes()).digest()] = known
    return found


def find(digest: bytes) -> tuple[Known, Program]:
    """The known program of that digest; raises `Rejected`."""
    known = _digests().get(digest)
    if known is None:
        raise Rejected(f"program {digest.hex()} is not known to this verifier")
    return known, load(known)
