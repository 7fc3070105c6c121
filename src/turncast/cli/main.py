"""The way in and out: bad input leaves as one line on stderr and exit status 2."""

from __future__ import annotations

import os
import sys

from turncast.cli.app import app
from turncast.errors import TurncastError

REFUSED = 2
INTERRUPTED = 130
UNHEARD = 141  # what a shell says of a program that SIGPIPE ended


def main() -> None:
    """Run the command line."""
    sys.exit(run())


def run() -> int:
    """Run one command and return its exit status."""
    try:
        app(standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except TurncastError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does. Python's last flush must not fail for it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNHEARD
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{name}{error.strerror or error}; check the disk's space and permissions")
    except MemoryError:
        return _refuse("the memory is not enough; try fewer units, or a smaller batch_turns or max_words")
    except KeyboardInterrupt:
        print("turncast: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refuse(message: str) -> int:
    print(f"turncast: {' '.join(message.split())}", file=sys.stderr)
    return REFUSED
