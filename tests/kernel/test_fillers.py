"""Tables filled by the compiled engine are byte for byte those of the reference engine, and bad input is refused."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from circuits.dsl import Table, Trace
from circuits.gadgets.poseidon2 import WIDTH
from circuits.tables.keccak import Keccak
from circuits.tables.keccak_padding import RATE
from circuits.tables.keccak_schedule import PERIOD
from circuits.tables.poseidon2 import Poseidon2
from circuits.tables.sha256 import ROUND_ROWS, Sha256
from prover.engine import Engine, KernelError
from prover.witness import keccak_padding, sha256_padding
from prover.witness.streams import Stream
from verifier.field import P

pytestmark = pytest.mark.kernel

BLOCK = sha256_padding.BLOCK
Hash = type[Sha256[Any]] | type[Keccak[Any]]
Given = tuple[NDArray[np.uint8], NDArray[np.uint32]]

EITHER = pytest.mark.parametrize("table", [Sha256, Keccak])


def streams_of(lengths: Sequence[int], generator: np.random.Generator) -> list[Stream]:
    """Random messages of these lengths under random names."""
    names = generator.integers(0, P, (len(lengths), 2)).tolist()
    return [
        Stream(source, message, generator.bytes(length))
        for (source, message), length in zip(names, lengths, strict=True)
    ]


def given(table: Hash, streams: Sequence[Stream]) -> Given:
    """What a filler takes, from streams; of those for Keccak every other one is for SHA3."""
    if table is Sha256:
        sha256 = sha256_padding.pad(streams)
        columns = sha256.source[sha256.stream], sha256.message[sha256.stream], sha256.last
        return sha256.blocks, np.stack(columns, axis=1).astype(np.uint32)
    keccak = keccak_padding.pad(streams[::2], streams[1::2])
    of_stream = (each[keccak.stream] for each in (keccak.source, keccak.message, keccak.sha3))
    return keccak.blocks, np.stack([*of_stream, keccak.last], axis=1).astype(np.uint32)


def fill(engine: Engine, trace: Trace, table: Hash, blocks: Any, named: Any) -> NDArray[np.uint32]:
    """The trace's matrix once it is filled."""
    verb = engine.fill_sha256 if table is Sha256 else engine.fill_keccak
    verb(trace, blocks, named)
    return trace.matrix


def dirty(table: type[Table[Any]], log_height: int) -> Trace:
    """A trace that holds something else before it is filled."""
    trace = Trace(table, log_height)
    trace.matrix[:] = 7
    return trace


LENGTHS: list[list[int]] = [
    [],
    [0],
    [1],
    [55, 56, 63, 64, 65, 119, 120, 128],
    [134, 135, 136, 137, 271, 272, 273],
    [4000],
    [0, 3, 700, 0, 0, 136, 64, 1, 55, 300],
    list(range(40)),
]


@EITHER
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("spare", [0, 1], ids=["lowest", "twice as high"])
def test_the_compiled_engine_fills_what_the_reference_fills(
    table: Hash,
    lengths: list[int],
    spare: int,
    native: Engine,
    reference: Engine,
    generator: np.random.Generator,
) -> None:
    blocks, named = given(table, streams_of(lengths, generator))
    rows = PERIOD * len(blocks) if table is Keccak else (ROUND_ROWS + 1) * len(blocks) + len(lengths)
    log_height = max(7, (rows - 1).bit_length()) + spare
    expected = fill(reference, dirty(table, log_height), table, blocks, named)
    found = fill(native, dirty(table, log_height), table, blocks, named)
    assert found.tobytes() == expected.tobytes()


@EITHER
@pytest.mark.parametrize("lengths", [[0], [118], [118, 0]], ids=str)
def test_no_row_is_spare(
    table: Hash, lengths: list[int], native: Engine, reference: Engine, generator: np.random.Generator
) -> None:
    """A trace with as many rows as are needed, a power of two or not."""
    blocks, named = given(table, streams_of(lengths, generator))
    rows = PERIOD * len(blocks) if table is Keccak else (ROUND_ROWS + 1) * len(blocks) + len(lengths)
    traces = [dirty(table, rows.bit_length()) for _ in range(2)]
    for trace in traces:
        views = {name: view[:rows] for name, view in vars(trace).items() if isinstance(view, np.ndarray)}
        vars(trace).update(views)
    expected = fill(reference, traces[0], table, blocks, named)
    assert fill(native, traces[1], table, blocks, named).tobytes() == expected.tobytes()


def arranged(table: type[Table[Any]], change: Callable[[dict[str, Any]], dict[str, Any]]) -> type[Table[Any]]:
    """The same table with its fields declared otherwise."""
    found: type[Table[Any]] = type(table.name, (table,), {})
    found.declared = change(dict(table.declared))
    return found


@EITHER
def test_fields_are_found_where_the_circuit_has_them(
    table: Hash, engine: Engine, reference: Engine, generator: np.random.Generator
) -> None:
    backwards = arranged(table, lambda fields: dict(reversed(fields.items())))
    assert backwards.layout() != table.layout()
    blocks, named = given(table, streams_of([5, 200], generator))
    expected, found = Trace(table, 9), Trace(backwards, 9)
    fill(reference, expected, table, blocks, named)
    fill(engine, found, table, blocks, named)
    for name in table.layout():
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def without_one(fields: dict[str, Any]) -> dict[str, Any]:
    """One field less."""
    return dict(list(fields.items())[1:])


def one_wider(fields: dict[str, Any]) -> dict[str, Any]:
    """One field as wide as another."""
    first, *_, widest = sorted((field.width, name) for name, field in fields.items() if field.values is None)
    return {**fields, first[1]: fields[widest[1]]}


def one_more(fields: dict[str, Any]) -> dict[str, Any]:
    """One field more."""
    return {**fields, "also": next(iter(fields.values()))}


def renamed(fields: dict[str, Any]) -> dict[str, Any]:
    """One field under another name."""
    first = next(iter(fields))
    return {"other" if name == first else name: field for name, field in fields.items()}


def nothing(columns: int, kind: type[np.generic] = np.uint32) -> NDArray[Any]:
    """A matrix without rows."""
    return np.zeros((0, columns), dtype=kind)


@pytest.mark.parametrize(
    ("table", "verb", "arguments"),
    [
        (Sha256, "fill_sha256", (nothing(BLOCK, np.uint8), nothing(3))),
        (Keccak, "fill_keccak", (nothing(RATE, np.uint8), nothing(4))),
        (Poseidon2, "fill_poseidon2", (nothing(WIDTH),)),
    ],
)
@pytest.mark.parametrize("change", [without_one, one_wider, one_more, renamed])
def test_a_table_of_other_fields_is_refused(
    table: type[Table[Any]],
    verb: str,
    arguments: tuple[NDArray[Any], ...],
    change: Callable[[dict[str, Any]], dict[str, Any]],
    engine: Engine,
) -> None:
    filler = getattr(engine, verb)
    filler(Trace(table, 8), *arguments)
    with pytest.raises(KernelError, match="field"):
        filler(Trace(arranged(table, change), 8), *arguments)


def changed(array: NDArray[Any], row: int, column: int, value: int) -> NDArray[Any]:
    """A copy with one value changed."""
    found = array.copy()
    found[row, column] = value
    return found


@EITHER
@pytest.mark.parametrize(
    "spoil",
    [
        lambda blocks, named: (blocks[:, 1:], named),
        lambda blocks, named: (blocks.reshape(-1), named),
        lambda blocks, named: (blocks.astype(np.uint32), named),
        lambda blocks, named: (blocks, named[1:]),
        lambda blocks, named: (blocks, named[:, 1:]),
        lambda blocks, named: (blocks, named.reshape(-1)),
        lambda blocks, named: (blocks, named.astype(np.int64)),
        lambda blocks, named: (blocks, changed(named, 0, 0, P)),
        lambda blocks, named: (blocks, changed(named, 0, 1, P)),
        lambda blocks, named: (blocks, changed(named, 0, -1, 2)),
        lambda blocks, named: (blocks, changed(named, 0, -2, P)),
        lambda blocks, named: (blocks, changed(named, -1, -1, 0)),
        lambda blocks, named: (np.repeat(blocks, 9, axis=0), np.repeat(named, 9, axis=0)),
    ],
)
def test_what_cannot_be_filled_is_refused(
    table: Hash, spoil: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]], engine: Engine
) -> None:
    blocks, named = given(table, [Stream(1, 1, bytes(2 * RATE)), Stream(1, 2, b"")])
    fill(engine, Trace(table, 9), table, blocks, named)
    with pytest.raises(KernelError):
        fill(engine, Trace(table, 9), table, *spoil(blocks, named))


@EITHER
def test_a_matrix_that_cannot_be_written_is_refused(table: Hash, native: Engine) -> None:
    blocks, named = given(table, [Stream(1, 1, b"abc")])
    for spoilt in (
        Trace(table, 8).matrix[:, ::-1],
        Trace(table, 8).matrix.astype(np.int64),
        Trace(table, 8).matrix[:, :-1].copy(),
        np.zeros((0, 0), dtype=np.uint32),
        np.zeros(5, dtype=np.uint32),
        None,
    ):
        trace = Trace(table, 8)
        vars(trace)["matrix"] = spoilt
        with pytest.raises(KernelError):
            fill(native, trace, table, blocks, named)
    trace = Trace(table, 8)
    trace.matrix.flags.writeable = False
    with pytest.raises(KernelError):
        fill(native, trace, table, blocks, named)


def test_a_schedule_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, native: Engine) -> None:
    from prover import kernel
    from prover.kernel_keccak import SCHEDULE

    blocks, named = given(Keccak, [Stream(1, 1, b"abc")])
    for spoilt in (
        SCHEDULE._replace(rotations=(64,) * 25),
        SCHEDULE._replace(round_constants=SCHEDULE.round_constants[1:]),
        SCHEDULE._replace(absorbed=((25,) * 5,) * 5),
        SCHEDULE._replace(planes=(0, 1, 2, 3, 5)),
        SCHEDULE._replace(sides=(((3, 0),) * 4,) * 5),
        SCHEDULE._replace(sides=(((0, 5),) * 4,) * 5),
        SCHEDULE._replace(accounted=((25,),) * 5),
        SCHEDULE._replace(worth=(1, 4, -12)),
        SCHEDULE._replace(limb_bits=(24, 24, 15)),
        SCHEDULE._replace(digit_base=1 << 40),
        None,
    ):
        monkeypatch.setattr(kernel, "SCHEDULE", spoilt)
        with pytest.raises(KernelError, match="schedule"):
            fill(native, Trace(Keccak, 8), Keccak, blocks, named)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 300, 512])
def test_the_compiled_engine_compresses_what_the_reference_does(
    count: int, native: Engine, reference: Engine, generator: np.random.Generator
) -> None:
    inputs = generator.integers(P, size=(count, WIDTH), dtype=np.uint32)
    inputs[:2] = P - 1
    traces = [dirty(Poseidon2, 9) for _ in range(2)]
    for engine, trace in zip((native, reference), traces, strict=True):
        engine.fill_poseidon2(trace, inputs)
    assert traces[0].matrix.tobytes() == traces[1].matrix.tobytes()


def test_compressions_are_found_where_the_circuit_has_them(
    engine: Engine, reference: Engine, generator: np.random.Generator
) -> None:
    inputs = generator.integers(P, size=(5, WIDTH), dtype=np.uint32)
    backwards = arranged(Poseidon2, lambda fields: dict(reversed(fields.items())))
    expected, found = Trace(Poseidon2, 3), Trace(backwards, 3)
    reference.fill_poseidon2(expected, inputs)
    engine.fill_poseidon2(found, inputs)
    for name in Poseidon2.layout():
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


@pytest.mark.parametrize(
    "inputs",
    [
        np.zeros((9, WIDTH), dtype=np.uint32),
        np.zeros((1, WIDTH - 1), dtype=np.uint32),
        np.zeros(WIDTH, dtype=np.uint32),
        np.zeros((1, WIDTH), dtype=np.int64),
        np.full((1, WIDTH), P, dtype=np.uint32),
    ],
)
def test_what_cannot_be_compressed_is_refused(inputs: Any, engine: Engine) -> None:
    with pytest.raises(KernelError):
        engine.fill_poseidon2(Trace(Poseidon2, 3), inputs)


def test_constants_out_of_range_are_refused(monkeypatch: pytest.MonkeyPatch, native: Engine) -> None:
    from prover import kernel
    from prover.kernel_poseidon2 import POSEIDON2

    for spoilt in (
        POSEIDON2._replace(diagonal=(P,) * WIDTH),
        POSEIDON2._replace(partial=POSEIDON2.partial[1:]),
        None,
    ):
        monkeypatch.setattr(kernel, "POSEIDON2", spoilt)
        with pytest.raises(KernelError, match="constant"):
            native.fill_poseidon2(Trace(Poseidon2, 3), np.zeros((1, WIDTH), dtype=np.uint32))
