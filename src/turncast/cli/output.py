"""Output of the commands: results go to stdout, progress and notes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType

_FILE_WIDTH = 200  # columns, where stdout is a file or a pipe


def show(*results: RenderableType) -> None:
    """Print results to stdout, for people."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FILE_WIDTH)
    for result in results:
        console.print(result, soft_wrap=isinstance(result, str), markup=False)


def show_json(result: Any) -> None:
    """Print a result as JSON to stdout."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def note(message: str) -> None:
    """Print a message to stderr."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def counting(activity: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows a running count of turns on stderr, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{activity} ...") as status:
        yield lambda count: status.update(f"{activity} ... {count:,} turns")
