"""Messages about public-key recovery on secp256k1 (docs/decisions/0009-secp256k1-recovery.md).

`number` names a signature among those of the batch; `Secp256k1Signature` gives each row its own. Integers of 256
bits stand in 32 bytes, y-coordinates in 16 limbs of sixteen bits, the least significant first.
"""

from collections.abc import Sequence

from circuits.dsl import Bus, C, Cells, cells
from circuits.gadgets.modular import HALVES, LIMBS

ADDRESS = 20

# Labels: which multiple of R a point is, w being the endomorphism; 1 + w = -w^2.
ONE = 0
ONE_AND_W = 1
TWO = 2
TWO_AND_W = 3
MINUS_TWO_W = 4
TWO_W_SQUARED = 5
MINUS_W = 6


class Recover(Bus[C]):
    """What becomes of a signature; received once for each request, and true.

    `valid` is 1 and `address` the signer's, or both are zero. `hash`, `r`, `s` and `address` are big-endian. The
    sender owes that those are bytes and that `parity` is 0 or 1; `request` is the sender's own name for it.
    """

    name = "secp256k1.recover"
    request: "C | int"
    hash: Cells[C] = cells(LIMBS)
    parity: "C | int"
    r: Cells[C] = cells(LIMBS)
    s: Cells[C] = cells(LIMBS)
    valid: "C | int"
    address: Cells[C] = cells(ADDRESS)


class Relation(Bus[C]):
    """left * right + linear is a multiple of the prime, or of the order if `of_order` is 1, as integers.

    The sender owes that limbs of the factors lie within -255 .. 255, and those of `linear`, sixteen bits apart,
    within `LINEAR_BOUND`.
    """

    name = "secp256k1.relation"
    of_order: "C | int"
    left: "Sequence[C | int]" = cells(LIMBS)
    right: "Sequence[C | int]" = cells(LIMBS)
    linear: "Sequence[C | int]" = cells(HALVES)


LINEAR_BOUND = 1 << 26


class NotAbove(Bus[C]):
    """`low` is 32 bytes, and as an integer not above `high`; the sender owes that `high` is bytes."""

    name = "secp256k1.not_above"
    low: "Sequence[C | int]" = cells(LIMBS)
    high: "Sequence[C | int]" = cells(LIMBS)


class Multiple(Bus[C]):
    """The multiple of a signature's R that `label` says; limbs of y have either sign.

    Only facts are provided, each following from facts with labels that the provider looked up, R's own first.
    """

    name = "secp256k1.multiple"
    number: C
    label: "C | int"
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)


class BasePoint(Bus[C]):
    """`coefficient` times the window's weight times the generator."""

    name = "secp256k1.base_point"
    window: "C | int"
    coefficient: C
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)


class LadderStart(Bus[C]):
    """From which point the ladder starts: TWO_W_SQUARED if `start` is 1, MINUS_TWO_W if 0."""

    name = "secp256k1.ladder_start"
    number: C
    start: C


class LadderDigits(Bus[C]):
    """Eight steps of the ladder, as a byte of each coordinate's digits; place 0 is the most significant."""

    name = "secp256k1.ladder_digits"
    number: C
    place: "C | int"
    first: C
    second: C


class LadderEnd(Bus[C]):
    """The point before the ladder's last step, and what that step adds."""

    name = "secp256k1.ladder_end"
    number: C
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)
    addend_x: Cells[C] = cells(LIMBS)
    addend_y: Cells[C] = cells(HALVES)


class BaseDigit(Bus[C]):
    """A window's signed coefficient in the multiple of the generator."""

    name = "secp256k1.base_digit"
    number: C
    window: "C | int"
    digit: C


class BaseEnd(Bus[C]):
    """The multiple of the generator that the digits make."""

    name = "secp256k1.base_end"
    number: C
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)


class Sum(Bus[C]):
    """The recovered point: the ladder's, plus the generator's multiple if `has_base`; zeros if `infinite`."""

    name = "secp256k1.sum"
    number: C
    has_base: C
    infinite: C
    x: Cells[C] = cells(LIMBS)
    y: Cells[C] = cells(HALVES)
