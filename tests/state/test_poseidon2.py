"""Poseidon2 against the published instance, in integers, on arrays and as a table."""

import numpy as np
import pytest

from circuits.dsl import check, compile_program, public_integer, verifier_sends
from circuits.dsl.check import Report
from circuits.gadgets.poseidon2 import (
    FIRST_CONSTANTS,
    LAST_CONSTANTS,
    PARTIAL_CONSTANTS,
    WIDTH,
    compress,
)
from circuits.tables.poseidon2 import Compress, Poseidon2
from circuits.tables.state import empty_digests
from prover.execution.state.poseidon2 import AT_ONCE, permute
from prover.execution.state.poseidon2 import compress as compress_many
from prover.witness.poseidon2 import fill_compressions
from tests.state.oracle import Oracle
from tests.state.oracle import permute as permute_plainly
from verifier.field import P

GIVEN = [
    *(894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055),
    *(19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913),
]
EXPECTED = [
    *(1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874),
    *(1238264085, 1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025),
]
"""Input and output in p3-koala-bear 0.8, test_default_koalabear_poseidon2_width_16."""


def test_constants_are_the_published_ones() -> None:
    """p3-koala-bear 0.8, KOALABEAR_POSEIDON2_RC_16_*: first and last of each."""
    first, last = FIRST_CONSTANTS, LAST_CONSTANTS
    assert (first[0][0], first[3][15]) == (0x7EE56A48, 0x760E7FDF)
    assert (PARTIAL_CONSTANTS[0], PARTIAL_CONSTANTS[19]) == (0x54DFEB5D, 0x1E66CEC2)
    assert (last[0][0], last[3][15]) == (0x43E7DC24, 0x3466C7CA)
    assert (len(first), len(PARTIAL_CONSTANTS), len(last)) == (4, 20, 4)


def test_the_published_permutation() -> None:
    assert permute(np.array([GIVEN], dtype=np.uint32)).tolist() == [EXPECTED]
    assert permute_plainly(GIVEN) == EXPECTED


def test_many_at_once_are_as_one_by_one() -> None:
    generator = np.random.default_rng(1)
    inputs = generator.integers(P, size=(AT_ONCE + 3, WIDTH), dtype=np.uint32)
    inputs[0], inputs[1] = 0, P - 1
    found = compress_many(inputs[:, :8], inputs[:, 8:])
    oracle = Oracle()
    for row in (0, 1, 2, AT_ONCE, AT_ONCE + 2):
        left, right = tuple(inputs[row, :8].tolist()), tuple(inputs[row, 8:].tolist())
        assert tuple(found[row].tolist()) == compress(left, right) == oracle.compress(left, right)


def test_empty_trees() -> None:
    assert list(empty_digests()) == Oracle().empty


def judge(digest: tuple[int, ...]) -> Report:
    """Whether the table answers that a compression of the published input has this digest."""
    numbers = [public_integer(4 * at, 4) for at in range(24)]
    message = Compress(numbers[:8], numbers[8:16], numbers[16:])
    compiled = compile_program("tests.poseidon2", [Poseidon2], [verifier_sends(message)])
    trace = fill_compressions(np.array([GIVEN], dtype=np.uint32), np.array([1]))
    statement = b"".join(value.to_bytes(4, "big") for value in (*GIVEN, *digest))
    return check(compiled, {"Poseidon2": trace}, statement)


@pytest.mark.parametrize("wrong", [None, 0, 7])
def test_the_table_answers_with_the_digest_and_no_other(wrong: int | None) -> None:
    digest = [(a + b) % P for a, b in zip(GIVEN, EXPECTED, strict=True)][:8]
    if wrong is not None:
        digest[wrong] ^= 1
    assert judge(tuple(digest)).ok == (wrong is None)
