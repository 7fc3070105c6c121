"""Results to stdout, progress to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType

_WIDE = 200  # where stdout is a file or a pipe, nothing is cut to a terminal's width


def show(*results: RenderableType) -> None:
    """Print results for people."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    for result in results:
        console.print(result, soft_wrap=isinstance(result, str), markup=False)


def show_json(result: Any) -> None:
    """Print one result for programs."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def note(message: str) -> None:
    """Say something about the work to stderr."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show a running count on stderr where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{what} ...") as status:
        yield lambda count: status.update(f"{what} ... {count:,} turns")
