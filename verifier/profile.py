"""Named parameter sets. The verifying side chooses one; a proof only says which it was made for."""

import hashlib
from dataclasses import astuple, dataclass

from verifier.errors import Rejected


@dataclass(frozen=True)
class Profile:
    """Parameters of the low-degree test and the bits they must carry.

    Domains are 2^log_blowup times the trace; `multiplicity` says how far from the code is too far (see
    `verifier.proximity`); FRI folds by at most 2^max_log_arity down to a polynomial of 2^final_log_degree
    coefficients; `query_grinding` is the least proof of work before the queries; `bits` is the provable
    security below which `verifier.security` refuses.
    """

    name: str
    log_blowup: int
    multiplicity: int
    queries: int
    final_log_degree: int
    max_log_arity: int
    query_grinding: int
    bits: int

    @property
    def digest(self) -> bytes:
        """SHA-256 of name and parameters, absorbed first in every transcript."""
        return hashlib.sha256("|".join(str(value) for value in astuple(self)).encode()).digest()


DIRECT_128 = Profile("direct-128", 1, 0, 261, 5, 3, 20, 128)
DIRECT_100 = Profile("direct-100", 1, 0, 193, 5, 3, 20, 100)
COMPACT_128 = Profile("compact-128", 3, 3, 86, 5, 3, 20, 128)
PROFILES = {profile.name: profile for profile in (DIRECT_128, DIRECT_100, COMPACT_128)}
DEFAULT = DIRECT_128.name


def profile_named(name: str) -> Profile:
    """The registered profile of that name; raises `Rejected`."""
    if name not in PROFILES:
        raise Rejected(f"unknown profile {name!r}; known: {', '.join(PROFILES)}")
    return PROFILES[name]
