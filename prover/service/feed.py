"""Tells watchers in this process that a job changed. Nothing here is truth: a lost alarm costs time."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far one stage of a running job is."""

    stage: str
    done: int
    total: int


class Feed:
    """Latest progress of running jobs, and an alarm per watched job; for one event loop."""

    def __init__(self) -> None:
        self._progress: dict[str, Progress] = {}
        self._alarms: dict[str, asyncio.Event] = {}
        self.closed = False

    def alarm(self, job_id: str) -> asyncio.Event:
        """An event that is set at the job's next change.

        Take it before looking at the job: then no change between the look and the wait is missed.
        """
        return self._alarms.setdefault(job_id, asyncio.Event())

    def progress(self, job_id: str) -> Progress | None:
        """Latest progress of a running job."""
        return self._progress.get(job_id)

    def advance(self, job_id: str, progress: Progress) -> None:
        """Records progress and wakes watchers."""
        self._progress[job_id] = progress
        self.change(job_id)

    def close(self) -> None:
        """Wakes every watcher for good: the service stops."""
        self.closed = True
        for job_id in list(self._alarms):
            self.change(job_id)

    def change(self, job_id: str, running: bool = True) -> None:
        """Wakes the watchers of a job; forgets its progress if it is not running any more."""
        if not running:
            self._progress.pop(job_id, None)
        alarm = self._alarms.pop(job_id, None)
        if alarm is not None:
            alarm.set()
