"""The entry point: runs one command; an error becomes one line on stderr, and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from turncast.cli.app import app
from turncast.cli.streams import prepare_streams, without_control_characters
from turncast.errors import TurncastError

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141  # the status that a shell gives a program which SIGPIPE ended
# The base class of Typer's errors for wrong arguments: the class below Exception; it has no public name.
_CommandLineError: type[Exception] = typer.BadParameter.__mro__[-4]


def main() -> None:
    """Run the command in `sys.argv`, and exit."""
    sys.exit(run())


def run(command_line: Callable[..., Any] = app) -> int:
    """Run one command and return its exit status.

    Args:
        command_line: parses `sys.argv` and runs the command, as a Typer app does.
    """
    prepare_streams()
    try:
        return _status(command_line)
    except BrokenPipeError:
        # The reader of our output has ended, as `head` does. The flush of stdout at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _status(command_line: Callable[..., Any]) -> int:
    try:
        status = command_line(standalone_mode=False)
        sys.stdout.flush()  # a full disk or a closed pipe is found here, and not at exit
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except TurncastError as error:
        return _refuse(str(error))
    except _CommandLineError as error:
        return _refuse_arguments(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{name}{error.strerror or error}; check the disk's space and permissions")
    except MemoryError:
        return _refuse("not enough memory; try fewer units, or a smaller batch_turns or max_words")
    except (KeyboardInterrupt, typer.Abort):
        print("turncast: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def _refuse_arguments(error: Exception) -> int:
    """Print what is wrong with the arguments, on one line as all refusals."""
    if type(error).__name__ == "NoArgsIsHelpError":  # a group without a command: its help was printed
        return BAD_INPUT
    message = error.format_message().rstrip(".")  # type: ignore[attr-defined]
    path = getattr(getattr(error, "ctx", None), "command_path", "turncast")
    return _refuse(f"{message[:1].lower()}{message[1:]}; see: {path} --help")


def _refuse(message: str) -> int:
    print(f"turncast: {without_control_characters(' '.join(message.split()))}", file=sys.stderr)
    return BAD_INPUT
