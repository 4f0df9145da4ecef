"""What is named on the settlement verifier's command line is told apart from a verdict."""

import os
from pathlib import Path

import pytest

from verifier import cli
from verifier.arguments import TooLong, UsageError, expectations, proof_bytes
from verifier.proof import MAX_PROOF_BYTES


def test_what_is_no_file_is_wrong_usage_and_no_verdict(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, tmp_path / "missing", Path("nul\0byte"), Path()):
        with pytest.raises(UsageError) as error:
            proof_bytes(path)
        assert error.value.code == "FILE_UNREADABLE"
        assert cli.main([str(path)]) == cli.USAGE


def test_a_file_longer_than_any_proof_is_rejected_unread(tmp_path: Path) -> None:
    path = tmp_path / "giant"
    with path.open("wb") as file:
        file.truncate(MAX_PROOF_BYTES + 1)
    with pytest.raises(TooLong):
        proof_bytes(path)
    assert cli.main([str(path)]) == cli.REJECTED


def test_any_other_file_gets_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    for data in (b"", b"SQTRPRF1", bytes(1000)):
        path.write_bytes(data)
        assert cli.main([str(path)]) == cli.REJECTED


def test_expectations_are_read_by_the_kind_of_their_field() -> None:
    assert expectations(["first_height=10", "namespace=0x00Ab", "anchor="]) == {
        "first_height": 10,
        "namespace": b"\0\xab",
        "anchor": b"",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("first_height=0x10", "VALUE_MALFORMED"),
        ("first_height=-1", "VALUE_MALFORMED"),
        ("first_height=\u0663", "VALUE_MALFORMED"),
        ("first_height=" + "9" * 5000, "VALUE_MALFORMED"),
        ("first_height=", "VALUE_MALFORMED"),
        ("namespace=xy", "VALUE_MALFORMED"),
        ("height=10", "FIELD_UNKNOWN"),
        ("FIELDS=10", "FIELD_UNKNOWN"),
        ("first_height", "FIELD_UNKNOWN"),
    ],
)
def test_wrong_expectations_are_wrong_usage(text: str, code: str) -> None:
    with pytest.raises(UsageError) as error:
        expectations([text])
    assert error.value.code == code


def test_a_field_is_expected_once() -> None:
    with pytest.raises(UsageError) as error:
        expectations(["chain_id=1", "chain_id=1"])
    assert error.value.code == "FIELD_REPEATED"
