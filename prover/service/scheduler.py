"""Takes queued jobs in order of arrival and gives each to a process of its own.

The store is the truth: what is in memory here may vanish at any instant. Starting up is recovering.
"""

import asyncio
import contextlib
import functools
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from google.rpc import status_pb2

from prover import telemetry
from prover.errors import SequiturError, SetupError
from prover.service import resources, status
from prover.service.checking import Checked, check, expected_of, program_of
from prover.service.children import Child
from prover.service.feed import Feed, Progress
from prover.service.settings import Settings
from prover.store.database import Job, Proven
from prover.store.lifecycle import (
    CancelRequested,
    Event,
    HandedBack,
    Lost,
    Refused,
    Settled,
    Started,
    State,
    Step,
)
from prover.store.store import Store
from prover.v1 import prover_pb2

_log = telemetry.logger("scheduler")


@dataclass(frozen=True)
class _Ending:
    """An event, what to tell if it ends the job badly, and the proof if there is one."""

    event: Event
    message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    proven: Proven | None = None

    def describe(self, step: Step) -> bytes:
        """The serialised google.rpc.Status of a job that ends badly by this."""
        described: status_pb2.Status = status.of_failure(
            step, step.position.attempt, self.message, dict(self.metadata)
        )
        serialized: bytes = described.SerializeToString(deterministic=True)
        return serialized


class _AttemptEnded(Exception):
    """An attempt ended without a proof."""

    def __init__(self, event: Event, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.ending = _Ending(event, message, metadata)


class Scheduler:
    """Runs the jobs of one store; for one event loop."""

    def __init__(self, store: Store, feed: Feed, settings: Settings) -> None:
        self._store = store
        self._feed = feed
        self._settings = settings
        self._wake = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._children: dict[str, Child] = {}
        self._loop: asyncio.Task[None] | None = None
        self.broken = asyncio.Event()
        """Set when a fault of the scheduler itself leaves jobs behind that only a new start can take up."""

    async def start(self) -> None:
        """Takes up what an earlier service left, then begins to work; raises `SetupError`."""
        for job in await self._store.oldest(State.RUNNING, 1 << 20):
            ending = _Ending(
                Lost(job.attempt, "SERVICE_RESTARTED"),
                "The service stopped while this batch was being proven.",
                {"cause": "SERVICE_RESTARTED"},
            )
            await self._store.apply(job, ending.event, ending.describe)
            _log.info("job recovered", job=job.id, attempt=job.attempt)
        self._loop = asyncio.create_task(self._dispatch())
        self._loop.add_done_callback(self._watch_for_faults)

    async def stop(self) -> None:
        """Kills running attempts and gives their jobs back to the queue."""
        tasks = [task for task in (self._loop, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Says that the queue may have changed."""
        self._wake.set()

    async def cancel(self, job: Job) -> Job:
        """Makes the wish to cancel durable, then kills the attempt; returns the job as it is then."""
        wish = _Ending(CancelRequested())
        changed = await self._store.apply(job, wish.event, wish.describe)
        if changed is None:
            return job
        self._feed.change(job.id, running=changed.state is State.RUNNING)
        child = self._children.get(job.id)
        if child is not None:
            child.kill()
        return changed

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            free = self._settings.workers - len(self._running)
            try:
                queued = (
                    await self._store.oldest(State.QUEUED, 2 * self._settings.workers) if free > 0 else []
                )
            except SetupError as error:
                _log.error("store unavailable", reason=error.code, message=error.message)
                await asyncio.sleep(self._settings.store_retry)
                continue
            for job in [job for job in queued if job.id not in self._running][: max(free, 0)]:
                task = asyncio.create_task(self._run(job))
                self._running[job.id] = task
                task.add_done_callback(functools.partial(self._finished, job.id))
            await self._wake.wait()

    def _finished(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._running[job_id]
        self._watch_for_faults(task)
        self._wake.set()

    def _watch_for_faults(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.error("scheduler failed", exc_info=task.exception())
            self.broken.set()

    async def _run(self, queued: Job) -> None:
        job = await self._record(queued, _Ending(Started()))
        if job is None:
            return
        log = _log.bind(job=job.id, attempt=job.attempt)
        log.info("attempt started")
        try:
            ending = await self._ending(job, log)
            changed = await self._record(job, ending)
            if changed is not None and changed.state is State.QUEUED:
                await asyncio.sleep(self._settings.retry_delay)
        except asyncio.CancelledError:
            # The next start of the service would find out anyhow, and charge the job for it.
            with contextlib.suppress(SetupError):
                handed_back = _Ending(HandedBack(job.attempt))
                await asyncio.shield(self._store.apply(job, handed_back.event, handed_back.describe))
            raise
        finally:
            await asyncio.to_thread(shutil.rmtree, self._store.scratch(job), True)

    async def _ending(self, job: Job, log: structlog.typing.FilteringBoundLogger) -> _Ending:
        try:
            proven = await self._attempt(job)
        except _AttemptEnded as ended:
            log.warning("attempt ended", reason=ended.ending.message, **ended.ending.metadata)
            return ended.ending
        except Exception:
            log.exception("attempt ended by a fault of the service")
            return _Ending(
                Lost(job.attempt, "SERVICE_FAULT"), "The service met a fault.", {"cause": "SERVICE_FAULT"}
            )
        log.info("attempt proven", bytes=proven.proof_size)
        return _Ending(Settled(job.attempt), proven=proven)

    async def _record(self, job: Job, ending: _Ending) -> Job | None:
        """Makes an event durable; asks a store that refuses again and again, for the work is done."""
        while True:
            try:
                changed = await self._store.apply(job, ending.event, ending.describe, ending.proven)
            except SetupError as error:
                _log.error("store unavailable", job=job.id, reason=error.code, message=error.message)
                await asyncio.sleep(self._settings.store_retry)
                continue
            if changed is not None:
                self._feed.change(job.id, running=changed.state is State.RUNNING)
            return changed

    async def _attempt(self, job: Job) -> Proven:
        scratch = self._store.scratch(job)
        await asyncio.to_thread(scratch.mkdir)
        batch = prover_pb2.BatchProof.FromString(job.specification).batch
        proof, snapshot = scratch / "proof", scratch / "snapshot"
        account = await self._prove(job, proof, snapshot)
        self._feed.advance(job.id, Progress("verify", 0, 1))
        await self._self_check(job, batch, proof, account)
        accounts = await self._adopted(job, snapshot) if account["snapshot"] else None
        digest, size = await self._adopted(job, proof)
        kept = resources.outcome(account, batch.profile, (digest, size), accounts)
        return Proven(kept, digest, size, accounts[0] if accounts else None)

    async def _adopted(self, job: Job, file: Path) -> tuple[bytes, int]:
        try:
            return await self._store.adopt(file)
        except SetupError as error:
            raise _AttemptEnded(Lost(job.attempt, error.code), error.message, cause=error.code) from error

    async def _prove(self, job: Job, proof: Path, snapshot: Path) -> dict[str, Any]:
        task = {
            "entry_point": self._settings.entry_points.prove,
            "input": str(self._store.artifact_path(job.input_digest)),
            "proof": str(proof),
            "snapshot": str(snapshot),
        }
        limit = self._settings.time_limit
        async with self._child(job, "prover.service.worker", task) as child:
            try:
                async with asyncio.timeout(limit):
                    async for message in child.messages():
                        if "progress" in message:
                            self._feed.advance(job.id, Progress(*message["progress"]))
                        elif "settled" in message:
                            settled: dict[str, Any] = message["settled"]
                            return settled
                        else:
                            raise _failed(job, message["failed"])
                    ending = await child.ending()
            except TimeoutError as error:
                text = f"Proving took longer than the {limit:g} s this service allows."
                raise _AttemptEnded(Refused(job.attempt, "TIME_LIMIT_EXCEEDED"), text) from error
        text = f"The proving process died without an answer ({ending})."
        raise _AttemptEnded(Lost(job.attempt, "WORKER_LOST"), text, cause="WORKER_LOST")

    async def _self_check(self, job: Job, batch: Any, proof: Path, account: dict[str, Any]) -> None:
        limit = self._settings.verify_time_limit
        try:
            checked: Checked = await check(
                self._settings.entry_points.verify, proof, batch.profile, expected_of(batch), limit
            )
        except SequiturError as error:
            raise _AttemptEnded(Lost(job.attempt, error.code), error.message, cause=error.code) from error
        # Soundness: a caller is given no proof that the settlement side would reject, nor one of another
        # statement.
        wanted = (account["statement"], program_of(batch))
        if not checked.accepted or (checked.statement, checked.program) != wanted:
            text = "The finished proof did not pass its own check; this is a fault of the prover."
            reason = checked.reason or "another statement"
            raise _AttemptEnded(Refused(job.attempt, "PROOF_SELF_CHECK_FAILED"), text, verdict=reason)

    @contextlib.asynccontextmanager
    async def _child(self, job: Job, module: str, task: dict[str, Any]) -> AsyncIterator[Child]:
        async with await Child.start(module, task) as child:
            self._children[job.id] = child
            try:
                # The wish to cancel may have become durable before there was anything to kill.
                current = await self._store.find(job.id)
                if current is not None and current.cancel_requested:
                    child.kill()
                yield child
            finally:
                del self._children[job.id]


def _failed(job: Job, failed: dict[str, str]) -> _AttemptEnded:
    """What a worker's own account of its failure means: facts about the machine are tried again."""
    text = f"{failed['message']} {failed['fix']}".strip()
    if failed["kind"] == "setup":
        return _AttemptEnded(Lost(job.attempt, failed["code"]), text, cause=failed["code"])
    return _AttemptEnded(Refused(job.attempt, failed["code"]), text)
