"""What an operator decides about a service."""

from dataclasses import dataclass
from pathlib import Path

MESSAGE_BYTES = 64 << 20
"""Limit of a gRPC message in both directions; stated so that no library default can move it."""

DEFAULT_ADDRESS = "127.0.0.1:50551"


@dataclass(frozen=True)
class EntryPoints:
    """Where child processes find proving and checking, as ``module:function``."""

    prove: str = "prover.pipeline:prove_batch"
    verify: str = "verifier.verify:verify"


@dataclass(frozen=True)
class Settings:
    """All settings of one service; times in seconds.

    ``allowed_losses`` is how often an attempt may die without an answer before its job fails; ``time_limit``
    bounds one attempt; a store that refused to write is asked again after ``store_retry``; below
    ``reserved_bytes`` of free disk no new batch is taken.
    """

    store: Path
    address: str = DEFAULT_ADDRESS
    workers: int = 1
    allowed_losses: int = 2
    time_limit: float = 3600.0
    verify_time_limit: float = 60.0
    retry_delay: float = 1.0
    store_retry: float = 5.0
    heartbeat: float = 10.0
    queue_limit: int = 256
    watch_limit: int = 128
    verify_limit: int = 4
    reserved_bytes: int = 256 << 20
    reflection: bool = True
    entry_points: EntryPoints = EntryPoints()
