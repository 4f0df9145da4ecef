"""ProverService: takes batches in, and tells what became of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from google.rpc import code_pb2

from prover.errors import SetupError
from prover.service import intake, resources, status
from prover.service.feed import Feed, Progress
from prover.service.scheduler import Scheduler
from prover.service.settings import Settings
from prover.service.version import version
from prover.store.database import Job
from prover.store.lifecycle import State
from prover.store.store import Store
from prover.v1 import prover_pb2


class ProverService:
    """The servicer of prover.v1.ProverService; every method may raise `RefusedError` or `SequiturError`."""

    def __init__(self, store: Store, feed: Feed, scheduler: Scheduler, settings: Settings) -> None:
        self._store = store
        self._feed = feed
        self._scheduler = scheduler
        self._settings = settings
        self._watchers = 0

    async def CreateBatchProof(self, request: Any, context: Any) -> Any:  # noqa: N802 - the API's name
        """Makes the job durable, then answers with its operation."""
        if self._feed.closed:
            raise status.unavailable("DRAINING", "The service is stopping.", 5)
        batch = intake.batch_of(request)
        contents: bytes = batch.SerializeToString(deterministic=True)

        def specify() -> bytes:
            return resources.specification(batch, version())

        job, _ = await self._store.submit(request.request_id, contents, specify, self._settings.queue_limit)
        self._scheduler.wake()
        return resources.operation(job, self._feed.progress(job.id), await self.contents(job))

    async def GetBatchProof(self, request: Any, context: Any) -> Any:  # noqa: N802 - the API's name
        """Returns the resource, by default with the bytes of proof and snapshot."""
        job = await self.job(request.name, resources.PROOFS)
        basic = request.view == prover_pb2.BATCH_PROOF_VIEW_BASIC
        contents = None if basic else await self.contents(job)
        return resources.batch_proof(job, self._feed.progress(job.id), contents)

    async def ListBatchProofs(self, request: Any, context: Any) -> Any:  # noqa: N802 - the API's name
        """Returns a page of resources, newest first."""
        jobs, token = await self.page(request)
        listed = [resources.batch_proof(job, self._feed.progress(job.id)) for job in jobs]
        return prover_pb2.ListBatchProofsResponse(batch_proofs=listed, next_page_token=token)

    async def WatchBatchProof(  # noqa: N802 - the API's name
        self, request: Any, context: Any
    ) -> AsyncIterator[Any]:
        """Streams events until the job is over."""
        job = await self.job(request.name, resources.PROOFS)
        after: int = request.after_sequence
        if after > job.sequence:
            message = f"{request.name} has no event {after}; watch again after 0."
            facts = {"last_sequence": str(job.sequence)}
            raise status.RefusedError(status.make(code_pb2.OUT_OF_RANGE, "SEQUENCE_UNKNOWN", message, facts))
        if self._watchers >= self._settings.watch_limit:
            raise SetupError("WATCH_LIMIT", "Too many streams are being watched.", "Try again later.")
        self._watchers += 1
        try:
            told: Progress | None = None
            if after == 0:
                told = self._feed.progress(job.id)
                yield resources.snapshot_event(job, told)
                if job.state.terminal:
                    yield resources.terminal_event(job)
                after = job.sequence
            if not (job.state.terminal and after == job.sequence):
                async for event in self._events(job, after, told):
                    yield event
        finally:
            self._watchers -= 1

    async def _events(self, job: Job, after: int, told: Progress | None) -> AsyncIterator[Any]:
        while True:
            alarm = self._feed.alarm(job.id)
            for transition in await self._store.transitions(job.id, after):
                after = transition.sequence
                if transition.after.terminal:
                    ended = await self._store.find(job.id)
                    assert ended is not None
                    yield resources.terminal_event(ended)
                    return
                yield resources.transition_event(transition)
            progress = self._feed.progress(job.id)
            if progress is not None and progress != told:
                told = progress
                yield resources.progress_event(after, progress)
            if self._feed.closed:
                raise status.unavailable("DRAINING", "The service is stopping; watch again.", 5)
            try:
                async with asyncio.timeout(self._settings.heartbeat):
                    await alarm.wait()
            except TimeoutError:
                yield resources.progress_event(after, None)

    async def job(self, name: str, prefix: str) -> Job:
        """Returns the job behind a resource name; raises RefusedError (NOT_FOUND)."""
        job = await self._store.find(resources.job_id(name, prefix))
        if job is None:
            raise resources.missing(name, prefix)
        return job

    async def page(self, request: Any) -> tuple[list[Job], str]:
        """Returns the jobs of a list request and the token of the next page."""
        size, before = intake.page_of(request)
        jobs = await self._store.page(before, size + 1)
        token = intake.page_token(jobs[size - 1].number) if len(jobs) > size else ""
        return jobs[:size], token

    async def contents(self, job: Job) -> resources.Contents | None:
        """Returns the files of a job that has some, checked against their digests."""
        if job.state is not State.SUCCEEDED or job.proof_digest is None:
            return None
        proof = await self._store.artifact(job.proof_digest)
        snapshot = await self._store.artifact(job.snapshot_digest) if job.snapshot_digest else b""
        return resources.Contents(proof, snapshot)
