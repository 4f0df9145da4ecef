"""How many bits a proof is worth: every error term, and the grinding that brings their sum to the claim.

All errors are exact integers in units of 2^-320, always rounded up, so that prover and verifier choose the
same grinding on every platform and no printed figure is better than its formula. Where the protocol's own
formula, the crate p3-security 0.8.0 and soundcalc (commit 809896f) differ, the strictest is taken; the
formulas are in docs/security.md, which is what the comments here number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verifier.errors import Rejected
from verifier.program import Program, Table, lookup_columns
from verifier.proximity import POINTS, Regime, agreement, exceptional_challenges, list_size
from verifier.schedule import FoldingProfile, schedule

MAXIMUM_GRINDING = 24
"""Most bits ground at one site: about a second of one core with SHA instructions."""

HASH_BITS = 128
"""Collision resistance of SHA-256, for trees and transcript; a cap on every claim, not a summand."""

_HASHING = "hash collisions"
_LOG_FIELD = 154  # |K| = p^5 > 2^154.9; the integer below it, as p3-security is called
_UNIT = 320
_RULE_DEGREE = 3


class Profile(FoldingProfile, Regime, Protocol):
    """What the account reads of a profile; `query_grinding` is the least the queries are ground with."""

    @property
    def queries(self) -> int: ...
    @property
    def query_grinding(self) -> int: ...
    @property
    def bits(self) -> int: ...


@dataclass(frozen=True)
class Grinding:
    """Proof-of-work bits per site, each drawn right before the challenge of its name."""

    lookup: int
    constraints: int
    out_of_domain: int
    batching: int
    folds: tuple[int, ...]
    queries: int


@dataclass(frozen=True)
class Term:
    """One error: its bits (-log2, rounded down to a tenth) with the grinding that they include."""

    name: str
    bits: float
    grinding: int


@dataclass(frozen=True)
class Report:
    """The bits of a whole proof: -log2 of the sum of all errors, rounded down to a tenth, at most HASH_BITS.

    `binding` names the largest error. `terms` follows the transcript and ends with the hash.
    """

    bits: float
    binding: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class _Error:
    name: str
    size: int  # in units of 2^-320, before grinding


def grinding(program: Program, log_heights: Sequence[int | None], profile: Profile) -> Grinding:
    """The grinding that brings the sum of all errors to at most 2^-bits of the profile, at little work.

    `log_heights` holds log2 of every table's rows, None for an absent one. Raises Rejected when no choice of
    at most MAXIMUM_GRINDING bits a site is enough, or when there is nothing to prove.
    """
    chosen = _choose(_errors(program, log_heights, profile), profile)
    lookup, constraints, out_of_domain, batching, *folds, queries = chosen
    return Grinding(lookup, constraints, out_of_domain, batching, tuple(folds), queries)


def report(program: Program, log_heights: Sequence[int | None], profile: Profile) -> Report:
    """The account of a proof of these heights. Raises Rejected below the profile's claim."""
    errors = _errors(program, log_heights, profile)
    chosen = _choose(errors, profile)
    after = [_ground(error.size, bits) for error, bits in zip(errors, chosen, strict=True)]
    terms = [
        Term(error.name, _bits(size), bits)
        for error, size, bits in zip(errors, after, chosen, strict=True)
        if size
    ]
    terms.append(Term(_HASHING, float(HASH_BITS), 0))
    total = _bits(sum(after))
    binding = _HASHING if total >= HASH_BITS else errors[after.index(max(after))].name
    return Report(min(total, float(HASH_BITS)), binding, tuple(terms))


def _errors(program: Program, log_heights: Sequence[int | None], profile: Profile) -> list[_Error]:
    """Every error in transcript order, before grinding."""
    if len(log_heights) != len(program.tables):
        raise Rejected("the number of heights is not the number of tables")
    present = [
        (table, height)
        for table, height in zip(program.tables, log_heights, strict=True)
        if height is not None
    ]
    if not present:
        raise Rejected("a proof without any table proves nothing")
    tallest = max(height for _, height in present)
    classes = {height + profile.log_blowup for _, height in present}
    candidates = list_size(profile)
    # docs/security.md (1): a root of the cleared sum, or a denominator that vanishes, for each candidate.
    denominators = sum(len(table.interactions) << height for table, height in present)
    denominators += len(program.boundaries)
    widest = max((bus.length for bus in program.buses), default=0)
    # (2): powers of gamma fold the constraints of a table; union over tables.
    constraints = sum(_constraints(table) for table, _ in present)
    # (3): degree of constraint - quotient as a polynomial in zeta, ethSTARK's count as in p3-security.
    degrees = sum(_RULE_DEGREE * ((1 << height) + POINTS - 1) + (1 << height) - 1 for _, height in present)
    # (4): powers of theta run through all pairs; union over the classes, each with its own domain.
    pairs = sum(_pairs(table) for table, _ in present)
    exceptional = sum(exceptional_challenges(profile, size) for size in classes)
    errors = [
        _Error("lookups", _over_field(candidates * denominators * (widest + 2))),
        _Error("constraints", _over_field(candidates * constraints)),
        _Error("out of domain", _over_field(candidates**2 * degrees)),
        _Error("batching", _over_field((pairs - 1) * exceptional)),
    ]
    # (5): a curve of degree a - 1, or a where a class joins with phi^a; counted at the widest arity for all.
    degree = 1 << profile.max_log_arity
    for fold in schedule(classes, profile):
        name = f"fold 2^{fold.log_size_before} to 2^{fold.log_size_after}"
        errors.append(
            _Error(name, _over_field(degree * exceptional_challenges(profile, fold.log_size_before)))
        )
    # (6)
    errors.append(_Error("queries", agreement(profile, tallest, profile.queries, _UNIT)))
    return errors


def _constraints(table: Table) -> int:
    lookups = len(lookup_columns(table))
    return len(table.rules) + (lookups + 3 if lookups else 0)


def _pairs(table: Table) -> int:
    """(column, opening point) pairs of one table; an extension column counts as its five base columns."""
    lookups = len(lookup_columns(table))
    plain = table.width + table.preprocessed_width + len(table.main_below) + len(table.preprocessed_below)
    running = 5 * (lookups + 1) + 5 if lookups else 0
    quotient = 10
    return plain + running + quotient


def _over_field(count: int) -> int:
    return max(count, 0) << (_UNIT - _LOG_FIELD)


def _ground(size: int, bits: int) -> int:
    """`size` divided by 2^bits, rounded up."""
    return -(-size >> bits)


def _choose(errors: Sequence[_Error], profile: Profile) -> list[int]:
    """Spend each bit where it removes most error per hash, then take back what is not needed."""
    if profile.bits > HASH_BITS:
        raise Rejected(f"SHA-256 carries no claim above {HASH_BITS} bits")
    target = 1 << (_UNIT - profile.bits)
    least = [0] * (len(errors) - 1) + [profile.query_grinding]
    chosen = list(least)

    def total() -> int:
        return sum(_ground(error.size, bits) for error, bits in zip(errors, chosen, strict=True))

    while total() > target:
        open_sites = [site for site in range(len(errors)) if chosen[site] < MAXIMUM_GRINDING]
        if not open_sites:
            raise Rejected(
                f"these heights give {_bits(total())} bits with all grinding allowed, "
                f"the profile claims {profile.bits}"
            )
        # Halving an error saves size / 2^(g+1) and costs 2^g more hashes.
        best = max(open_sites, key=lambda site: errors[site].size << 2 * (MAXIMUM_GRINDING - chosen[site]))
        chosen[best] += 1
    for site in sorted(range(len(errors)), key=lambda site: -chosen[site]):
        while chosen[site] > least[site]:
            chosen[site] -= 1
            if total() > target:
                chosen[site] += 1
                break
    return chosen


def _bits(size: int) -> float:
    """-log2(size * 2^-320) rounded down, exactly: the largest b/10 with size^10 <= 2^(3200 - b)."""
    if size <= 0:
        return float(HASH_BITS)
    # ceil(log2(size^10)): the bit length of size^10 - 1.
    tenths = 10 * _UNIT - (size**10 - 1).bit_length()
    return max(tenths, 0) / 10
