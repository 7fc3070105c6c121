"""The examples of the client's page run, against a real server."""

import re

from conftest import ROOT

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text(), re.DOTALL)


def test_the_examples_run(address, capsys):
    for block in BLOCKS:
        exec(block.replace("http://127.0.0.1:8000", address), {})
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith(second)
    assert third.startswith("no_conversation - Begin one with POST")
