"""Which tables and buses make which rollup's statement true: a layer's half and a rollup's half in one program."""

from collections.abc import Callable, Mapping

from circuits.dsl import Compiled
from circuits.programs.celestia_log import celestia_log
from circuits.programs.celestia_payments import compile_payments

PROGRAMS: Mapping[str, Callable[[], Compiled]] = {
    "celestia_log": celestia_log,
    "celestia_payments": compile_payments,
}
"""Every program by the name of its file beside the verifier."""
