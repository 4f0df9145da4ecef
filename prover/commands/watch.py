"""`sequitur watch`: follow a job of a service."""

from typing import Annotated

import typer
from google.protobuf import json_format

from prover.commands.following import ending_error
from prover.commands.output import ExitCode, print_json, progress_bars, stderr, stdout, tell_error
from prover.service.client import Client
from prover.service.settings import DEFAULT_ADDRESS
from prover.v1 import prover_pb2


def watch(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The job: batchProofs/… as `prove` printed it.")
    ],
    server: Annotated[str, typer.Option(metavar="HOST:PORT", help="The service.")] = DEFAULT_ADDRESS,
    after: Annotated[int, typer.Option(min=0, help="Only what came after this sequence number.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON event a line.")] = False,
) -> None:
    """Follow a job until it is over; a broken connection is taken up where it broke.

    Examples:

      sequitur watch batchProofs/4f1c0e… --server 127.0.0.1:6000

      sequitur watch batchProofs/4f1c0e… --after 3 --json
    """
    ended: prover_pb2.BatchProof | None = None
    with Client(server) as client, progress_bars(not as_json) as report:
        for event in client.watch(name, after):
            kind = event.WhichOneof("event")
            if as_json:
                print_json(json_format.MessageToDict(event, preserving_proto_field_name=True))
            elif kind == "transition":
                to = prover_pb2.BatchProof.State.Name(event.transition.to)
                stderr().print(f"{event.sequence}  {to}  {event.transition.reason}")
            elif kind == "progress":
                report(event.progress.stage, event.progress.units_done, event.progress.units_total)
            if kind == "terminal":
                ended = event.terminal
    if ended is None:
        return
    succeeded = ended.state == prover_pb2.BatchProof.SUCCEEDED
    if not as_json:
        if succeeded:
            stdout().print(f"SUCCEEDED  {ended.proof.digest.size_bytes:,} bytes")
        else:
            tell_error(ending_error(ended), as_json)
    raise typer.Exit(ExitCode.ACCEPTED if succeeded else ExitCode.REJECTED)
