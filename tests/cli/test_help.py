"""Help and completion: flags show no type, and completion offers the values of an option."""

import os
import subprocess
import sys

import pytest
from typer.main import get_command

from support.cli import run, run_code
from turncast.cli.app import app

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


def test_the_help_lines_are_those_of_the_commands():
    for name, (line, load) in get_command(app).lazy.items():
        assert load().help.partition("\n\n")[0].split() == line.split(), name


def test_help_imports_no_command():
    code = (
        "import sys; sys.argv = ['turncast', '--help']\n"
        "from turncast.cli.main import run\n"
        "run()\n"
        "print(*(name for name in sys.modules if name in ('numpy', 'pydantic') or 'cli.' in name))"
    )
    loaded = run_code(code).stdout.splitlines()[-1].split()
    assert sorted(loaded) == [f"turncast.cli.{name}" for name in ("app", "commands", "main", "streams")]
