"""Fills `circuits.tables.access`."""

import numpy as np
from numpy.typing import NDArray

from circuits.tables.access import HIGH_BITS, Access
from circuits.tables.state_buses import ADDRESS, BALANCE, LIMB, NONCE
from prover.execution.state.batch import Batch
from prover.execution.state.leaf import limbs
from prover.witness.rows import bit_rows, zeroed
from verifier.field import P


def fill_access(batch: Batch) -> NDArray[np.uint32]:
    """The trace, shape (rows, columns); an access's row is its number less one."""
    accesses = batch.accesses
    trace = zeroed(Access, len(accesses))
    count = len(accesses)
    trace.live[:count] = 1
    trace.first[0] = 1
    trace.last[-1] = 1
    trace.number = np.arange(1, len(trace.matrix) + 1)
    trace.free = batch.count_after
    for name in ("exists", "creates", "earlier", "index", "free"):
        getattr(trace, name)[:count] = [getattr(access, name) for access in accesses]
    apart = [access.number - 1 - access.earlier for access in accesses]
    trace.apart[:count] = np.array(apart, dtype=np.int64) & (1 << LIMB) - 1
    trace.apart_high[:count] = bit_rows([each >> LIMB for each in apart], HIGH_BITS)
    trace.address[:count] = limbs([access.address for access in accesses], ADDRESS)
    for when in ("before", "after"):
        accounts = [getattr(access, when) for access in accesses]
        getattr(trace, f"nonce_{when}")[:count] = limbs([each.nonce for each in accounts], NONCE)
        getattr(trace, f"balance_{when}")[:count] = limbs([each.balance for each in accounts], BALANCE)
    held = trace.nonce_after.sum(axis=1) + trace.balance_after.sum(axis=1)
    creating = np.flatnonzero(trace.creates)
    trace.inverse[creating] = [pow(value, P - 2, P) for value in held[creating].tolist()]
    return trace.matrix
