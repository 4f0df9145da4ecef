"""What the store promises: whole or nothing, one job a request id, typed errors when the disk says no."""

import asyncio
import hashlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.store.artifacts import ArtifactCorruptError, Artifacts, write_together
from prover.store.database import Database, Job, Proven, RequestIdReusedError
from prover.store.lifecycle import CancelRequested, Lost, Refused, Settled, Started, State, Step
from prover.store.store import Store

PROVEN = Proven(b"account", bytes(32), 3)


def nothing(step: Step) -> bytes:
    return step.reason.encode()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "jobs.sqlite3")
    yield opened
    opened.close()


def submit(database: Database, number: int, body: bytes = b"body") -> Job:
    job, created = database.submit(f"job{number}", f"request{number}", hashlib.sha256(body).digest(), b"kept")
    assert created
    return job


def test_every_commit_is_flushed_before_it_counts(tmp_path: Path) -> None:
    database = Database(tmp_path / "jobs.sqlite3")
    pragma = database._connection.execute
    assert pragma("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert pragma("PRAGMA synchronous").fetchone()[0] == 2
    database.close()


def test_a_job_and_its_events_are_written_together(database: Database) -> None:
    job = submit(database, 1)
    assert (job.state, job.sequence, job.attempt) == (State.QUEUED, 1, 0)
    running = database.apply("job1", Started(), 2, nothing, None)
    assert running is not None
    assert running.started is not None
    assert database.apply("job1", Settled(7), 2, nothing, PROVEN) is None
    done = database.apply("job1", Settled(1), 2, nothing, PROVEN)
    assert done is not None
    assert (done.state, done.sequence, done.outcome, done.proof_digest) == (
        State.SUCCEEDED,
        3,
        b"account",
        bytes(32),
    )
    assert done.error is None
    assert [(t.sequence, t.before, t.after, t.reason) for t in database.transitions("job1", 0)] == [
        (1, "", State.QUEUED, "CREATED"),
        (2, "QUEUED", State.RUNNING, "STARTED"),
        (3, "RUNNING", State.SUCCEEDED, "PROVEN"),
    ]
    assert [t.sequence for t in database.transitions("job1", 2)] == [3]
    assert database.apply("job1", CancelRequested(), 2, nothing, None) is None


def test_a_store_of_the_first_format_is_taken_over(tmp_path: Path, database: Database) -> None:
    submit(database, 1)
    database.apply("job1", Started(), 2, nothing, None)
    database.apply("job1", Settled(1), 2, nothing, PROVEN)
    # The format only lacked this column.
    database._connection.execute("ALTER TABLE jobs DROP COLUMN snapshot_digest")
    database._connection.execute("PRAGMA user_version = 1")
    upgraded = Database(tmp_path / "jobs.sqlite3")
    job = upgraded.find("job1")
    assert job is not None
    assert (job.state, job.proof_digest, job.snapshot_digest) == (State.SUCCEEDED, bytes(32), None)
    submit(upgraded, 2)
    with pytest.raises(sqlite3.IntegrityError):
        upgraded._connection.execute("UPDATE jobs SET snapshot_digest = x'00' WHERE id = 'job2'")
    upgraded.apply("job2", Started(), 2, nothing, None)
    done = upgraded.apply("job2", Settled(1), 2, nothing, Proven(b"account", bytes(32), 3, b"\1" * 32))
    assert done is not None
    assert done.snapshot_digest == b"\1" * 32
    assert upgraded.artifacts() == {bytes(32), b"\1" * 32}
    upgraded.close()


def test_a_success_without_a_proof_cannot_be_written(database: Database) -> None:
    submit(database, 1)
    database.apply("job1", Started(), 2, nothing, None)
    with pytest.raises(SetupError):
        database.apply("job1", Settled(1), 2, nothing, None)
    job = database.find("job1")
    assert job is not None
    assert (job.state, job.sequence) == (State.RUNNING, 2)
    assert len(database.transitions("job1", 0)) == 2


def test_failures_keep_what_is_told_about_them(database: Database) -> None:
    submit(database, 1)
    database.apply("job1", Started(), 0, nothing, None)
    failed = database.apply("job1", Lost(1, "DIED"), 0, nothing, None)
    assert failed is not None
    assert (failed.state, failed.error, failed.proof_digest) == (State.FAILED, b"ATTEMPTS_EXHAUSTED", None)


def test_a_request_id_belongs_to_one_input(database: Database) -> None:
    job = submit(database, 1)
    again, created = database.submit("other", "request1", job.input_digest, b"kept")
    assert (again.id, created) == ("job1", False)
    with pytest.raises(RequestIdReusedError) as caught:
        database.submit("other", "request1", bytes(32), b"kept")
    assert caught.value.existing == "job1"
    assert database.find("other") is None


def test_a_database_without_room_takes_nothing_and_recovers(database: Database) -> None:
    submit(database, 1)
    (pages,) = database._connection.execute("PRAGMA page_count").fetchone()
    database.limit_pages(pages)
    with pytest.raises(SetupError) as caught:
        for number in range(2, 200):
            database.submit(f"job{number}", f"request{number}", bytes(32), bytes(3000))
    assert caught.value.code == "DISK_FULL"
    refused = len(database.page(None, 1000)) + 1
    assert database.find(f"job{refused}") is None
    assert database.transitions(f"job{refused}", 0) == []
    database.limit_pages(1 << 20)
    submit(database, refused)


def test_a_database_that_became_read_only_says_so(database: Database) -> None:
    database._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(SetupError) as caught:
        submit(database, 1)
    assert caught.value.code == "STORE_UNAVAILABLE"
    with pytest.raises(SetupError):
        database.probe()


def test_artifacts_are_checked_on_every_read(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    digest = artifacts.put(b"contents")
    assert digest == hashlib.sha256(b"contents").digest()
    assert artifacts.get(digest) == b"contents"
    artifacts.path(digest).write_bytes(b"Contents")
    with pytest.raises(ArtifactCorruptError):
        artifacts.get(digest)
    artifacts.remove(digest)
    with pytest.raises(ArtifactCorruptError):
        artifacts.get(digest)


def test_an_artifact_damaged_in_length_is_written_anew(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    digest = artifacts.put(b"contents")
    artifacts.path(digest).write_bytes(b"cont")
    assert artifacts.put(b"contents") == digest
    assert artifacts.get(digest) == b"contents"


def test_a_writer_killed_at_any_time_leaves_no_false_name(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, itertools\n"
        "from prover.store.artifacts import Artifacts\n"
        "artifacts = Artifacts(pathlib.Path(sys.argv[1]))\n"
        "print('begun', flush=True)\n"
        "for number in itertools.count():\n"
        "    artifacts.put(number.to_bytes(4, 'big') * 100_000)\n"
    )
    root = Path(__file__).resolve().parents[3]
    for delay in (0.01, 0.03, 0.07):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=root
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            try:
                writer.wait(delay)
            except subprocess.TimeoutExpired:
                os.kill(writer.pid, signal.SIGKILL)
    finished = [path for path in tmp_path.glob("*/*") if not path.name.startswith(".")]
    assert finished
    for path in finished:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def test_no_room_for_an_artifact_leaves_nothing(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(SetupError) as caught:
            artifacts.put(bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.code == "DISK_FULL"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_files_written_together_are_all_there_or_none(tmp_path: Path) -> None:
    files = {tmp_path / "snapshot": b"accounts", tmp_path / "proof": b"proof"}
    (tmp_path / "proof").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_together(files)
    assert [path.name for path in tmp_path.iterdir()] == ["proof"]
    (tmp_path / "proof").rmdir()
    write_together(files)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_inputs_live_as_long_as_a_job_needs_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = Store(tmp_path / "store")
        jobs = [
            (await store.submit(f"request{number}", b"same input", lambda: b"kept", 10))[0]
            for number in range(2)
        ]
        path = store.artifact_path(jobs[0].input_digest)
        for job in jobs:
            assert path.exists()
            await store.apply(job, Started(), nothing)
            await store.apply(job, Refused(1, "BAD"), nothing)
        assert not path.exists()
        again, created = await store.submit("request0", b"same input", lambda: b"kept", 10)
        assert (again.id, created) == (jobs[0].id, False)
        assert not path.exists()
        store.close()

    asyncio.run(scenario())


def test_opening_a_store_clears_what_a_crash_left(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = Store(tmp_path)
        job, _ = await store.submit("request", b"input", lambda: b"kept", 10)
        running = await store.apply(job, Started(), nothing)
        assert running is not None
        scratch = store.scratch(running)
        scratch.mkdir()
        (scratch / "proof").write_bytes(b"abc")
        digest, size = await store.adopt(scratch / "proof")
        assert size == 3
        (scratch / "half").write_bytes(b"half a proof")
        orphan = store.artifact_path(hashlib.sha256(b"orphan").digest())
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"orphan")
        store.close()
        # The crash came between moving the proof and committing the row.
        store = Store(tmp_path)
        assert not orphan.exists()
        assert not store.artifact_path(digest).exists()
        assert not scratch.exists()
        assert store.artifact_path(job.input_digest).exists()
        store.close()

    asyncio.run(scenario())


def test_a_store_has_one_owner(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(SetupError) as caught:
        Store(tmp_path)
    assert caught.value.code == "STORE_LOCKED"
    store.close()
    Store(tmp_path).close()


def test_the_schema_refuses_states_that_cannot_be(database: Database) -> None:
    submit(database, 1)
    for change in (
        "state = 'SUCCEEDED'",
        "state = 'FAILED'",
        "state = 'LOST'",
        "error = x'00'",
        "snapshot_digest = x'00'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            database._connection.execute(f"UPDATE jobs SET {change}")
