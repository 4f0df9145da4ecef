"""Namespaces of Celestia: 29 bytes, a version and an identifier of 28 bytes, compared as byte strings.

Source: celestia-app, specs/src/namespace.md.
"""

from prover.errors import InputError

LENGTH = 29
"""Bytes of a namespace."""

_ZEROS = 18
"""Leading zero bytes of the identifier of a version 0 namespace."""

TRANSACTION = bytes(28) + b"\x01"
PAY_FOR_BLOB = bytes(28) + b"\x04"
PRIMARY_RESERVED_PADDING = bytes(28) + b"\xff"
TAIL_PADDING = b"\xff" * 28 + b"\xfe"
PARITY = b"\xff" * 29


def check_blob_namespace(namespace: bytes) -> None:
    """Raises InputError (NAMESPACE_INVALID) unless a blob can be posted to ``namespace``.

    Namespaces up to 0…0FF are reserved for the chain itself; version 255 is reserved as a whole.
    """
    if len(namespace) != LENGTH:
        raise _invalid(f"A namespace has {LENGTH} bytes, not {len(namespace)}.")
    if namespace[0] != 0:
        raise _invalid(f"Namespace {namespace.hex()} has version {namespace[0]}; blobs have version 0.")
    if any(namespace[1 : 1 + _ZEROS]):
        raise _invalid(f"Namespace {namespace.hex()} is of version 0 without its {_ZEROS} zero bytes.")
    if namespace <= PRIMARY_RESERVED_PADDING:
        raise _invalid(f"Namespace {namespace.hex()} is reserved for the chain itself.")


def _invalid(message: str) -> InputError:
    return InputError(
        "NAMESPACE_INVALID",
        message,
        "Give a blob's namespace: 19 zero bytes and 10 bytes of your choice that are more than 00…00FF, "
        "58 hexadecimal digits in all.",
    )
