"""The example of docs/circuits.md runs, and prints what the page says."""

import contextlib
import importlib.util
import io
import re
from pathlib import Path

from tests.docs.pages import page


def test_the_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    found = re.findall(r"^```(python|text)\n(.*?)^```$", page("circuits.md"), re.MULTILINE | re.DOTALL)
    (_, source), *rest = found
    path = tmp_path / "ledger.py"
    path.write_text(source, encoding="utf-8")
    specification = importlib.util.spec_from_file_location("ledger", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    shown = 0
    for (kind, code), (_, output) in zip(rest[::2], rest[1::2], strict=True):
        assert kind == "python"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, vars(module))
        assert printed.getvalue() == output
        shown += 1
    assert shown == 4
