"""The entry point: runs one command; an error becomes one line on stderr, and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from turncast.cli.app import app
from turncast.errors import TurncastError

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141  # the status that a shell gives a program which SIGPIPE ended


def main() -> None:
    """Run the command in `sys.argv`, and exit."""
    sys.exit(run())


def run(command_line: Callable[..., Any] = app) -> int:
    """Run one command and return its exit status.

    Args:
        command_line: parses `sys.argv` and runs the command, as a Typer app does.
    """
    try:
        command_line(standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except TurncastError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        # The reader of our output has ended, as `head` does. The flush of stdout at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{name}{error.strerror or error}; check the disk's space and permissions")
    except MemoryError:
        return _refuse("not enough memory; try fewer units, or a smaller batch_turns or max_words")
    except KeyboardInterrupt:
        print("turncast: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refuse(message: str) -> int:
    print(f"turncast: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT
