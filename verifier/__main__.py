"""Run as ``python -m verifier PROOF``."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a bare Python may be any
    sys.stderr.write("The verifier needs Python 3.11 or newer: run it with a newer python.\n")
    sys.exit(2)

from verifier.cli import main

sys.exit(main())
