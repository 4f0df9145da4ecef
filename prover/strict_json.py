"""JSON from a stranger, read in bounded time and memory."""

import json
from typing import Any


def parse(data: bytes, nesting: int) -> Any:
    """The value in ``data``, JSON in UTF-8 with at most ``nesting`` lists and objects in it.

    A list of brackets would take twenty times its bytes in memory. Raises ValueError, also for a key that
    occurs twice and for numbers that JSON does not have.
    """
    if data.count(b"[") + data.count(b"{") > nesting:
        raise ValueError(f"more than {nesting} lists and objects")
    text = data.decode("utf-8")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("too deep") from error


def is_integer(value: Any, least: int, most: int) -> bool:
    """Whether ``value`` is a whole number from ``least`` to ``most``, and no truth value."""
    return type(value) is int and least <= value <= most


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key occurs twice")
    return fields


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")
