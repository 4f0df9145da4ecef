"""docs/protocol.md says what the code does, and the code's references to the documents lead somewhere."""

import re

import pytest

from tests.docs.pages import DOCS, ROOT, page, rows, section
from tests.verifier.proofs import TOYS, make
from tests.verifier.test_rounds import grind_everywhere, rounds
from verifier import proof, statement
from verifier.transcript import TAG

PROTOCOL = page("protocol.md")
REFERENCE = re.compile(r"\b(docs/(?:decisions/)?\w+\.md)(?:, (?:section )?([A-Z][a-z ]+[a-z]))?")
SOURCES = [
    path
    for folder in ("verifier", "circuits", "prover", "kernel/src")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".rs")
]


def listed(folds: int) -> list[tuple[str, str, bool]]:
    """The page's labels in order with their step, and whether a proof may lack them."""
    found: list[tuple[str, str, bool]] = []
    folding: list[tuple[str, str, bool]] = []
    for label, step, what in rows(section(PROTOCOL, "Transcript"))[3:]:
        row = (label, step, step == "work" or what.endswith("]"))
        if label.endswith(" j"):
            folding.append(row)
            continue
        for number in range(folds if folding else 0):
            found += [(name.removesuffix("j") + str(number), *rest) for name, *rest in folding]  # type: ignore[misc]
        folding = []
        found.append(row)
    return found


@pytest.mark.parametrize("name", TOYS)
def test_the_transcript_is_the_one_of_the_page(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grind_everywhere(monkeypatch, 1)
    made = make(TOYS[name])
    page_says = listed(len(made.shape().folds))
    happened = [(label, data is None) for label, data in rounds(made, monkeypatch)]
    labels = {label for label, _ in happened}
    assert happened == [(label, step == "draw") for label, step, _ in page_says if label in labels]
    assert {label for label, _, may_lack in page_says if not may_lack} <= labels


def test_every_round_of_the_page_is_met_by_some_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    grind_everywhere(monkeypatch, 1)
    met = {event.label for name in TOYS for event in rounds(make(TOYS[name]), monkeypatch)}
    assert {label for label, _, _ in listed(1)} <= met


def test_constants_are_those_of_the_page() -> None:
    assert f'SHA-256("{TAG.decode()}")' in PROTOCOL
    wire = section(PROTOCOL, "Wire format")
    assert f"magic `{proof.MAGIC.decode()}`" in wire
    assert f"format version, {proof.FORMAT_VERSION} " in wire
    assert f"| {statement.LENGTH} | the statement" in wire
    assert f"{proof.MAX_PROOF_BYTES >> 20} MiB" in wire


def test_equations_are_numbered_in_order() -> None:
    numbers = [int(number) for number in re.findall(r"^ *\((\d+)\)  ", PROTOCOL, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_references_from_the_code_exist() -> None:
    met = 0
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for name, heading in REFERENCE.findall(text):
            assert (ROOT / name).is_file(), f"{path.name} refers to {name}"
            if heading:
                first = heading.split(" to ")[0]
                headings = re.findall(r"^## (.*)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
                assert any(first.startswith(each) for each in headings), f"{path.name} refers to {heading}"
            met += 1
    assert met


def test_links_between_documents_lead_somewhere() -> None:
    for path in sorted(DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
