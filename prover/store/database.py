"""The job database: SQLite in write-ahead mode, every commit flushed to disk before it is acknowledged.

All of it runs on one thread (see `prover.store.store`). A transition and its numbered event are one
transaction.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prover.errors import SequiturError, SetupError
from prover.store.lifecycle import Event, Position, State, Step, step

_VERSION = 2
_SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL UNIQUE,
    input_digest BLOB NOT NULL,
    specification BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    attempt INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    error BLOB,
    outcome BLOB,
    proof_digest BLOB,
    proof_size INTEGER,
    snapshot_digest BLOB CHECK (snapshot_digest IS NULL OR state = 'SUCCEEDED'),
    CHECK ((state = 'SUCCEEDED') = (proof_digest IS NOT NULL)),
    CHECK ((state = 'SUCCEEDED') = (outcome IS NOT NULL)),
    CHECK ((state IN ('FAILED', 'CANCELLED')) = (error IS NOT NULL))
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_by_input ON jobs (input_digest);
CREATE TABLE events (
    job TEXT NOT NULL REFERENCES jobs (id),
    sequence INTEGER NOT NULL,
    time INTEGER NOT NULL,
    state_before TEXT NOT NULL,
    state_after TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (job, sequence)
) STRICT, WITHOUT ROWID;
"""
_UPGRADE = (
    "ALTER TABLE jobs ADD COLUMN snapshot_digest BLOB CHECK (snapshot_digest IS NULL OR state = 'SUCCEEDED');"
)
"""What makes a store of format 1 one of format 2."""


@dataclass(frozen=True)
class Job:
    """One row of the truth; times are microseconds since 1970, digests are SHA-256."""

    number: int
    id: str
    request_id: str
    input_digest: bytes
    specification: bytes
    state: State
    attempt: int
    losses: int
    cancel_requested: bool
    sequence: int
    created: int
    updated: int
    started: int | None
    ended: int | None
    error: bytes | None
    outcome: bytes | None
    proof_digest: bytes | None
    proof_size: int | None
    snapshot_digest: bytes | None

    @property
    def position(self) -> Position:
        """The part of the row that the lifecycle decides on."""
        return Position(self.state, self.attempt, self.losses, self.cancel_requested)


@dataclass(frozen=True)
class Transition:
    """One recorded step of a job; the first one's ``before`` is empty."""

    sequence: int
    time: int
    before: str
    after: State
    attempt: int
    reason: str


@dataclass(frozen=True)
class Proven:
    """What a job that succeeds leaves behind: an opaque account, the proof's digest and size in bytes, and the
    digest of the snapshot if the program has accounts.
    """

    outcome: bytes
    proof_digest: bytes
    proof_size: int
    snapshot_digest: bytes | None = None


class RequestIdReusedError(SequiturError):
    """A request id came back with another batch."""

    def __init__(self, existing: str) -> None:
        super().__init__(
            "REQUEST_ID_REUSED",
            "This request id was used before, for another batch.",
            "Use a new version 4 UUID for every new batch.",
        )
        self.existing = existing


@contextmanager
def translated() -> Iterator[None]:
    """Turns SQLite's errors into `SetupError` (DISK_FULL or STORE_UNAVAILABLE)."""
    try:
        yield
    except sqlite3.Error as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            raise SetupError(
                "DISK_FULL", "The job database has no room to grow.", "Free disk space and try again."
            ) from error
        raise SetupError(
            "STORE_UNAVAILABLE",
            f"The job database refused an operation ({error}).",
            "Check that the store's disk is writable and healthy; a damaged database must be restored.",
        ) from error


def _now() -> int:
    return time.time_ns() // 1000


class Database:
    """The jobs and events of one store; every method is one transaction and may raise `SetupError`."""

    def __init__(self, path: Path) -> None:
        with translated():
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version in (0, 1):
                change = _UPGRADE if version else _SCHEMA
                self._connection.executescript(f"BEGIN; {change} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version != _VERSION:
                raise SetupError(
                    "STORE_VERSION_UNKNOWN",
                    f"The store at {path} has format {version}; this build reads format {_VERSION}.",
                    "Use the build that wrote it, or another store.",
                )

    def close(self) -> None:
        """Closes the file; the object is of no use afterwards."""
        self._connection.close()

    def limit_pages(self, pages: int) -> None:
        """Caps the size of the database file, in SQLite pages."""
        self._connection.execute(f"PRAGMA max_page_count = {pages:d}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def submit(
        self, job_id: str, request_id: str, input_digest: bytes, specification: bytes
    ) -> tuple[Job, bool]:
        """Adds a job and returns it with True, or returns the job this request id already made, with False.

        Raises `RequestIdReusedError` if that job has another input.
        """
        with self._transaction() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE request_id = ?", (request_id,)).fetchone()
            if row is not None:
                existing = _job(row)
                if existing.input_digest != input_digest:
                    raise RequestIdReusedError(existing.id)
                return existing, False
            now = _now()
            connection.execute(
                "INSERT INTO jobs (id, request_id, input_digest, specification, state, attempt, losses, "
                "cancel_requested, sequence, created, updated) "
                "VALUES (?, ?, ?, ?, 'QUEUED', 0, 0, 0, 1, ?, ?)",
                (job_id, request_id, input_digest, specification, now, now),
            )
            connection.execute(
                "INSERT INTO events VALUES (?, 1, ?, '', 'QUEUED', 0, 'CREATED')", (job_id, now)
            )
            return self._require(job_id), True

    def apply(
        self,
        job_id: str,
        event: Event,
        allowed_losses: int,
        describe: Callable[[Step], bytes],
        proven: Proven | None,
    ) -> Job | None:
        """Lets an event happen to a job; returns the changed row, or None if the event does nothing to it.

        ``describe`` makes the opaque error of a job that ends badly; ``proven`` must be there for one that
        succeeds.
        """
        with self._transaction() as connection:
            before = self._require(job_id)
            taken = step(before.position, event, allowed_losses)
            if taken is None:
                return None
            after, now, sequence = taken.position, _now(), before.sequence + 1
            succeeded = after.state is State.SUCCEEDED
            failed = after.state.terminal and not succeeded
            kept = proven if succeeded else None
            connection.execute(
                "UPDATE jobs SET state = ?, attempt = ?, losses = ?, cancel_requested = ?, sequence = ?, "
                "updated = ?, started = COALESCE(started, ?), ended = ?, error = ?, outcome = ?, "
                "proof_digest = ?, proof_size = ?, snapshot_digest = ? WHERE id = ?",
                (
                    after.state.value,
                    after.attempt,
                    after.losses,
                    int(after.cancel_requested),
                    sequence,
                    now,
                    now if after.state is State.RUNNING else None,
                    now if after.state.terminal else None,
                    describe(taken) if failed else None,
                    kept.outcome if kept else None,
                    kept.proof_digest if kept else None,
                    kept.proof_size if kept else None,
                    kept.snapshot_digest if kept else None,
                    job_id,
                ),
            )
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                (job_id, sequence, now, before.state.value, after.state.value, after.attempt, taken.reason),
            )
            return self._require(job_id)

    def find(self, job_id: str) -> Job | None:
        """Returns the job with this id, if there is one."""
        with translated():
            row = self._connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else _job(row)

    def _require(self, job_id: str) -> Job:
        job = self.find(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    def page(self, before: int | None, limit: int) -> list[Job]:
        """Returns up to ``limit`` jobs, newest first, older than the job numbered ``before``."""
        with translated():
            rows = self._connection.execute(
                "SELECT * FROM jobs WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT ?",
                (before, before, limit),
            ).fetchall()
        return [_job(row) for row in rows]

    def oldest(self, state: State, limit: int) -> list[Job]:
        """Returns up to ``limit`` jobs in ``state``, oldest first."""
        with translated():
            rows = self._connection.execute(
                "SELECT * FROM jobs WHERE state = ? ORDER BY number LIMIT ?", (state.value, limit)
            ).fetchall()
        return [_job(row) for row in rows]

    def count(self, state: State) -> int:
        """Returns how many jobs are in ``state``."""
        with translated():
            (count,) = self._connection.execute(
                "SELECT COUNT(*) FROM jobs WHERE state = ?", (state.value,)
            ).fetchone()
        return int(count)

    def transitions(self, job_id: str, after: int) -> list[Transition]:
        """Returns the recorded steps of a job with a sequence number above ``after``, in order."""
        with translated():
            rows = self._connection.execute(
                "SELECT sequence, time, state_before, state_after, attempt, reason FROM events "
                "WHERE job = ? AND sequence > ? ORDER BY sequence",
                (job_id, after),
            ).fetchall()
        return [Transition(row[0], row[1], row[2], State(row[3]), row[4], row[5]) for row in rows]

    def is_needed(self, input_digest: bytes) -> bool:
        """True if a job that is not over reads this input."""
        with translated():
            row = self._connection.execute(
                "SELECT 1 FROM jobs WHERE input_digest = ? AND state IN ('QUEUED', 'RUNNING') LIMIT 1",
                (input_digest,),
            ).fetchone()
        return row is not None

    def artifacts(self) -> set[bytes]:
        """Returns the digests of every artifact that some job still needs or has produced."""
        with translated():
            rows = self._connection.execute(
                "SELECT input_digest FROM jobs WHERE state IN ('QUEUED', 'RUNNING') "
                "UNION SELECT proof_digest FROM jobs WHERE proof_digest IS NOT NULL "
                "UNION SELECT snapshot_digest FROM jobs WHERE snapshot_digest IS NOT NULL"
            ).fetchall()
        return {bytes(row[0]) for row in rows}

    def is_known(self, request_id: str) -> bool:
        """True if a job was made under this request id."""
        with translated():
            row = self._connection.execute(
                "SELECT 1 FROM jobs WHERE request_id = ?", (request_id,)
            ).fetchone()
        return row is not None

    def probe(self) -> None:
        """Raises `SetupError` if the database cannot be written now."""
        with self._transaction() as connection:
            connection.execute(f"PRAGMA user_version = {_VERSION}")


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values["state"] = State(values["state"])
    values["cancel_requested"] = bool(values["cancel_requested"])
    return Job(**values)
