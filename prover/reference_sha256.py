"""The table of SHA-256 compressions, filled by the reference engine."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from circuits.dsl import Trace
from circuits.tables.sha256 import (
    CONSTANTS,
    INITIAL,
    LIMB,
    LIMB_MASK,
    MESSAGE_ROWS,
    ROUND_ROWS,
    ROUNDS,
    STATE,
    WORD,
    Sha256,
)
from prover.engine import KernelError, Matrix
from prover.reference_blocks import check_blocks, numbers
from verifier.field import P

Words = NDArray[Any]  # unsigned 64-bit
Integers = NDArray[np.int64]
W = TypeVar("W", int, Words)

MASK = (1 << WORD) - 1
BLOCK = 64
BLOCK_ROWS = ROUND_ROWS + 1
ROUND_CONSTANTS = np.array(CONSTANTS, dtype=np.uint64).reshape(ROUND_ROWS, ROUNDS)
LIMB_INVERSE = pow(1 << LIMB, -1, P)


def _big_sigma(word: Words, first: int, second: int, third: int) -> Words:
    twice: Words = word | word << WORD
    return (twice >> first ^ twice >> second ^ twice >> third) & MASK


def _small_sigma(word: Words, first: int, second: int, shift: int) -> Words:
    twice: Words = word | word << WORD
    return (twice >> first ^ twice >> second) & MASK ^ word >> shift


def _schedule(blocks: NDArray[np.uint8]) -> Words:
    """W_0 .. W_63 (64, blocks) of blocks (blocks, 64) of bytes."""
    w: list[Words] = list(blocks.view(">u4").T.astype(np.uint64))
    for t in range(16, len(CONSTANTS)):
        one, zero = _small_sigma(w[t - 2], 17, 19, 10), _small_sigma(w[t - 15], 7, 18, 3)
        w.append((one + w[t - 7] + zero + w[t - 16]) & MASK)
    return np.array(w)


def _rounds(state: Sequence[W], schedule: Sequence[W]) -> tuple[list[W], list[W]]:
    """The words A and E: the four that are a state (a to h), then those after each of the 64 rounds."""
    a, b, c, d, e, f, g, h = state
    words_a, words_e = [d, c, b, a], [h, g, f, e]
    for constant, w in zip(CONSTANTS, schedule, strict=True):
        twice_e, twice_a = e | e << WORD, a | a << WORD
        t1 = h + (twice_e >> 6 ^ twice_e >> 11 ^ twice_e >> 25) + (g ^ e & (f ^ g)) + constant + w
        t2 = (twice_a >> 2 ^ twice_a >> 13 ^ twice_a >> 22) + (a & b | c & (a | b))
        h, g, f, e = g, f, e, (d + t1) & MASK
        d, c, b, a = c, b, a, (t1 + t2) & MASK
        words_a.append(a)
        words_e.append(e)
    return words_a, words_e


def _after(state: Sequence[W], schedule: Sequence[W]) -> list[W]:
    """The chaining value after a block."""
    words_a, words_e = _rounds(state, schedule)
    latest = words_a[:-5:-1] + words_e[:-5:-1]
    return [(old + new) & MASK for old, new in zip(state, latest, strict=True)]


def _chaining(number: Integers, schedule: Words) -> tuple[Words, Words]:
    """The chaining values before and after each block, each (8, blocks), from its number in its message."""
    before, after = np.empty((2, STATE, len(number)), dtype=np.uint64)
    for block in range(len(number)):
        before[:, block] = after[:, block - 1] if number[block] else INITIAL
        after[:, block] = _after(before[:, block].tolist(), schedule[:, block].tolist())
    return before, after


def fill_sha256(trace: Trace, blocks: NDArray[np.uint8], named: Matrix) -> None:
    """See `prover.engine.Engine.fill_sha256`."""
    check_blocks(trace, Sha256, blocks, BLOCK, named, 1)
    last = named[:, 2].astype(bool)
    height, count = len(trace.matrix), len(blocks)
    if height < BLOCK_ROWS * count + last.sum():
        raise KernelError("the trace has fewer rows than the compressions")
    number = numbers(last)
    first_round = BLOCK_ROWS * np.arange(count) + np.cumsum(number == 0)
    rounds = first_round[:, None] + np.arange(ROUND_ROWS)
    after_block = first_round + ROUND_ROWS
    of_block = first_round[:, None] + np.arange(BLOCK_ROWS)

    trace.matrix[:] = 0
    trace.fresh = 1
    trace.fresh[of_block] = 0
    trace.more[after_block], trace.done[after_block] = ~last, last
    trace.rounds[rounds] = np.eye(ROUND_ROWS, dtype=np.uint32)
    trace.source[of_block], trace.message[of_block] = named[:, 0, None], named[:, 1, None]
    consumed = np.minimum(np.arange(BLOCK_ROWS), MESSAGE_ROWS)
    trace.chunk[of_block] = MESSAGE_ROWS * number[:, None] + consumed
    trace.ends[rounds[:, MESSAGE_ROWS - 1 :]] = last[:, None]

    schedule = _schedule(blocks)
    before, after = _chaining(number, schedule)
    chaining = np.empty((height, STATE), dtype=np.uint64)
    chaining[:] = INITIAL
    chaining[rounds] = before.T[:, None]
    chaining[after_block] = after.T
    trace.chaining = _limbs(chaining).reshape(height, -1)

    # (rows, 4), the words of each row; on rows that hold a chaining value it reads as four rounds.
    a, e = chaining[:, 3::-1].copy(), chaining[:, :3:-1].copy()
    w = np.zeros((height, ROUNDS), dtype=np.uint64)
    computed = _rounds(list(before), list(schedule))
    for words, values in zip((a, e), computed, strict=True):
        words[rounds] = np.array(values[ROUNDS:]).T.reshape(count, ROUND_ROWS, ROUNDS)
    w[rounds] = schedule.T.reshape(count, ROUND_ROWS, ROUNDS)
    trace.a, trace.e, trace.w = _bits(a), _bits(e), _bits(w)
    _fill_round_carries(trace, a, e, w)
    _fill_schedule_sums(trace, w)


def _limbs(words: Words) -> Integers:
    """Both limbs of each word, the lower one first, along a new last axis."""
    return np.stack([words & LIMB_MASK, words >> LIMB], axis=-1).astype(np.int64)


def _bits(words: Words) -> NDArray[np.uint8]:
    """The bits of words (rows, n), lowest first, as (rows, 32 n)."""
    return np.unpackbits(words.astype("<u4").view(np.uint8), axis=1, bitorder="little")


def _over_limb(total: Integers) -> Integers:
    """What a sum is in multiples of a limb, in the field: small where the sum is one of the computation's."""
    return total % P * LIMB_INVERSE % P


def _with_above(words: Words) -> list[Words]:
    """The words of each row but the first, after those of the row above it: eight columns."""
    return list(np.concatenate([words[:-1], words[1:]], axis=1).T)


def _fill_round_carries(trace: Trace, words_a: Words, words_e: Words, words_w: Words) -> None:
    """The carries that make the sums of a round hold on every row but the first, and those of the additions after
    a block.
    """
    a, e, w = _with_above(words_a), _with_above(words_e), _with_above(words_w)
    flags = trace.rounds[1:]
    in_round: NDArray[Any] = np.any(flags, axis=1)
    constants = (flags @ ROUND_CONSTANTS).T
    chaining_carries = _chaining_carries(trace, words_a, words_e)
    e_carry, a_carry = trace.e_carry[1:], trace.a_carry[1:]
    for index in range(ROUNDS):
        e1, e2, e3 = e[index + 3], e[index + 2], e[index + 1]
        a1, a2, a3 = a[index + 3], a[index + 2], a[index + 1]
        in_e = (e[index], _big_sigma(e1, 6, 11, 25), e1 & e2 ^ (e1 ^ MASK) & e3, constants[index])
        in_a = (_big_sigma(a1, 2, 13, 22), a1 & a2 ^ a1 & a3 ^ a2 & a3)
        e_new, d, a_new = _limbs(e[index + 4]), _limbs(a[index]), _limbs(a[index + 4])
        total_e = sum(map(_limbs, in_e), d + _limbs(w[index + 4]) - e_new)
        total_a = sum(map(_limbs, in_a), e_new - d - a_new)
        e_out: Any = 0
        a_out: Any = 0
        for limb in (0, 1):
            at = 2 * index + limb
            e_out = _over_limb(total_e[:, limb] + e_out)
            a_out = _over_limb(total_a[:, limb] + a_out)
            high = np.where(
                in_round[:, None], e_out[:, None] >> [1, 2] & 1, chaining_carries[:, 2 * at : 2 * at + 2]
            )
            e_carry[:, 3 * at] = (e_out - high @ [2, 4]) % P
            e_carry[:, 3 * at + 1 : 3 * at + 3] = high
            a_carry[:, 2 * at : 2 * at + 2] = _pair((a_out + 1) % P, in_round)


def _chaining_carries(trace: Trace, words_a: Words, words_e: Words) -> Integers:
    """Of every row but the first that follows a block: the carries of the additions, two a word."""
    after_block = (trace.more | trace.done)[1:]
    before = trace.chaining[:-1].reshape(-1, STATE, 2)
    total = before + _limbs(np.concatenate([words_a[:, ::-1], words_e[:, ::-1]], axis=1)[:-1])
    lower = total[:, :, 0] >> LIMB
    upper = (total[:, :, 1] + lower) >> LIMB
    carries = np.stack([lower, upper], axis=-1).reshape(-1, 2 * STATE)
    return np.where(after_block[:, None], carries, 0)


def _fill_schedule_sums(trace: Trace, words: Words) -> None:
    """On every row but the first: the sums on their way down, and the carries of the words made."""
    w = _with_above(words)
    first, second, third = trace.first_sum, trace.second_sum, trace.third_sum
    w_carry = trace.w_carry[1:]
    scheduled: NDArray[Any] = np.any(trace.rounds[1:, MESSAGE_ROWS:], axis=1)
    for index in range(ROUNDS):
        both = slice(2 * index, 2 * index + 2)
        first[1:, both] = _limbs(w[index]) + _limbs(_small_sigma(w[index + 1], 7, 18, 3))
        second[1:, both] = first[:-1, both]
        third[1:, both] = second[:-1, both] + _limbs(w[index + 1])
        total = _limbs(_small_sigma(w[index + 2], 17, 19, 10)) - _limbs(w[index + 4]) + third[:-1, both]
        out: Any = 0
        for limb in (0, 1):
            at = 2 * index + limb
            out = _over_limb(total[:, limb] + out)
            w_carry[:, 2 * at : 2 * at + 2] = _pair(out, scheduled)


def _pair(value: Integers, split: NDArray[Any]) -> Integers:
    """A carry in two cells, as two bits where `split`, else whole in the first."""
    second = np.where(split, value >> 1, 0)
    return np.stack([value - 2 * second, second], axis=1)
