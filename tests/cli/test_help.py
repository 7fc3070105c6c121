"""Help and completion: flags show no type, and completion offers the values of an option."""

import os
import subprocess
import sys

import pytest

from support.cli import run

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("command", [[], ["train"], ["data"], ["data", "convert"], ["rules", "check"]])
def test_flags_show_no_type(command):
    shown = run(*command, "--help").stdout
    assert "--help" in shown
    assert "bool" not in shown


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("train c.jsonl --layout many-to-", ["many-to-many-1", "many-to-many-2", "many-to-one"]),
        ("train c.jsonl --cell ", ["lstm", "gru", "simple-rnn", "transformer"]),
        ("train c.jsonl --words ", ["bits", "lstm", "mean", "max", "conv"]),
        ("data show c.csv --column d", ["dialogue="]),
        ("data show c.csv --format jso", ["jsonl"]),
        ("data convert a b --to p", ["parquet"]),
    ],
)
def test_completion_offers_values(words, values):
    line = f"turncast {words}"
    variables = {
        "_TURNCAST_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    code = "import sys; sys.argv = ['turncast']; from turncast.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | variables, capture_output=True, text=True
    )
    assert sorted(done.stdout.split()) == sorted(values)
