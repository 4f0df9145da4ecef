"""docs/log.md: its example, recomputed from its formula and by the program's own rules."""

from hashlib import sha256

from prover.execution.log import GENESIS_STATE, execute
from prover.execution.ordered import OrderedHeight
from tests.docs.pages import blocks, page

LINES = [line.rsplit(None, 1) for line in blocks(page("log.md"), "hex")[0].splitlines()]
ITEMS = (b"\0\0hello", b"\0\1" + b"\xaa" * 20 + b"signed")


def test_every_line_of_the_example_follows_from_the_ones_above() -> None:
    known: dict[str, bytes] = {}
    for name, digits in LINES:
        data = bytes.fromhex(digits)
        if name == "digest":
            assert data == sha256(known["item"]).digest()
        elif name == "absorbed":
            assert data == b"\1" + known["state"] + known["digest"]
        elif name.startswith("end of"):
            height = int(name.removeprefix("end of "))
            count = 2 if height == 100 else 0
            numbers = (7777).to_bytes(8, "big") + height.to_bytes(8, "big") + count.to_bytes(4, "big")
            assert data == b"\2" + known["state"] + numbers
        elif name == "state":
            assert data == sha256(known["preimage"]).digest()
        if name == "state before":
            known["state"] = data
        elif name.startswith(("absorbed", "end of")):
            known["preimage"] = data
        else:
            known[name] = data
    assert [bytes.fromhex(digits) for name, digits in LINES if name == "item"] == list(ITEMS)


def test_the_program_comes_to_the_same_states() -> None:
    steps = execute(GENESIS_STATE, 7777, [OrderedHeight(100, ITEMS), OrderedHeight(101, ())])
    shown = [bytes.fromhex(digits) for name, digits in LINES if name == "state"]
    assert [step.after for step in steps] == shown
    assert bytes.fromhex(LINES[0][1]) == GENESIS_STATE
