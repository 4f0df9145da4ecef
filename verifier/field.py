"""KoalaBear and its quintic extension.

F = Z/P with P = 2^31 - 2^24 + 1; K = F[X]/(X^5 + X^2 - 1), an element being its five coefficients, constant
term first. Both are those of Plonky3's `p3-koala-bear`. Encodings are four little-endian bytes a coefficient.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from verifier.errors import Rejected

P = 2**31 - 2**24 + 1
GENERATOR = 3
TWO_ADICITY = 24
DEGREE = 5

Extension: TypeAlias = tuple[int, int, int, int, int]

ZERO: Extension = (0, 0, 0, 0, 0)
ONE: Extension = (1, 0, 0, 0, 0)


def root_of_unity(log_order: int) -> int:
    """The subgroup generator of order 2^log_order, 0 <= log_order <= TWO_ADICITY."""
    return pow(GENERATOR, (P - 1) >> log_order, P)


def embed(value: int) -> Extension:
    """A base field element, reduced, as an element of K."""
    return (value % P, 0, 0, 0, 0)


def add(a: Extension, b: Extension) -> Extension:
    """a + b."""
    return ((a[0] + b[0]) % P, (a[1] + b[1]) % P, (a[2] + b[2]) % P, (a[3] + b[3]) % P, (a[4] + b[4]) % P)


def subtract(a: Extension, b: Extension) -> Extension:
    """a - b."""
    return ((a[0] - b[0]) % P, (a[1] - b[1]) % P, (a[2] - b[2]) % P, (a[3] - b[3]) % P, (a[4] - b[4]) % P)


def multiply(a: Extension, b: Extension) -> Extension:
    """a·b, with X^5 = 1 - X^2, X^6 = X - X^3, X^7 = X^2 - X^4, X^8 = X^3 + X^2 - 1."""
    a0, a1, a2, a3, a4 = a
    b0, b1, b2, b3, b4 = b
    c5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1
    c6 = a2 * b4 + a3 * b3 + a4 * b2
    c7 = a3 * b4 + a4 * b3
    c8 = a4 * b4
    return (
        (a0 * b0 + c5 - c8) % P,
        (a0 * b1 + a1 * b0 + c6) % P,
        (a0 * b2 + a1 * b1 + a2 * b0 - c5 + c7 + c8) % P,
        (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 - c6 + c8) % P,
        (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 - c7) % P,
    )


def scale(a: Extension, factor: int) -> Extension:
    """a times a base field element."""
    return (a[0] * factor % P, a[1] * factor % P, a[2] * factor % P, a[3] * factor % P, a[4] * factor % P)


def power(a: Extension, exponent: int) -> Extension:
    """a^exponent for exponent >= 0."""
    result = ONE
    while exponent:
        if exponent & 1:
            result = multiply(result, a)
        a = multiply(a, a)
        exponent >>= 1
    return result


def _frobenius_images(times: int) -> tuple[Extension, ...]:
    image = power((0, 1, 0, 0, 0), P**times)
    return tuple(power(image, index) for index in range(DEGREE))


_FROBENIUS = tuple(_frobenius_images(times) for times in range(1, DEGREE))


def inverse(a: Extension) -> Extension:
    """1/a through the norm: the product of all conjugates lies in F. Raises `ZeroDivisionError` for zero."""
    if a == ZERO:
        raise ZeroDivisionError("inverse of zero in the extension field")
    others = ONE
    for images in _FROBENIUS:
        conjugate = ZERO
        for coefficient, image in zip(a, images, strict=True):
            conjugate = add(conjugate, scale(image, coefficient))
        others = multiply(others, conjugate)
    norm = multiply(a, others)[0]
    return scale(others, pow(norm, -1, P))


def inverses(values: Sequence[Extension]) -> list[Extension]:
    """1/v of every value with one inversion (Montgomery's trick). Raises `ZeroDivisionError` for a zero."""
    before = [ONE]
    for value in values:
        before.append(multiply(before[-1], value))
    rest = inverse(before[-1])
    found = [ZERO] * len(values)
    for index in range(len(values) - 1, -1, -1):
        found[index] = multiply(rest, before[index])
        rest = multiply(rest, values[index])
    return found


def encode(values: Iterable[int]) -> bytes:
    """Canonical bytes of base field elements."""
    return b"".join(value.to_bytes(4, "little") for value in values)


def decode(data: bytes) -> tuple[int, ...]:
    """The base field elements of canonical bytes; raises `Rejected` for anything not canonical."""
    if len(data) % 4:
        raise Rejected("field elements must be four bytes each")
    values = memoryview(data).cast("I").tolist() if _NATIVE_LITTLE else _slow_words(data)
    if values and max(values) >= P:
        raise Rejected("a field element is not canonical")
    return tuple(values)


def _slow_words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]


_NATIVE_LITTLE = memoryview(b"\x01\x00\x00\x00").cast("I")[0] == 1
