"""The version that proofs are marked with."""

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """The version of the installed distribution, or "uninstalled" when run from a bare checkout."""
    try:
        return metadata.version("sequitur-prover")
    except metadata.PackageNotFoundError:
        return "uninstalled"
