"""Small programs with honest traces, for the tests of every floor."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import (
    Air,
    Bus,
    C,
    Cells,
    Compiled,
    Table,
    Trace,
    byte,
    cell,
    cells,
    compile_program,
    flag,
    flags,
    periodic,
    preprocessed,
    public_bytes,
    public_integer,
    public_seed,
    ranged,
    verifier_receives,
    verifier_sends,
)
from circuits.tables.range import fill_ranges, range_tables
from verifier.field import P

ROUND_CONSTANTS = (3, 1, 4, 1)
WEIGHTS = (2, 7, 1, 8, 2, 8, 1, 8)


class Toy(NamedTuple):
    """A compiled program, honest traces by table name (None: absent), and the statement's bytes."""

    compiled: Compiled
    traces: dict[str, NDArray[np.uint32] | None]
    statement: bytes


class Pair(Bus[C]):
    name = "toy.pair"
    left: C
    right: C


class Start(Bus[C]):
    name = "toy.start"
    left: "C | int"
    right: "C | int"


class Finish(Bus[C]):
    name = "toy.finish"
    value: C


class Word(Bus[C]):
    name = "toy.word"
    octets: Cells[C] = cells(4)


class Token(Bus[C]):
    name = "toy.token"
    position: C
    value: C


class Point(Bus[C]):
    name = "toy.point"
    value: C


class Fibonacci(Table[C]):
    """Two neighbours of the sequence a row, from the statement's pair to the statement's last number."""

    max_log_height = 12
    left: C = cell()
    right: C = cell()
    first: C = flag()
    last: C = flag()

    def rules(self, air: Air[C], below: "Fibonacci[C]") -> None:
        with air.first_row():
            air.equal(self.first, 1)
        with air.last_row():
            air.equal(self.last, 1)
        with air.between_rows():
            air.equal(below.left, self.right)
            air.equal(below.right, self.left + self.right)
            air.zero(below.first)
            air.zero(self.last)
        air.receive(Start(self.left, self.right), when=self.first)
        air.send(Finish(self.right), when=self.last)


def fibonacci(log_height: int = 3) -> Toy:
    """One table, no lookups among tables: only rules and the verifier's messages."""
    compiled = compile_program(
        "toy.fibonacci",
        [Fibonacci],
        [
            verifier_sends(Start(public_integer(0, 2), public_integer(2, 2))),
            verifier_receives(Finish(public_integer(4, 4))),
        ],
    )
    trace = Trace(Fibonacci, log_height)
    left, right = 1, 2
    for row in range(1 << log_height):
        trace.left[row], trace.right[row] = left, right
        left, right = right, (left + right) % P
    trace.first[0] = trace.last[-1] = 1
    statement = (1).to_bytes(2, "big") + (2).to_bytes(2, "big") + left.to_bytes(4, "big")
    return Toy(compiled, {"Fibonacci": trace.matrix}, statement)


class Sums(Table[C]):
    """A word of bytes and the sum of its first two, with a small carry."""

    max_log_height = 10
    live: C = flag()
    word: Cells[C] = cells(4)
    low: C = byte()
    carry: C = ranged(3)

    def rules(self, air: Air[C], below: "Sums[C]") -> None:
        air.equal(self.word[0] + self.word[1], self.low + 256 * self.carry)
        air.receive(Word(self.word), when=self.live)
        with air.between_rows():
            air.zero(below.live * (1 - self.live))


def ranges(log_height: int = 2) -> Toy:
    """A table with ranged cells beside its range tables, of three heights; a message is statement bytes."""
    compiled = compile_program(
        "toy.ranges", [Sums, *range_tables(Sums)], [verifier_sends(Word(public_bytes(1, 4)))]
    )
    trace = Trace(Sums, log_height)
    statement = bytes([9, 250, 77, 3, 200])
    trace.live[0] = 1
    trace.word[0] = list(statement[1:])
    trace.low[0], trace.carry[0] = (250 + 77) % 256, (250 + 77) // 256
    return Toy(compiled, fill_ranges(compiled, {"Sums": trace.matrix}), statement)


class Senders(Table[C]):
    """Pairs, each sent as often as its small count says."""

    max_log_height = 10
    optional = True
    left: C = cell()
    right: C = cell()
    low: C = flag()
    high: C = flag()

    def rules(self, air: Air[C], below: "Senders[C]") -> None:
        air.send(Pair(self.left, self.right * self.left), times=self.low + 2 * self.high, at_most=3)


class Receivers(Table[C]):
    """The same pairs in any order, once a row."""

    max_log_height = 11
    optional = True
    left: C = cell()
    right: C = cell()
    live: C = flag()

    def rules(self, air: Air[C], below: "Receivers[C]") -> None:
        air.receive(Pair(self.left, self.right), when=self.live)


class Anchor(Table[C]):
    """A row that keeps the program present when both others are absent."""

    max_log_height = 0
    value: C = cell()

    def rules(self, air: Air[C], below: "Anchor[C]") -> None:
        air.send(Finish(self.value))


def permutation(log_height: int = 3, *, absent: bool = False) -> Toy:
    """Two optional tables whose messages are a permutation of each other, and a table of one row."""
    compiled = compile_program(
        "toy.permutation",
        [Senders, Receivers, Anchor],
        [verifier_receives(Finish(public_integer(0, 4)))],
    )
    anchor = Trace(Anchor, 0)
    anchor.value = 77
    traces: dict[str, NDArray[np.uint32] | None] = {"Anchor": anchor.matrix}
    statement = (77).to_bytes(4, "big")
    if absent:
        return Toy(compiled, traces | {"Senders": None, "Receivers": None}, statement)
    count = 1 << log_height
    generator = np.random.default_rng(7)
    sent, received = Trace(Senders, log_height), Trace(Receivers, log_height + 1)
    sent.left = generator.integers(1 << 15, size=count)
    sent.right = generator.integers(1 << 15, size=count)
    times = generator.integers(3, size=count)
    sent.low, sent.high = times & 1, times >> 1
    chosen = generator.permutation(np.repeat(np.arange(count), times))
    received.left[: len(chosen)] = sent.left[chosen]
    received.right[: len(chosen)] = sent.left[chosen].astype(np.uint64) * sent.right[chosen] % P
    received.live[: len(chosen)] = 1
    return Toy(compiled, traces | {"Senders": sent.matrix, "Receivers": received.matrix}, statement)


class Rounds(Table[C]):
    """A chain of cubes whose constants repeat and whose weights are preprocessed."""

    state: C = cell()
    bits: Cells[C] = flags(2)
    constant: C = periodic(ROUND_CONSTANTS)
    weight: C = preprocessed(WEIGHTS)

    def rules(self, air: Air[C], below: "Rounds[C]") -> None:
        shifted = self.state + self.constant
        with air.between_rows():
            air.equal(below.state, shifted * shifted * shifted + self.weight - below.weight)
        air.equal(self.bits[0] + 2 * self.bits[1], self.bits[0] * 3)


def rounds() -> Toy:
    """A table of fixed height with a periodic and a preprocessed column and rules of degree three."""
    compiled = compile_program("toy.rounds", [Rounds])
    trace = Trace(Rounds, 3)
    state = 5
    for row in range(8):
        trace.state[row] = state
        trace.bits[row] = row % 2
        shifted = state + ROUND_CONSTANTS[row % 4]
        state = (pow(shifted, 3, P) + WEIGHTS[row] - WEIGHTS[(row + 1) % 8]) % P
    return Toy(compiled, {"Rounds": trace.matrix}, b"")


class Tokens(Table[C]):
    """A random evaluation of the first wave's values: the second wave multiplies by a point from the seed."""

    max_log_height = 8
    value: C = cell()
    point: C = cell(wave=2)
    total: C = cell(wave=2)
    first: C = flag(wave=2)

    def rules(self, air: Air[C], below: "Tokens[C]") -> None:
        with air.first_row():
            air.equal(self.first, 1)
            air.equal(self.total, self.value)
        with air.between_rows():
            air.zero(below.first)
            air.equal(below.point, self.point)
            air.equal(below.total, self.total * self.point + below.value)
        air.receive(Point(self.point), when=self.first)


SEED = bytes(range(32))


def second_wave(seed: bytes, log_height: int = 2) -> dict[str, NDArray[np.uint32]]:
    """The full matrix of the two-wave toy under a seed."""
    trace = Trace(Tokens, log_height)
    trace.value = np.arange(1, (1 << log_height) + 1)
    point = (int.from_bytes(seed[8:12], "little") & 0x7FFFFFFF) % P
    trace.point = point
    total = 0
    for row, value in enumerate(trace.value.tolist()):
        total = (total * point + value) % P
        trace.total[row] = total
    trace.first[0] = 1
    return {"Tokens": trace.matrix}


def two_waves(log_height: int = 2) -> Toy:
    """A program whose second-wave columns depend on a seed; the traces are those under `SEED`."""
    compiled = compile_program("toy.two_waves", [Tokens], [verifier_sends(Point(public_seed(2)))])
    traces: dict[str, NDArray[np.uint32] | None] = dict(second_wave(SEED, log_height))
    return Toy(compiled, traces, b"")


def all_toys() -> dict[str, Any]:
    """Every toy by name."""
    return {
        "fibonacci": fibonacci(),
        "ranges": ranges(),
        "permutation": permutation(),
        "absent": permutation(absent=True),
        "rounds": rounds(),
        "two_waves": two_waves(),
    }
