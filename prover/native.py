"""The engine that proves, if it is built."""

from prover.engine import Engine
from prover.errors import SetupError


def native_engine() -> Engine:
    """The compiled kernel; raises `SetupError` (KERNEL_MISSING)."""
    try:
        from prover.kernel import NativeEngine  # noqa: PLC0415 - the rest of the flow works without it
    except ImportError as error:
        raise SetupError(
            "KERNEL_MISSING", "The compiled kernel is not built.", "Run `make kernel`."
        ) from error
    return NativeEngine()
