"""Ethereum's specification can only be installed where coincurve 20 has wheels, up to Python 3.12 (pyproject.toml)."""

from importlib.util import find_spec

_WITH_SPECIFICATION = ["test_decoding.py", "test_ethereum_agrees.py", "test_rules.py"]

collect_ignore = [] if find_spec("ethereum") else _WITH_SPECIFICATION


def pytest_report_header() -> str | None:
    """Say what is left out."""
    return f"no ethereum-execution here: {', '.join(collect_ignore)} left out" if collect_ignore else None
