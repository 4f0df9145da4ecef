"""The `sequitur` command."""

import sys
from typing import Annotated

import typer

from prover.commands.account import account
from prover.commands.block import block
from prover.commands.demo import demo
from prover.commands.inspect import inspect
from prover.commands.output import EXIT_CODES, tell_error
from prover.commands.prove import prove
from prover.commands.send import send
from prover.commands.serve import serve
from prover.commands.verify import verify
from prover.commands.watch import watch
from prover.errors import InputError, SequiturError
from prover.service.version import version

app = typer.Typer(
    name="sequitur",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (prove, verify, inspect, serve, watch, account, send, block, demo):
    app.command(epilog=EXIT_CODES)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(version())
        raise typer.Exit


@app.callback()
def sequitur(
    debug: Annotated[bool, typer.Option("--debug", help="Show where a fault came from.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Prove what a shared sequencer ordered for a rollup, and let anyone check it.

    Begin with `sequitur demo`: it proves a real Celestia block and a chain of payments, and checks both with nothing
    but Python.
    """


def main() -> None:
    """Runs the command line; whatever goes wrong is one line and an exit code, but for ``--debug``."""
    as_json = "--json" in sys.argv
    try:
        # Only then are errors of usage left to us, to tell them as JSON too.
        sys.exit(app(standalone_mode=not as_json))
    except typer.TyperException as error:
        usage = InputError("USAGE", error.format_message(), "Run the command with --help.")
        sys.exit(tell_error(usage, as_json))
    except SequiturError as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(tell_error(error, as_json))
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"
        fault = SequiturError("INTERNAL", message, "Run `sequitur --debug …` to see where.")
        sys.exit(tell_error(fault, as_json))


if __name__ == "__main__":
    main()
