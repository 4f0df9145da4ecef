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
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from prover.errors import InputError, SequiturError

Report = Callable[[str, int, int], None]
"""Told the stage, the units done and the units in all."""


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


def print_facts(title: str, facts: Mapping[str, Any]) -> None:
    """Prints names and values in two columns."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), str(value))
    stdout().print(table)


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
    """Yields a function that shows one bar a stage while it is told how far the work is."""
    if not shown:
        yield lambda stage, done, total: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=stderr()) as progress:
        bars: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                for earlier in bars.values():
                    finish(earlier)
                bars[stage] = progress.add_task(stage, total=max(total, 1))
            progress.update(bars[stage], completed=done, total=max(total, 1))

        def finish(bar: Any) -> None:
            task = progress.tasks[progress.task_ids.index(bar)]
            progress.update(bar, completed=task.total)
            progress.stop_task(bar)

        yield report
        for bar in bars.values():
            finish(bar)


def size_text(size: int) -> str:
    """A size in bytes, for people."""
    return f"{size:,} bytes ({size / 2**20:.2f} MiB)" if size >= 1 << 20 else f"{size:,} bytes"
