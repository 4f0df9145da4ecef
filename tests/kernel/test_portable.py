"""A kernel built for any machine of this architecture gives the same proofs, byte for byte.

Builds it first, apart from the installed one: a minute or two, hence `make test-portable`.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "kernel" / "target" / "portable"
LIBRARY = TARGET / "release" / ("lib_kernel.dylib" if sys.platform == "darwin" else "lib_kernel.so")


def build() -> None:
    """What `make PORTABLE=1 kernel` compiles: no flags, so nothing beyond the architecture's baseline."""
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--features", "extension-module"]
    manifest = ["--manifest-path", str(ROOT / "kernel" / "Cargo.toml"), "--target-dir", str(TARGET)]
    subprocess.run([*command, *manifest], env={**os.environ, "RUSTFLAGS": ""}, check=True)


def made_with(kernel: str | Path) -> dict[str, Any]:
    """Lanes of a build, and digests of the proofs it makes."""
    command = [sys.executable, "-m", "tests.kernel.portable_proofs", str(kernel)]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


@pytest.mark.slow
@pytest.mark.kernel
def test_a_portable_build_proves_the_same_bytes() -> None:
    from prover import _kernel

    build()
    installed, portable = made_with(_kernel.__file__), made_with(LIBRARY)
    assert installed["proofs"] == portable["proofs"]
    assert "celestia-log" in portable["proofs"]
    if platform.machine() == "x86_64":
        assert portable["lanes"] == 1, "the baseline of x86-64 has no vectors that the kernel uses"
