"""The store as the service sees it: coroutines before one thread that owns database and artifacts."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from prover.errors import SetupError, disk_full, is_out_of_space
from prover.store.artifacts import Artifacts
from prover.store.database import Database, Job, Proven, Transition
from prover.store.lifecycle import Event, State, Step

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class Store:
    """All durable state of a service, below one directory that one process at a time may open.

    Raises `SetupError` (STORE_PATH_UNUSABLE, STORE_LOCKED, STORE_VERSION_UNKNOWN, STORE_UNAVAILABLE,
    DISK_FULL). Methods that write raise `SetupError` when the disk refuses; whatever they raise, nothing is
    half-written.
    """

    def __init__(self, root: Path, allowed_losses: int = 2, reserved_bytes: int = 0) -> None:
        self._root = root
        self._allowed_losses = allowed_losses
        self._reserved_bytes = reserved_bytes
        self._lock = _locked(root)
        # SQLite connections belong to the thread that made them.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            self._database = self._thread.submit(_open_database, root).result()
            self._artifacts = Artifacts(root / "artifacts")
            self._artifacts.keep_only(self._thread.submit(self._database.artifacts).result())
            shutil.rmtree(root / "work", ignore_errors=True)
            (root / "work").mkdir()
        except BaseException as error:
            self._thread.shutdown()
            self._lock.close()
            if isinstance(error, OSError):
                raise disk_full(str(root)) if is_out_of_space(error) else _unusable(root, error) from error
            raise

    async def _on_thread(
        self, function: Callable[_Parameters, _Result], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Result:
        def call() -> _Result:
            try:
                return function(*args, **kwargs)
            except OSError as error:
                if is_out_of_space(error):
                    raise disk_full(str(self._root)) from error
                raise _unusable(self._root, error) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def close(self) -> None:
        """Waits for the thread and gives the directory free."""
        self._thread.submit(self._database.close).result()
        self._thread.shutdown()
        self._lock.close()

    def scratch(self, job: Job) -> Path:
        """A directory for one attempt at one job; emptied when the store is next opened."""
        return self._root / "work" / f"{job.id}.{job.attempt}"

    def artifact_path(self, digest: bytes) -> Path:
        """Where the artifact with this digest lies."""
        return self._artifacts.path(digest)

    async def submit(
        self, request_id: str, contents: bytes, specify: Callable[[], bytes], queue_limit: int
    ) -> tuple[Job, bool]:
        """Makes a job durable; returns it, and False if this request id had made it before.

        ``specify`` computes the opaque specification, on the store's thread. Raises `RequestIdReusedError`,
        and `SetupError` (QUEUE_FULL, DISK_LOW) if there is no place for a new job.
        """
        return await self._on_thread(self._submit, request_id, contents, specify, queue_limit)

    def _submit(
        self, request_id: str, contents: bytes, specify: Callable[[], bytes], queue_limit: int
    ) -> tuple[Job, bool]:
        if not self._database.is_known(request_id):
            if self._database.count(State.QUEUED) >= queue_limit:
                raise SetupError(
                    "QUEUE_FULL", f"{queue_limit} batches are waiting already.", "Try again later."
                )
            if shutil.disk_usage(self._root).free < self._reserved_bytes + 2 * len(contents):
                raise SetupError("DISK_LOW", "The service's disk is nearly full.", "Try again later.")
        digest = self._artifacts.put(contents)
        try:
            return self._database.submit(uuid.uuid4().hex, request_id, digest, specify())
        finally:
            self._release(digest)

    def _release(self, input_digest: bytes) -> None:
        if not self._database.is_needed(input_digest):
            self._artifacts.remove(input_digest)

    async def apply(
        self, job: Job, event: Event, describe: Callable[[Step], bytes], proven: Proven | None = None
    ) -> Job | None:
        """Lets an event happen to a job; see `prover.store.database.Database.apply`."""
        return await self._on_thread(self._apply, job, event, describe, proven)

    def _apply(
        self, job: Job, event: Event, describe: Callable[[Step], bytes], proven: Proven | None
    ) -> Job | None:
        changed = self._database.apply(job.id, event, self._allowed_losses, describe, proven)
        if changed is not None and changed.state.terminal:
            # The row is committed; an input that cannot be deleted now is only room given back later.
            with contextlib.suppress(OSError, SetupError):
                self._release(job.input_digest)
        return changed

    async def adopt(self, file: Path) -> tuple[bytes, int]:
        """Moves a finished file of a scratch directory among the artifacts; returns its digest and size."""
        return await self._on_thread(self._artifacts.adopt, file)

    async def find(self, job_id: str) -> Job | None:
        """Returns the job with this id, if there is one."""
        return await self._on_thread(self._database.find, job_id)

    async def page(self, before: int | None, limit: int) -> list[Job]:
        """Returns up to ``limit`` jobs, newest first, older than the job numbered ``before``."""
        return await self._on_thread(self._database.page, before, limit)

    async def oldest(self, state: State, limit: int) -> list[Job]:
        """Returns up to ``limit`` jobs in ``state``, oldest first."""
        return await self._on_thread(self._database.oldest, state, limit)

    async def transitions(self, job_id: str, after: int) -> list[Transition]:
        """Returns the recorded steps of a job with a sequence number above ``after``, in order."""
        return await self._on_thread(self._database.transitions, job_id, after)

    async def artifact(self, digest: bytes) -> bytes:
        """Returns a stored artifact; raises `ArtifactCorruptError` if it is not what was stored."""
        return await self._on_thread(self._artifacts.get, digest)

    async def probe(self) -> None:
        """Raises `SetupError` if the store cannot take a new job now."""

        def probe() -> None:
            self._database.probe()
            if shutil.disk_usage(self._root).free < self._reserved_bytes:
                raise SetupError("DISK_LOW", "The service's disk is nearly full.", "Free disk space.")

        await self._on_thread(probe)


def _open_database(root: Path) -> Database:
    return Database(root / "jobs.sqlite3")


def _unusable(root: Path, error: OSError) -> SetupError:
    return SetupError(
        "STORE_PATH_UNUSABLE",
        f"The store {root} cannot be used: {error.strerror or error}.",
        "Name a directory on a local disk that this user may write.",
    )


def _locked(root: Path) -> IO[bytes]:
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / "lock").open("wb")
    except OSError as error:
        raise disk_full(str(root)) if is_out_of_space(error) else _unusable(root, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SetupError(
            "STORE_LOCKED",
            f"Another service is using the store {root}.",
            "Stop it, or give this one another store.",
        ) from error
    except OSError as error:
        lock.close()
        raise _unusable(root, error) from error
    os.set_inheritable(lock.fileno(), False)
    return lock
