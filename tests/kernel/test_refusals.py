"""What an engine cannot compute with raises KernelError, and nothing else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from prover.engine import Engine, KernelError, Term
from tests.kernel.inputs import program_of, random_matrix
from verifier.field import GENERATOR, P
from verifier.program import Interaction, Node, Operation, Rule, Selector, Table

ONE = (1, 0, 0, 0, 0)
GENERIC = (3, 1, 4, 1, 5)
TABLE = Table(
    "t",
    8,
    False,
    2,
    0,
    0,
    -1,
    ((1, 2),),
    (Node(Operation.MAIN, 0, 0), Node(Operation.CONSTANT, 1, 0)),
    (Rule(Selector.EVERY, 0),),
    (Interaction(1, 1, 1, 1, (0,)),),
)


def zeros(*shape: int) -> Any:
    """A matrix of zeros."""
    return np.zeros(shape, dtype=np.uint32)


def too_large(rows: int, columns: int) -> Any:
    """A matrix with one value at the modulus."""
    matrix = zeros(rows, columns)
    matrix[-1, -1] = P
    return matrix


def loaded(engine: Engine) -> Any:
    """`TABLE` as number 1 of a program."""
    return engine.load(program_of(TABLE).encode())


def quotient(
    engine: Engine, *, table: int = 1, log_height: int = 2, log_blowup: int = 1, **other: Any
) -> Any:
    """A quotient with honest inputs but for those named."""
    parts: dict[str, Any] = {
        "main": (engine.commit([None, zeros(4, 2)], log_blowup), None),
        "lookup": engine.commit([None, zeros(4, 10)], log_blowup),
        "gamma": ONE,
        **other,
    }
    held, main, sums = loaded(engine), parts["main"], parts["lookup"]
    return engine.quotient(held, table, log_height, main, None, sums, GENERIC, ONE, parts["gamma"], ONE)


def term(engine: Engine, **changed: Any) -> Any:
    """A combination of one honest term, but for what is changed."""
    parts: dict[str, Any] = {
        "commitment": engine.commit([zeros(4, 2)], 1),
        "table": 0,
        "columns": [0, 1],
        "point": GENERIC,
        "opened": zeros(2, 5),
        "theta_power": ONE,
        "theta": ONE,
    }
    return engine.combine(3, [Term(**{**parts, **changed})])


def layer(engine: Engine) -> Any:
    """A commitment to eight leaves."""
    return engine.commit_layer(zeros(8, 5), 0)


CASES: dict[str, Callable[[Any], Any]] = {
    "load: magic": lambda e: e.load(b"SQTRPRG3"),
    "load: empty": lambda e: e.load(b""),
    "load: trailing": lambda e: e.load(program_of(TABLE).encode() + b"\0"),
    "load: truncated": lambda e: e.load(program_of(TABLE).encode()[:-1]),
    "load: huge list": lambda e: e.load(b"SQTRPRG2" + bytes(4) + b"\xff\xff\xff\xff"),
    "commit: not canonical": lambda e: e.commit([too_large(4, 2)], 1),
    "commit: three rows": lambda e: e.commit([zeros(3, 2)], 1),
    "commit: no rows": lambda e: e.commit([zeros(0, 2)], 1),
    "commit: nothing": lambda e: e.commit([None, zeros(4, 0)], 1),
    "commit: one axis": lambda e: e.commit([zeros(4)], 1),
    "commit: wrong type": lambda e: e.commit([np.zeros((4, 2), dtype=np.int64)], 1),
    "commit: too much blowup": lambda e: e.commit([zeros(4, 2)], 23),
    "commit: negative blowup": lambda e: e.commit([zeros(4, 2)], -1),
    "lookup: width": lambda e: e.lookup(loaded(e), 1, zeros(4, 3), None, GENERIC, ONE),
    "lookup: rows": lambda e: e.lookup(loaded(e), 1, zeros(6, 2), None, GENERIC, ONE),
    "lookup: below a period": lambda e: e.lookup(loaded(e), 1, zeros(1, 2), None, GENERIC, ONE),
    "lookup: not canonical": lambda e: e.lookup(loaded(e), 1, too_large(4, 2), None, GENERIC, ONE),
    "lookup: preprocessed": lambda e: e.lookup(loaded(e), 1, zeros(4, 2), zeros(4, 1), GENERIC, ONE),
    "lookup: no table": lambda e: e.lookup(loaded(e), 2, zeros(4, 2), None, GENERIC, ONE),
    "lookup: alpha": lambda e: e.lookup(loaded(e), 1, zeros(4, 2), None, (P, 0, 0, 0, 0), ONE),
    "lookup: zero denominator": lambda e: e.lookup(loaded(e), 1, zeros(4, 2), None, ONE, ONE),
    "quotient: no table": lambda e: quotient(e, table=-1),
    "quotient: height": lambda e: quotient(e, log_height=3),
    "quotient: huge height": lambda e: quotient(e, log_height=24),
    "quotient: no blowup": lambda e: quotient(e, log_blowup=0),
    "quotient: missing": lambda e: quotient(e, lookup=None),
    "quotient: absent": lambda e: quotient(e, main=(e.commit([zeros(4, 2)], 1), None)),
    "quotient: width": lambda e: quotient(e, lookup=e.commit([None, zeros(4, 5)], 1)),
    "quotient: one wave": lambda e: quotient(e, main=(e.commit([None, zeros(4, 2)], 1),)),
    "quotient: gamma": lambda e: quotient(e, gamma=(0, 0, 0, 0, -1)),
    "evaluate: no matrix": lambda e: e.evaluate(e.commit([zeros(4, 2)], 1), 1, GENERIC),
    "evaluate: absent": lambda e: e.evaluate(e.commit([None, zeros(4, 2)], 1), 0, GENERIC),
    "evaluate: in the domain": lambda e: e.evaluate(e.commit([zeros(4, 2)], 1), 0, (GENERATOR, 0, 0, 0, 0)),
    "evaluate: four": lambda e: e.evaluate(e.commit([zeros(4, 2)], 1), 0, (1, 2, 3, 4)),
    "combine: height": lambda e: term(e, commitment=e.commit([zeros(8, 2)], 1)),
    "combine: column": lambda e: term(e, columns=[0, 2]),
    "combine: negative column": lambda e: term(e, columns=[0, -1]),
    "combine: opened": lambda e: term(e, opened=zeros(1, 5)),
    "combine: opened width": lambda e: term(e, opened=zeros(2, 4)),
    "combine: opened not canonical": lambda e: term(e, opened=too_large(2, 5)),
    "combine: in the domain": lambda e: term(e, point=(GENERATOR, 0, 0, 0, 0)),
    "combine: theta": lambda e: term(e, theta=(0, P, 0, 0, 0)),
    "combine: huge": lambda e: e.combine(25, []),
    "layer: arity": lambda e: e.commit_layer(zeros(4, 5), 3),
    "layer: width": lambda e: e.commit_layer(zeros(4, 4), 1),
    "layer: empty": lambda e: e.commit_layer(zeros(0, 5), 0),
    "layer: six": lambda e: e.commit_layer(zeros(6, 5), 1),
    "layer: not canonical": lambda e: e.commit_layer(too_large(4, 5), 1),
    "fold: arity": lambda e: e.fold(zeros(4, 5), 3, ONE, None),
    "fold: phi": lambda e: e.fold(zeros(4, 5), 1, (P, 0, 0, 0, 0), None),
    "fold: roll-in": lambda e: e.fold(zeros(4, 5), 1, ONE, zeros(4, 5)),
    "fold: roll-in not canonical": lambda e: e.fold(zeros(4, 5), 1, ONE, too_large(2, 5)),
    "interpolate: three": lambda e: e.interpolate(zeros(3, 5)),
    "open: not sorted": lambda e: e.open(layer(e), [2, 1]),
    "open: twice": lambda e: e.open(layer(e), [1, 1]),
    "open: outside": lambda e: e.open(layer(e), [8]),
    "open: negative": lambda e: e.open(layer(e), [-1]),
    "grind: bits": lambda e: e.grind(b"", 65),
    "sha256: one axis": lambda e: e.sha256(np.zeros(4, dtype=np.uint8)),
    "sha256: words": lambda e: e.sha256(zeros(4, 4)),
}


@pytest.mark.parametrize("case", CASES)
def test_refused(engine: Engine, case: str) -> None:
    with pytest.raises(KernelError):
        CASES[case](engine)


def test_honest_inputs_pass(engine: Engine) -> None:
    """The cases above fail for the reason they name."""
    assert quotient(engine).shape == (4, 10)
    assert term(engine).shape == (8, 5)
    assert engine.lookup(loaded(engine), 1, zeros(4, 2), None, GENERIC, ONE)[0].shape == (4, 10)
    assert layer(engine).log_heights == (3,)


@pytest.mark.kernel
def test_engines_do_not_take_each_others_handles(native: Engine, reference: Engine) -> None:
    for one, other in ((native, reference), (reference, native)):
        with pytest.raises(KernelError):
            one.evaluate(other.commit([zeros(4, 2)], 1), 0, GENERIC)
        with pytest.raises(KernelError):
            one.lookup(loaded(other), 1, zeros(4, 2), None, GENERIC, ONE)


def test_program_bytes_are_read_without_panic(engine: Engine) -> None:
    """Damaged programs are refused or read; nothing else happens."""
    honest, generator = program_of(TABLE).encode(), np.random.default_rng(1)
    for _ in range(300):
        damaged = bytearray(honest)
        for position in generator.integers(0, len(honest), 2):
            damaged[int(position)] = int(generator.integers(0, 256))
        try:
            assert engine.load(bytes(damaged)).tables >= 1
        except KernelError:
            continue


def test_not_contiguous_matrices_are_taken(engine: Engine) -> None:
    matrix = random_matrix(np.random.default_rng(1), 8, 6)
    part = engine.commit([matrix[:, 1:4]], 1)
    assert part.root == engine.commit([matrix[:, 1:4].copy()], 1).root
