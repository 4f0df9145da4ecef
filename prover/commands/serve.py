"""`sequitur serve`: the gRPC service in this process."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from prover import telemetry
from prover.commands.output import print_json, stdout
from prover.service.server import serve as run_service
from prover.service.settings import DEFAULT_ADDRESS, Settings

DEFAULT_STORE = Path(typer.get_app_dir("sequitur"))


def serve(
    *,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to answer; port 0 takes a free one.")
    ] = (DEFAULT_ADDRESS),
    store: Annotated[
        Path, typer.Option(metavar="DIRECTORY", help="Where jobs and proofs are kept.", show_default=False)
    ] = DEFAULT_STORE,
    workers: Annotated[int, typer.Option(min=1, help="How many batches are proven at the same time.")] = 1,
    time_limit: Annotated[
        float, typer.Option(min=1, help="Seconds one attempt at a proof may take.")
    ] = 3600.0,
    reflection: Annotated[bool, typer.Option(help="Let clients ask for the API's description.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Address and log lines as JSON.")] = False,
) -> None:
    """Serve proofs over gRPC until told to stop (Ctrl-C or SIGTERM).

    What was accepted survives any crash: a new start on the same store takes it up. The connection is not
    encrypted: listen on this machine only, or behind a proxy that encrypts and knows its callers.

    Examples:

      sequitur serve

      sequitur serve --listen 127.0.0.1:6000 --store /var/lib/sequitur --workers 2
    """
    telemetry.configure(as_json)

    def announce(address: str) -> None:
        if as_json:
            print_json({"address": address})
        else:
            stdout().print(f"listening on {address}, store {store}", markup=False, soft_wrap=True)

    asyncio.run(
        run_service(
            Settings(
                store=store, address=listen, workers=workers, time_limit=time_limit, reflection=reflection
            ),
            announce,
        )
    )
