"""The command line as a user runs it: in a process of its own."""

import subprocess
import sys


def turnwise(*arguments, stdin="", **kwargs):
    """Run a command."""
    command = [sys.executable, "-m", "turnwise", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, **kwargs)


def refused(done) -> str:
    """Return the one line of a refusal."""
    assert done.returncode == 2, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("turnwise: ")
    return done.stderr.removeprefix("turnwise: ").strip()
