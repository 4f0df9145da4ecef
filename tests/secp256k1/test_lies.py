"""Each classic mistake as a lie about a recovery, and what finds it: the tables whose rules fail, and the buses."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits.dsl import check
from circuits.dsl.check import Report
from circuits.gadgets.modular import CARRIES, CARRY_OFFSET, PAIR_BASE, limbs, product, relation
from circuits.gadgets.modular import multiple as multiple_pairs
from circuits.gadgets.secp256k1 import ORDER, PRIME, lift
from circuits.tables.range import fill_ranges
from circuits.tables.secp256k1_addition import (
    BASE_CHECK,
    FINAL,
    FINAL_CHECK,
    LAST_BASE,
    Secp256k1Addition,
)
from circuits.tables.secp256k1_relation import Secp256k1Relation
from circuits.tables.secp256k1_signature import Secp256k1Signature
from circuits.tables.secp256k1_unit import Secp256k1Unit
from prover.witness.secp256k1 import address, fill_answers, fill_ladders, fill_questions
from prover.witness.secp256k1_recovery import (
    Addition,
    Recovery,
    Request,
    Signed,
    added,
    base_digits,
    base_point,
    checking,
)
from tests.hashing import field
from tests.recovery import (
    Answer,
    Matrix,
    Traces,
    ladder_of,
    oracle,
    program,
    recover,
    recover_on_curve,
    traces_of,
)
from tests.secp256k1.scenes import (
    NOT_AN_X,
    SPAN,
    digest,
    on_known_nonce,
    signed,
    small_x,
    small_y,
    with_key,
    with_scalars,
)
from verifier.field import P

PLAIN = signed(7, digest("plain"), 1234)
INFINITY = on_known_nonce(987, 12345, -1)
EQUAL = on_known_nonce(987, 12345, 1)
RELATION = {"Secp256k1Relation"}
COMPARISON = {"Secp256k1Comparison"}
SIGNATURE = {"Secp256k1Signature"}

Questions = dict[str, Matrix]


def where(report: Report) -> set[str]:
    """The tables whose rules fail and the buses out of balance."""
    return {failure.table for failure in report.failures} | {entry.bus for entry in report.ledger}


def told(recovery: Recovery, answer: Answer, lie: Callable[[Questions], None] | None = None) -> Report:
    """What the mock prover says of one recovery with this answer."""
    return check(program(), traces_of([recovery], [answer], lie), b"")


def failing_relations(report: Report) -> int:
    """How many rows of relations fail."""
    return len({row for each in report.failures if each.table == Secp256k1Relation.name for row in each.rows})


def signature(questions: Questions, name: str) -> NDArray[np.uint32]:
    """A field of the signature's row."""
    return field(Secp256k1Signature, questions["Secp256k1Signature"], name)[0:1]


def flagged(*set_: str) -> Callable[[Questions], None]:
    """Claims these cases, and no other, of the signature."""

    def lie(questions: Questions) -> None:
        for name in ("in_range", "r_is_zero", "r_is_large", "s_is_zero", "s_is_large"):
            signature(questions, name)[...] = int(name in set_)

    return lie


def changed(recovery: Recovery, **how: object) -> Recovery:
    """A recovery with another curve."""
    assert recovery.curve is not None
    return replace(recovery, curve=replace(recovery.curve, **how))  # type: ignore[arg-type]


def test_the_truth() -> None:
    for request in (PLAIN, INFINITY, EQUAL):
        assert told(recover(request), oracle(request)).ok


# Valid, where Ethereum says invalid.


def test_a_high_s_is_accepted() -> None:
    request = replace(PLAIN, s=ORDER - PLAIN.s)
    recovery = recover_on_curve(request, recover(PLAIN).root or 0)
    report = told(recovery, address(recovery), flagged("in_range"))
    assert where(report) == COMPARISON


def test_an_r_above_the_order_is_accepted() -> None:
    """R has the x-coordinate r, which is n or more, as r itself or as r - n in the scalars."""
    r = next(r for r in range(ORDER + 1, ORDER + 99) if lift(r, 0))
    point = lift(r, 0)
    assert point is not None
    recovery = recover_on_curve(replace(PLAIN, r=r), point[1])
    assert where(told(recovery, address(recovery), flagged("in_range"))) == COMPARISON


def test_r_plus_n_is_taken_for_r() -> None:
    """A point with a small x; the signature says x + n, which is the same modulo n."""
    x = small_x()[0]
    point = lift(x, PLAIN.parity)
    assert point is not None
    recovery = recover_on_curve(replace(PLAIN, r=x), point[1])
    said = replace(recovery, request=replace(recovery.request, r=x + ORDER))

    def lie(questions: Questions) -> None:
        flagged("in_range")(questions)
        signature(questions, "square")[...] = limbs(pow(x + ORDER, 2, PRIME))

    assert {"Secp256k1Comparison", "Secp256k1Relation"} <= where(told(said, address(recovery), lie))


@pytest.mark.parametrize("name", ["r", "s"])
def test_zero_is_in_range(name: str) -> None:
    recovery = Recovery(replace(PLAIN, **{name: 0}), None, None)
    assert "Secp256k1Signature" in where(told(recovery, None, flagged("in_range")))


def test_an_x_that_is_not_on_the_curve() -> None:
    """The root is that of the negative, so that all points lie on the curve's twist."""
    request = replace(PLAIN, r=NOT_AN_X)
    root = recover(request).root
    assert root is not None
    root = root if root % 2 == request.parity else PRIME - root
    recovery = recover_on_curve(request, root)
    report = told(recovery, address(recovery))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_infinity_is_a_key() -> None:
    recovery = recover(INFINITY)
    curve = recovery.curve
    assert curve is not None
    end, base = curve.additions[FINAL - 1].three, curve.additions[LAST_BASE].three
    slope = 5
    x = (slope * slope - 2 * end.x) % PRIME
    three = Signed(x, (slope * (end.x - x) - end.y) % PRIME)
    rows = (*curve.additions[:FINAL], Addition(slope, end, base, three), curve.additions[FINAL_CHECK])
    forged = changed(recovery, additions=rows, key=three.point)
    assert where(told(forged, address(forged))) == RELATION


# Invalid, where Ethereum says valid.


@pytest.mark.parametrize(
    ("reason", "caught"),
    [
        ("r_is_zero", SIGNATURE),
        ("r_is_large", COMPARISON),
        ("s_is_zero", SIGNATURE),
        ("s_is_large", COMPARISON),
    ],
)
def test_a_valid_signature_is_out_of_range(reason: str, caught: set[str]) -> None:
    assert where(told(Recovery(PLAIN, None, None), None, flagged(reason))) == caught


def test_a_valid_signature_has_no_reason() -> None:
    assert where(told(Recovery(PLAIN, None, None), None, flagged())) == SIGNATURE


def test_no_point_where_there_is_one() -> None:
    report = told(Recovery(PLAIN, recover(PLAIN).root, None), None)
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_a_key_is_infinity() -> None:
    recovery = recover(PLAIN)
    curve = recovery.curve
    assert curve is not None
    end, base = curve.additions[FINAL - 1].three, curve.additions[LAST_BASE].three
    rows = (
        *curve.additions[:FINAL],
        Addition(1, end, base),
        Addition(0, Signed(end.x, 0), Signed(base.x, 0)),
    )
    assert where(told(changed(recovery, additions=rows, key=None), None)) == RELATION


def test_a_key_is_infinity_in_the_table_of_signatures_only() -> None:
    recovery = recover(PLAIN)
    questions = fill_questions([changed(recovery, key=None)])
    honest = fill_questions([recovery])

    def lie(traces: Questions) -> None:
        traces.update({**honest, "Secp256k1Signature": questions["Secp256k1Signature"]})

    assert where(told(changed(recovery, key=None), None, lie)) == {"secp256k1.sum"}


def test_neither_valid_nor_asked() -> None:
    def lie(questions: Questions) -> None:
        questions["Secp256k1Signature"][0, 1:] = 0

    assert "secp256k1.recover" in where(told(Recovery(PLAIN, None, None), None, lie))


# Another signer.


def test_another_parity() -> None:
    other = replace(PLAIN, parity=1 - PLAIN.parity)
    recovery = replace(recover(PLAIN), request=other)
    assert where(told(recovery, oracle(PLAIN))) == SIGNATURE


def test_another_address() -> None:
    answer = bytes(20)
    assert where(told(recover(PLAIN), answer)) == {"secp256k1.recover"}


def test_equal_summands_with_any_slope() -> None:
    """The last addition says 0 = 0; only the row that must show x1 != x2 finds it."""
    recovery = recover(EQUAL)
    curve = recovery.curve
    assert curve is not None
    end, base = curve.additions[FINAL - 1].three, curve.additions[LAST_BASE].three
    row = _forged(end, base)
    rows = (*curve.additions[:FINAL], row, Addition(9, Signed(end.x, 0), Signed(base.x, 0)))
    forged = changed(recovery, additions=rows, doubles=False, key=row.three.point)
    report = told(forged, address(forged))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_a_doubling_with_any_slope() -> None:
    """Row 31 has the forged slope, which is not the tangent's, with true values of y1 and of x1^2 / 2."""
    recovery = recover(EQUAL)
    curve = recovery.curve
    assert curve is not None
    row = _forged(curve.additions[FINAL].one, curve.additions[FINAL].two)
    tangent = curve.additions[FINAL_CHECK]._replace(slope=row.slope)
    rows = (*curve.additions[:FINAL], row, tangent)
    forged = changed(recovery, additions=rows, key=row.three.point)
    report = told(forged, address(forged))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_a_doubling_with_any_square() -> None:
    """x1^2 / 2 is what makes the forged slope the tangent's."""
    recovery = recover(EQUAL)
    curve = recovery.curve
    assert curve is not None
    row = _forged(curve.additions[FINAL].one, curve.additions[FINAL].two)
    half_square = row.slope * row.one.y * pow(3, -1, PRIME) % PRIME
    tangent = Addition(row.slope, *curve.additions[FINAL_CHECK][1:3], Signed(row.one.y, half_square))
    forged = changed(recovery, additions=(*curve.additions[:FINAL], row, tangent), key=row.three.point)
    report = told(forged, address(forged))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_a_doubling_of_points_that_differ() -> None:
    """The generator's multiple is another point than the ladder's, which is doubled all the same."""
    recovery = recover(PLAIN)
    curve = recovery.curve
    assert curve is not None
    end = curve.additions[FINAL - 1].three
    closing = recovery_closing(end)
    row = closing[0]._replace(two=curve.additions[LAST_BASE].three)
    rows = (*curve.additions[:FINAL], row, closing[1])
    forged = changed(recovery, additions=rows, doubles=True, key=row.three.point)
    assert "Secp256k1Addition" in where(told(forged, address(forged)))


def recovery_closing(point: Signed) -> tuple[Addition, Addition]:
    """The two rows of a doubling."""
    (x, y), half = point.point, pow(2, -1, PRIME)
    slope = 3 * x * x * pow(2 * y, -1, PRIME) % PRIME
    new_x = (slope * slope - 2 * x) % PRIME
    row = Addition(slope, point, point, Signed(new_x, (slope * (x - new_x) - y) % PRIME))
    return row, Addition(slope, Signed(x, 0), Signed(x, 0), Signed(y, x * x * half % PRIME))


def test_a_window_equal_to_the_sum_of_those_before() -> None:
    """The generator's multiple whose last addition is a doubling; its other coefficients are not taken."""
    scalar = (126 * SPAN - ORDER) % ORDER
    recovery = recover(with_scalars(55, scalar, 99))
    curve = recovery.curve
    assert curve is not None
    assert curve.base_scalar == scalar
    bad = next(
        digits
        for digits in base_digits(scalar)
        if (sum(digit << 10 * k for k, digit in enumerate(digits[:-1])) - digits[-1] * SPAN) % ORDER == 0
    )
    points = [base_point(window, digit_) for window, digit_ in enumerate(bad)]
    rows: list[Addition] = []
    for addend in points[1:-1]:
        rows.append(added(rows[-1].three if rows else points[0], addend))
    last = _forged(rows[-1].three, points[-1])
    check_row = Addition(9, Signed(last.one.x, 0), Signed(last.two.x, 0))
    end = curve.additions[FINAL - 1].three
    final = added(end, last.three)
    additions = (
        *curve.additions[:2],
        *rows,
        last,
        check_row,
        *curve.additions[BASE_CHECK + 1 : FINAL],
        final,
        checking(final),
    )
    forged = changed(recovery, additions=additions, base_digits=bad, key=final.three.point)
    report = told(forged, address(forged))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def _forged(one: Signed, two: Signed) -> Addition:
    """The sum of two equal points with a slope that is not the tangent's."""
    assert one.point == two.point
    slope = 1234567
    x, y = one.point
    new_x = (slope * slope - 2 * x) % PRIME
    return Addition(slope, one, two, Signed(new_x, (slope * (x - new_x) - y) % PRIME))


def test_the_ladder_multiplies_by_another_scalar() -> None:
    recovery = recover(PLAIN)
    curve = recovery.curve
    assert curve is not None
    ladder = ladder_of(curve.scalar + 1, curve.multiples)
    inner = added(ladder.last, curve.multiples[int(ladder.labels[-1])])
    end = added(inner.three, ladder.last)
    final = added(end.three, curve.additions[LAST_BASE].three)
    rows = (*curve.additions[: BASE_CHECK + 1], inner, end, final, checking(final))
    forged = changed(recovery, ladder=ladder, additions=rows, key=final.three.point)
    report = told(forged, address(forged))
    assert where(report) == RELATION
    assert failing_relations(report) == 1
    honest = fill_ladders([(0, curve)])

    def lie(questions: Questions) -> None:
        questions["Secp256k1Ladder"] = honest

    found = where(told(forged, address(forged), lie))
    assert {"secp256k1.ladder_end", "secp256k1.ladder_digits"} <= found


def test_the_generator_is_taken_another_time() -> None:
    recovery = recover(PLAIN)
    other = recover(replace(PLAIN, hash=PLAIN.hash + 1))
    assert recovery.curve is not None
    assert other.curve is not None
    forged = replace(recovery, curve=replace(other.curve, base_scalar=recovery.curve.base_scalar))
    report = told(forged, address(other))
    assert where(report) == RELATION
    assert failing_relations(report) == 1


def test_a_hash_is_zero() -> None:
    zero = recover(replace(PLAIN, hash=0))
    forged = replace(zero, request=PLAIN)
    assert where(told(forged, address(zero))) == SIGNATURE


def test_a_multiple_out_of_nothing() -> None:
    """The row that provides it is not live, so it never looked up what it would be made of."""
    recovery = recover(PLAIN)

    def lie(questions: Questions) -> None:
        field(Secp256k1Unit, questions["Secp256k1Unit"], "live")[0] = 0

    assert "Secp256k1Unit" in where(told(recovery, oracle(PLAIN), lie))


# Other encodings of the same numbers.


def test_a_key_with_x_plus_the_prime() -> None:
    recovery = recover(with_key(small_x()))
    x, y = small_x()
    said = (x + PRIME, y)
    curve = recovery.curve
    assert curve is not None
    assert not curve.doubles
    final = curve.additions[FINAL]
    row = final._replace(three=Signed(*said))
    forged = changed(
        recovery, additions=(*curve.additions[:FINAL], row, curve.additions[FINAL_CHECK]), key=said
    )
    assert address(forged) != address(recovery)
    assert where(told(forged, address(forged))) == COMPARISON


def test_a_root_plus_the_prime_has_the_other_parity() -> None:
    x, y = small_y()
    honest = Request(0, PLAIN.hash, y % 2, x, PLAIN.s)
    recovery = recover_on_curve(replace(honest, parity=1 - y % 2), y + PRIME)
    assert address(recovery) == oracle(honest)
    assert where(told(recovery, address(recovery))) == COMPARISON


@pytest.mark.parametrize("name", ["root", "square", "cube", "scalar", "base_scalar"])
def test_a_limb_that_is_no_byte(name: str) -> None:
    """The same integer with its second limb less one and its first more by 256; relations hold all the same."""
    recovery = recover(PLAIN)
    honest = traces_of([recovery], [oracle(PLAIN)])

    def lie(questions: Questions) -> None:
        _shift(signature(questions, name)[0])
        if name == "root":
            signature(questions, "half")[...] += 128

    assert where(_with_pairs_of(honest, recovery, lie)) == {"byte_pair"}


@pytest.mark.parametrize("name", ["slope", "x3"])
def test_a_limb_of_an_addition_that_is_no_byte(name: str) -> None:
    recovery = recover(PLAIN)
    honest = traces_of([recovery], [oracle(PLAIN)])

    def lie(questions: Questions) -> None:
        row = FINAL - 2
        digits = field(Secp256k1Addition, questions["Secp256k1Addition"], name)
        below = field(Secp256k1Addition, questions["Secp256k1Addition"], "x1")
        _shift(digits[row])
        if name == "x3":
            _shift(below[row + 1])

    assert where(_with_pairs_of(honest, recovery, lie)) == {"byte_pair"}


def _with_pairs_of(honest: Traces, recovery: Recovery, lie: Callable[[Questions], None]) -> Report:
    """The table of byte pairs cannot be filled for a lie, so the honest one, equal but for it, stands in."""
    questions = fill_questions([recovery])
    lie(questions)
    spoken = {name: trace for name, trace in {**honest, **questions}.items() if trace is not None}
    ranged = fill_ranges(program(), fill_answers(program(), spoken))
    return check(program(), {**ranged, "BytePairs": honest["BytePairs"]}, b"")


def _shift(digits: NDArray[np.uint32]) -> None:
    """Writes the same integer with a first limb that is no byte."""
    moved = digits[:2].astype(np.int64) + np.array([256, -1])
    digits[:2] = moved % P


def test_carries_out_of_range_make_a_false_relation_hold_in_the_field() -> None:
    """Every rule holds modulo P; only the lookups of ranges tell carries and a limb of the quotient."""
    honest = traces_of([recover(PLAIN)], [oracle(PLAIN)])
    trace = honest["Secp256k1Relation"]
    assert trace is not None
    trace = trace.copy()
    row = trace[:1]
    # The request is another by one: as if a sender said so.
    field(Secp256k1Relation, row, "linear")[0, 0] = (
        int(field(Secp256k1Relation, row, "linear")[0, 0]) + 1
    ) % P
    _solve_in_the_field(row)
    report = check(program(), {**honest, "Secp256k1Relation": trace}, b"")
    assert where(report) == {"secp256k1.relation", "range.15", "byte_pair"}


def _solve_in_the_field(row: Matrix) -> None:
    """Carries, and the quotient's last limb, with which the pairs of a relation vanish modulo P."""

    def read(name: str) -> list[int]:
        return [int(value) for value in np.atleast_1d(field(Secp256k1Relation, row, name)[0])]

    left, right, linear, quotient = (read(name) for name in ("left", "right", "linear", "quotient"))
    negative, of_order = read("negative")[0], read("of_order")[0]
    inverse = pow(PAIR_BASE, -1, P)

    def carries(last: int) -> list[int]:
        multiples = multiple_pairs([*quotient[:-1], last], negative, of_order)
        pairs = relation(product(left, right), linear, multiples)
        found = [0]
        for pair in pairs:
            found.append((pair + found[-1]) * inverse % P)
        return found[1:]

    at_zero, at_one = carries(0)[-1], carries(1)[-1]
    last = -at_zero * pow(at_one - at_zero, -1, P) % P
    solved = carries(last)
    assert solved[-1] == 0
    field(Secp256k1Relation, row, "quotient")[0, -1] = last
    field(Secp256k1Relation, row, "carries")[0] = [(carry + CARRY_OFFSET) % P for carry in solved[:CARRIES]]
