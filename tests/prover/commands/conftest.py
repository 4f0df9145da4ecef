"""The command line in this process, and a service over the fake pipeline where one is needed."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from prover import cli
from tests.prover.service.conftest import service

__all__ = ["service"]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def start(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["sequitur", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return start
