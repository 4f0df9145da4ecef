"""Child processes: one task each, started afresh (never a fork of a process with gRPC), killed as a group.

A child gets one line of JSON on its standard input and answers with lines of JSON on its standard output. The
input stays open as long as the parent lives; a child that sees it close has lost its parent and ends.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import prover

_LINE_BYTES = 1 << 20


def environment() -> dict[str, str]:
    """The environment in which ``python -P -m prover…`` finds this very code, installed or not."""
    root = str(Path(prover.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


class Child:
    """One running child; leaving the context kills what is left of its process group."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str, task: dict[str, Any]) -> "Child":
        """Starts ``python -m module`` and hands it its task."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,
            limit=_LINE_BYTES,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(task).encode() + b"\n")
        # A child that died at once is found by its missing answer.
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        return cls(process)

    @property
    def pid(self) -> int:
        """Process id of the child, which is also its group's."""
        return self._process.pid

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yields what the child says until it ends, or says what is not a JSON object on one line."""
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
                message = json.loads(line) if line else None
            except ValueError:
                return
            if not isinstance(message, dict):
                return
            yield message

    async def ending(self) -> str:
        """Waits for the end of the child and says how it ended."""
        code = await self._process.wait()
        if code >= 0:
            return f"exit code {code}"
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
        return f"killed by signal {-code}"

    def kill(self) -> None:
        """Kills the child and all it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def __aenter__(self) -> "Child":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


def serve_parent(work: Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], None]) -> None:
    """The main function of a child: reads its task, calls ``work(task, say)``, and ends with its parent.

    Standard output is kept for messages: whatever else the process prints goes to standard error.
    """
    answers: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    task = json.loads(sys.stdin.buffer.readline())
    lock = threading.Lock()

    def say(message: dict[str, Any]) -> None:
        with lock:
            answers.write(json.dumps(message) + "\n")
            answers.flush()

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        work(task, say)
    except BrokenPipeError:
        os._exit(1)
    answers.flush()
    # Interpreter shutdown would wait for the thread that holds the lock of standard input.
    os._exit(0)


def load(entry_point: str) -> tuple[Any, Any]:
    """Imports ``module:function``; returns the module and the function."""
    module_name, _, name = entry_point.partition(":")
    module = __import__(module_name, fromlist=[name])
    return module, getattr(module, name)
