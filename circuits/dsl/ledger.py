"""The bus ledger: which messages were sent and received unequally often, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.dsl.bus import Bus
from circuits.dsl.source import Source
from verifier.field import P

SHOWN_PARTIES = 4


@dataclass(frozen=True)
class Party:
    """Who sent (times > 0) or received (times < 0) a message; no table and row stand for the verifier."""

    table: str | None
    row: int
    source: Source | None
    times: int

    def __str__(self) -> str:
        verb = "sent" if self.times > 0 else "received"
        times = "" if abs(self.times) == 1 else f" {abs(self.times)} times"
        if self.table is None:
            return f"{verb}{times} by the verifier"
        return f"{verb}{times} by {self.table} row {self.row} at {self.source}"


@dataclass(frozen=True)
class Unmatched:
    """A message whose sends and receives differ by `balance` (positive: sent too often)."""

    bus: str
    message: tuple[tuple[str, int | tuple[int, ...]], ...]
    balance: int
    parties: tuple[Party, ...]

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={_plain(value)}" for name, value in self.message)
        excess = f"{'sent' if self.balance > 0 else 'received'} {abs(self.balance)} times too often"
        shown = "; ".join(str(party) for party in self.parties[:SHOWN_PARTIES])
        more = len(self.parties) - SHOWN_PARTIES
        rest = f"; and {more} more" if more > 0 else ""
        return f"bus {self.bus}: ({fields}) {excess}: {shown}{rest}"


@dataclass(frozen=True)
class Entries:
    """Messages of one bus with a nonzero multiplicity: parallel arrays, one element a message.

    `party` is the number of the interaction among all that were read, `times` is signed.
    """

    fingerprint: NDArray[np.uint64]
    times: NDArray[np.int64]
    party: NDArray[np.int32]
    row: NDArray[np.int64]


def fingerprint(columns: Sequence[NDArray[np.int64]], rows: int) -> NDArray[np.uint64]:
    """A linear hash modulo 2^64 of messages given by columns; unequal ones meet with chance about 2^-60."""
    coefficients = np.random.default_rng(0).integers(1 << 63, size=len(columns), dtype=np.uint64) * 2 + 1
    found = np.zeros(rows, dtype=np.uint64)
    for coefficient, column in zip(coefficients, columns, strict=True):
        found += column.astype(np.uint64) * coefficient
    return found


def unbalanced(entries: Iterable[Entries]) -> tuple[Entries, list[tuple[int, NDArray[np.intp]]]]:
    """All entries joined, and of every message out of balance: its balance and where its entries are."""
    kept = list(entries)
    joined = Entries(
        *(
            np.concatenate([getattr(entry, name) for entry in kept])
            for name in ("fingerprint", "times", "party", "row")
        )
    )
    if not len(joined.fingerprint):
        return joined, []
    order = np.argsort(joined.fingerprint, kind="stable")
    ordered = joined.fingerprint[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    balances = np.add.reduceat(joined.times[order], starts) % P
    ends = np.append(starts[1:], len(ordered))
    return joined, [(centred(int(balances[i])), order[starts[i] : ends[i]]) for i in np.flatnonzero(balances)]


def unmatched(
    bus: type[Bus[Any]], message: Sequence[int], balance: int, parties: Iterable[Party]
) -> Unmatched:
    """One line of the ledger."""
    return Unmatched(bus.name, bus.named(message), balance, tuple(parties))


def centred(value: int) -> int:
    """The representative of a field element nearest to zero."""
    return value - P if value > P // 2 else value


def _plain(value: int | tuple[int, ...]) -> str:
    return str(value) if isinstance(value, int) else "[" + " ".join(map(str, value)) + "]"
