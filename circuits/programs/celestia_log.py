"""`celestia-log`: what Celestia ordered for a namespace, absorbed into a hash chain."""

from functools import cache

from circuits.dsl import Compiled, compile_program, verifier_receives, verifier_sends
from circuits.programs import celestia
from circuits.programs.celestia import public, public_height
from circuits.tables.log import Log, LogBegin, LogEnd
from circuits.tables.parts import Parts
from circuits.tables.sha256 import Sha256
from circuits.tables.sha256_padding import Sha256Padding


@cache
def celestia_log() -> Compiled:
    """The program that the verifier knows as `celestia-log`."""
    begin = LogBegin(public_height("first_height"), public("state_before"), public("chain_id"))
    end = LogEnd(public_height("last_height"), public("state_after"))
    return compile_program(
        "celestia-log",
        (*celestia.TABLES, Log, Parts, Sha256Padding, Sha256),
        (*celestia.boundaries(), verifier_sends(begin), verifier_receives(end)),
    )
