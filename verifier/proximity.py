"""How close to a codeword a committed word is shown to be, and what that leaves open.

With multiplicity 0 a word must lie within the unique decoding radius (1 - rate) / 2. With a multiplicity m of 3 or more
it must agree with a codeword on a part alpha = sqrt(rate) (1 + 1 / (2 m)) of its domain, as close to the Johnson bound
as the interpolation behind the theorem has multiplicity. Figures are integers, rounded up. docs/security.md, Regimes.
"""

from math import isqrt
from typing import Protocol

LEAST_MULTIPLICITY = 3
POINTS = 2
"""Opening points of one column: this row and the row below."""


class Regime(Protocol):
    """What decides: log2 of 1 / rate, and the multiplicity."""

    @property
    def log_blowup(self) -> int: ...
    @property
    def multiplicity(self) -> int: ...


def list_size(regime: Regime) -> int:
    """The most codewords that agree with one word on a part alpha of its domain: (m + 1/2) / sqrt(rate)."""
    if not regime.multiplicity:
        return 1
    doubled = 2 * regime.multiplicity + 1
    return _root_above(-(-(doubled**2 << regime.log_blowup) // 4))


def exceptional_challenges(regime: Regime, log_domain: int) -> int:
    """For how many challenges a line through two words can be closer to the code than the words together are.

    A curve of degree d has d times as many. Up to the Johnson bound: ePrint 2025/2055, Theorem 4.2, with 1 for
    its gamma, ((2 t^5 + 3 t rate) / (3 rate^(3/2))) N + t / sqrt(rate) where t = m + 1/2.
    """
    domain = 1 << log_domain
    if not regime.multiplicity:
        return domain + 1
    doubled, blowup = 2 * regime.multiplicity + 1, 1 << regime.log_blowup
    numerator = (doubled**5 * blowup + 24 * doubled) * _root_above(blowup**3)
    return -(-numerator * domain // (48 * blowup)) + list_size(regime)


def agreement(regime: Regime, log_rows: int, queries: int, unit: int) -> int:
    """alpha^queries in units of 2^-unit: the chance that no query meets a word that is too far from the code.

    `log_rows` is that of the tallest table. The chance is 1 where that is so short that a coefficient more for
    each opening point would not leave the list of close polynomials as short as `list_size`.
    """
    rows, domain = 1 << log_rows, 1 << (log_rows + regime.log_blowup)
    if not regime.multiplicity:
        agreeing = min(domain + rows + POINTS, 2 * domain)
        return _power_above(agreeing, 2 * domain, queries, unit)
    doubled, even = 2 * regime.multiplicity + 1, 2 * regime.multiplicity
    if regime.multiplicity < LEAST_MULTIPLICITY or doubled**2 * rows <= even**2 * (rows + POINTS):
        return 1 << unit
    root: int = isqrt(1 << regime.log_blowup * queries)
    return -(-_power_above(doubled, even, queries, unit) // root)


def _power_above(numerator: int, denominator: int, exponent: int, unit: int) -> int:
    above: int = (numerator**exponent << unit) // denominator**exponent
    return above + 1


def _root_above(value: int) -> int:
    root = isqrt(value)
    return root if root * root == value else root + 1
