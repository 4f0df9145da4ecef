"""Errors a person can act on: what is wrong, under a stable code, and what to do about it.

Two families matter to callers. `InputError` is a fact about what was handed in: the same input fails again,
so nothing retries it. `SetupError` is a fact about the machine (disk, port, kernel, store): the same input
may succeed elsewhere or later. Codes are stable words in capitals; they travel unchanged as ``reason`` in
gRPC error details and in ``--json``.
"""

import errno

_OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SequiturError(Exception):
    """A failure with a stable code, one sentence that says what is wrong, and one that says what to do."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}".strip())
        self.code = code
        self.message = message
        self.fix = fix


class InputError(SequiturError):
    """The input cannot be proven as given: unreadable, inconsistent, or beyond what the profile allows."""


class SetupError(SequiturError):
    """This machine cannot do the work now: a full disk, a taken port, a missing kernel, an unusable store."""


def is_out_of_space(error: OSError) -> bool:
    """True if the operating system refused a write for lack of room: disk, quota or file size limit."""
    return error.errno in _OUT_OF_SPACE


def disk_full(where: str) -> SetupError:
    """The typed error for a write to ``where`` that found no room."""
    return SetupError(
        "DISK_FULL", f"There is no room left to write {where}.", "Free disk space and try again."
    )
