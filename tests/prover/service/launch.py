"""Runs a service over the fake pipeline: ``python -m tests.prover.service.launch SETTINGS``."""

import asyncio
import json
import resource
import sys
from pathlib import Path

from prover import telemetry
from prover.errors import SetupError
from prover.service.server import serve
from prover.service.settings import EntryPoints, Settings

FAKE = EntryPoints("tests.prover.service.fake:prove_batch", "tests.prover.service.fake:verify")


def main() -> int:
    chosen = json.loads(sys.argv[1])
    file_size = chosen.pop("file_size", None)
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    telemetry.configure(as_json=True)
    settings = Settings(store=Path(chosen.pop("store")), entry_points=FAKE, **chosen)
    try:
        asyncio.run(serve(settings, lambda address: print(address, flush=True)))
    except SetupError as error:
        print(error.code)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
