"""Where in the source a rule or a column was written."""

import linecache
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

# `with air.first_row()` reaches the table language through contextlib.
INNER_MODULES = ("circuits.dsl", "contextlib")


class RuleError(Exception):
    """A table or its rules are not well formed; the message begins with the offending source line."""


@dataclass(frozen=True)
class Source:
    """A place in the source: file name without folders, line, the text there, and the rule that led to it."""

    file: str
    line: int
    text: str
    caller: "Source | None" = None

    def __str__(self) -> str:
        led = f" (from {self.caller})" if self.caller else ""
        return f"{self.file}:{self.line}: {self.text}{led}"


def calling_source() -> Source:
    """The call, outside the table language, that led here; with the line of `rules` if a gadget made it."""
    frame = _outside()
    here = _call(frame)
    outer: FrameType | None = frame
    while outer is not None and outer.f_code.co_name != "rules":
        outer = outer.f_back
    if outer is None or outer is frame:
        return here
    return Source(here.file, here.line, here.text, _call(outer))


def line_source() -> Source:
    """The whole source line, outside the table language, that led here."""
    frame = _outside()
    path = frame.f_code.co_filename
    return Source(
        Path(path).name, frame.f_lineno, linecache.getline(path, frame.f_lineno).strip().rstrip(":")
    )


def _outside() -> FrameType:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(INNER_MODULES):
        frame = frame.f_back
    if frame is None:
        raise RuntimeError("called from nowhere outside the table language")
    return frame


def _call(frame: FrameType) -> Source:
    path, line = frame.f_code.co_filename, frame.f_lineno
    return Source(Path(path).name, line, _call_text(frame.f_code, frame.f_lasti, path, line))


@cache
def _positions(code: CodeType) -> tuple[tuple[int | None, int | None, int | None, int | None], ...]:
    return tuple(code.co_positions())


def _call_text(code: CodeType, instruction: int, path: str, line: int) -> str:
    start, end, first, last = _positions(code)[instruction // 2]
    if start is None or end is None or first is None or last is None:
        return linecache.getline(path, line).strip()
    # Column offsets count UTF-8 bytes, so the text is cut as bytes.
    lines = [linecache.getline(path, number).encode() for number in range(start, end + 1)]
    lines[-1] = lines[-1][:last]
    lines[0] = lines[0][first:]
    return " ".join(part.decode().strip() for part in lines)
