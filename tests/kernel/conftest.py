"""Both engines, one after the other, for every test of a verb."""

import numpy as np
import pytest

from prover.engine import Engine
from prover.reference import ReferenceEngine


@pytest.fixture(params=["reference", pytest.param("native", marks=pytest.mark.kernel)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The numpy engine, then the compiled one."""
    return ReferenceEngine() if request.param == "reference" else native_engine()


@pytest.fixture
def native() -> Engine:
    """The compiled engine."""
    return native_engine()


@pytest.fixture
def reference() -> Engine:
    """The numpy engine."""
    return ReferenceEngine()


@pytest.fixture
def generator(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same for a test in every run."""
    return np.random.default_rng(list(request.node.originalname.encode()))


def native_engine() -> Engine:
    """Import late: reference tests run without the compiled extension."""
    from prover.kernel import NativeEngine

    return NativeEngine()
