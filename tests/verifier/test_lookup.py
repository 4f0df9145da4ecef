"""The balance of buses, where the verifier's own messages enter."""

import pytest

from tests.verifier.proofs import TOYS
from verifier.errors import Rejected
from verifier.field import ONE, ZERO, Extension, add, embed, inverse, multiply, subtract
from verifier.lookup import Challenges, check_balance

BETA: Extension = (2, 3, 5, 7, 11)
TOY = TOYS["fibonacci"]
PROGRAM = TOY.compiled.program


def message_value(number: int) -> Extension:
    """The alpha at which the denominator of the program's own message vanishes."""
    boundary = PROGRAM.boundaries[number]
    total, power = embed(boundary.bus), BETA
    for field in boundary.message(TOY.statement, None):
        total, power = add(total, multiply(power, embed(field))), multiply(power, BETA)
    return total


def test_a_challenge_that_meets_a_message_of_the_verifier_is_rejected() -> None:
    for number in range(len(PROGRAM.boundaries)):
        met = Challenges.of(PROGRAM, message_value(number), BETA)
        with pytest.raises(Rejected, match="meets the lookup challenge"):
            check_balance(PROGRAM, TOY.statement, None, met, [ZERO])


def test_sums_and_messages_cancel() -> None:
    alpha: Extension = (13, 17, 19, 23, 29)
    challenges = Challenges.of(PROGRAM, alpha, BETA)
    sent, received = (inverse(subtract(alpha, message_value(number))) for number in (0, 1))
    owed = subtract(received, sent)
    check_balance(PROGRAM, TOY.statement, None, challenges, [owed])
    check_balance(PROGRAM, TOY.statement, None, challenges, [add(owed, ONE), subtract(ZERO, ONE)])
    for sums in ([], [ZERO], [add(owed, ONE)], [subtract(ZERO, owed)], [owed, owed]):
        with pytest.raises(Rejected, match="do not balance"):
            check_balance(PROGRAM, TOY.statement, None, challenges, sums)
