"""What commands say, to people on a terminal or to programs with ``--json``, and how they end."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from prover.errors import InputError, SequiturError

Report = Callable[[str, int, int], None]
"""Told the stage under way, the number of finished stages, and of all."""


class ExitCode(IntEnum):
    """How a command ended; the same for every command."""

    ACCEPTED = 0
    REJECTED = 1
    USAGE = 2
    FAULT = 3


EXIT_CODES = (
    "Exit codes: 0 accepted, 1 rejected or not proven, 2 wrong usage or input, 3 this machine or a fault."
)


def stdout() -> Console:
    """Results go here."""
    return Console(highlight=False)


def stderr() -> Console:
    """Progress and errors go here, so that results can be piped."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Prints one JSON value on a line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def print_facts(title: str, facts: Mapping[str, Any], console: Console | None = None) -> None:
    """Prints names and values in two columns; a long value is never cut, so that it can be copied."""
    console = console or stdout()
    console.print(title, markup=False, soft_wrap=True, style="italic")
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        label = Text(f"  {name:<{width}}  ", style="dim")
        console.print(label + Text(str(value)), soft_wrap=True)


def print_verdict(found: Mapping[str, Any]) -> None:
    """Prints ACCEPTED or REJECTED with the reason and the seconds it took, of facts of `verifier.cli`."""
    word = "[bold green]ACCEPTED[/]" if found["accepted"] else "[bold red]REJECTED[/]"
    stdout().print(f"{word} in {found['seconds']:.2f} s", end="" if found["reason"] else "\n")
    if found["reason"]:
        stdout().print(f": {found['reason']}", markup=False, soft_wrap=True)


def tell_error(error: SequiturError, as_json: bool) -> ExitCode:
    """Tells a typed error in one line, and returns the exit code it means."""
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "fix": error.fix}})
    else:
        text = " ".join(f"{error.message} {error.fix}".split())
        stderr().print(f"[bold red]{error.code}[/] ", end="")
        stderr().print(text, markup=False, soft_wrap=True)
    return ExitCode.USAGE if isinstance(error, InputError) else ExitCode.FAULT


@contextmanager
def progress_bars(shown: bool) -> Iterator[Report]:
    """Yields a function that shows one bar a stage, full once the next stage is told of."""
    if not shown:
        yield lambda stage, done, total: None
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description:<21}"), BarColumn())
    with Progress(*columns, TimeElapsedColumn(), console=stderr()) as progress:
        names: list[str] = []
        bars: list[TaskID] = []

        def report(stage: str, done: int, total: int) -> None:
            if stage in names[-1:]:
                return
            finish()
            names.append(stage)
            number = f"{done + 1}/{total} " if total > 1 else ""
            bars.append(progress.add_task(number + stage, total=None))

        def finish() -> None:
            for bar in bars[-1:]:
                progress.update(bar, completed=1, total=1)

        yield report
        finish()


def size_text(size: int) -> str:
    """A size in bytes, for people."""
    return f"{size:,} bytes ({size / 2**20:.2f} MiB)" if size >= 1 << 20 else f"{size:,} bytes"
