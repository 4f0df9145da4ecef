"""Structured logs on standard error; never the contents of a batch, a witness or a request's metadata."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog


class _Lenient:
    """Standard error, but a line that finds no room is dropped: a full disk must not end the work."""

    def write(self, text: str) -> None:
        """Writes if it can."""
        with contextlib.suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flushes if it can."""
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def configure(as_json: bool, verbose: bool = False) -> None:
    """Sets the form of the log lines, for the whole process."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Lenient())),
        cache_logger_on_first_use=False,
    )


def logger(component: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines name the component they come from."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(component=component))
