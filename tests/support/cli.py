"""Run the command line, in this process or in a new one."""

import io
import os
import subprocess
import sys

import pytest

from turncast.cli import main

TRAIN = ["--epochs", "1", "--units", "4", "--set", "batch_turns=64"]
"""Options of `train` for a quick training."""


def run(*arguments, stdin="", cwd=None):
    """Run a command in this process, which is faster; return its exit status and its output."""
    input_file, output, errors = (
        io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8") for text in (stdin, "", "")
    )
    command = ["turncast", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as process:
        process.setattr(sys, "argv", command)
        process.setattr(sys, "stdin", input_file)
        process.setattr(sys, "stdout", output)
        process.setattr(sys, "stderr", errors)
        process.chdir(cwd or os.curdir)
        with pytest.raises(SystemExit) as end:
            main()
    output.seek(0)
    errors.seek(0)
    return subprocess.CompletedProcess(command, end.value.code, output.read(), errors.read())


def run_process(*arguments, **kwargs):
    """Run a command in a new process."""
    command = [sys.executable, "-m", "turncast", *map(str, arguments)]
    return subprocess.run(command, **{"capture_output": True, "text": True} | kwargs)


def run_code(code, *arguments):
    """Run Python code in a new process."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def bytes_of(folder):
    """Return the content of each file of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def refused(done) -> str:
    """Return the one-line error message of a command that refused its input."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("turncast: "), done
    assert done.stderr.endswith("\n"), done
    assert done.stderr.count("\n") == 1, done
    return done.stderr.removeprefix("turncast: ").strip()
