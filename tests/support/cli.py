"""The command line, as a user runs it: in this process by the program's own entry, or as a process."""

import io
import os
import subprocess
import sys

import pytest

from turncast.cli import main


def run(*arguments, stdin="", cwd=None):
    """Run a command in this process: the same work and words, without the start of another process."""
    given, said, noted = (io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8") for text in (stdin, "", ""))
    command = ["turncast", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as process:
        process.setattr(sys, "argv", command)
        process.setattr(sys, "stdin", given)
        process.setattr(sys, "stdout", said)
        process.setattr(sys, "stderr", noted)
        process.chdir(cwd or os.curdir)
        with pytest.raises(SystemExit) as end:
            main()
    said.seek(0)
    noted.seek(0)
    return subprocess.CompletedProcess(command, end.value.code, said.read(), noted.read())


def run_process(*arguments, **kwargs):
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "turncast", *map(str, arguments)]
    return subprocess.run(command, **{"capture_output": True, "text": True} | kwargs)


def run_code(code, *arguments):
    """Run Python code in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def refused(done) -> str:
    """Return the one line of a refusal."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("turncast: "), done
    assert done.stderr.endswith("\n"), done
    assert done.stderr.count("\n") == 1, done
    return done.stderr.removeprefix("turncast: ").strip()
