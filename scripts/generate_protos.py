"""Generates the Python code of ``proto/`` into ``prover/v1``; with ``--check``, fails if that differs.

The generated code is checked in, so that installing the product needs no protocol compiler.
"""

import argparse
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "proto"
TARGET = Path("prover/v1")


def generate(destination: Path) -> None:
    """Writes the generated modules below ``destination``; raises RuntimeError if a source is refused."""
    with tempfile.TemporaryDirectory() as canonical:
        # The common-protos package ships this file under another name than the one its descriptor is
        # registered by; generated code must import it by the registered one.
        operations = Path(canonical, "google/longrunning/operations.proto")
        operations.parent.mkdir(parents=True)
        shutil.copy(str(files("google.longrunning").joinpath("operations_proto.proto")), operations)
        common = Path(str(files("google.rpc").joinpath("status.proto"))).parents[2]
        well_known = Path(str(files("grpc_tools").joinpath("_proto")))
        sources = sorted(str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.proto"))
        includes = [f"--proto_path={path}" for path in (SOURCES, canonical, common, well_known)]
        outputs = [f"--{kind}_out={destination}" for kind in ("python", "grpc_python")]
        # The compiler's own stubs do not pass a strict type check.
        plugin = Path(sys.executable).parent / "protoc-gen-mypy"
        typed = (f"--plugin=protoc-gen-mypy={plugin}", f"--mypy_out=quiet:{destination}")
        if protoc.main(["protoc", *typed, *includes, *outputs, *sources]) != 0:
            raise RuntimeError("the protocol compiler refused a source; its message is above")
    (destination / TARGET / "__init__.py").write_text(
        '"""Code generated from `proto/prover/v1`; see scripts."""\n'
    )


def _contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.glob("*.py*")) if path.is_file()}


def main() -> int:
    """Generates or checks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only fail if the code differs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        wanted, present = _contents(Path(scratch) / TARGET), _contents(ROOT / TARGET)
    differing = sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )
    if not differing:
        return 0
    if arguments.check:
        print(f"out of step with proto/: {', '.join(differing)}; run `make generate`", file=sys.stderr)
        return 1
    target = ROOT / TARGET
    target.mkdir(parents=True, exist_ok=True)
    for name in differing:
        if name in wanted:
            (target / name).write_bytes(wanted[name])
        else:
            (target / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
