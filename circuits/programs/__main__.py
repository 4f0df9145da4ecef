"""Write every program's canonical bytes beside the verifier, or with `--check` say whether they are up to date."""

import sys

from circuits.programs import PROGRAMS
from verifier.registry import FOLDER


def main() -> int:
    """Exit code 0 if the files are, or now are, what the circuits compile to."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for name, program in PROGRAMS.items():
        encoded = program().program.encode()
        path = FOLDER / f"{name}.bin"
        if path.is_file() and path.read_bytes() == encoded:
            continue
        if check:
            print(f"{path.name} is not what its circuit compiles to: run `make generate`", file=sys.stderr)
            stale = 1
            continue
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(encoded)
        print(f"wrote {path.name}: {len(encoded)} bytes, digest {program().program.digest.hex()}")
    return stale


if __name__ == "__main__":
    sys.exit(main())
