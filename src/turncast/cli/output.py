"""Output of the commands: results go to stdout, progress and notes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from turncast.cli.streams import json_without_control_characters, without_control_characters, write_utf8

_FILE_WIDTH = 200  # columns, where stdout is a file or a pipe


class _SafeConsole(Console):
    """A console on which no text of a corpus can act as an escape sequence."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(without_control_characters(text), style)


def show(*results: RenderableType) -> None:
    """Print results to stdout, for people."""
    console = _SafeConsole(highlight=False)
    if not console.is_terminal:
        console = _SafeConsole(highlight=False, width=_FILE_WIDTH)
    for result in results:
        console.print(result, soft_wrap=isinstance(result, str), markup=False)


def show_json(result: Any) -> None:
    """Print a result as JSON to stdout, in UTF-8."""
    _write_json(json.dumps(result, ensure_ascii=False, indent=2))


def show_json_line(result: Any) -> None:
    """Print a result as one line of JSON to stdout, in UTF-8."""
    _write_json(json.dumps(result, ensure_ascii=False))


def show_yaml(lines: Iterable[str]) -> None:
    """Print the lines of a YAML file, whose values are JSON, to stdout in UTF-8."""
    write_utf8("".join(json_without_control_characters(line) + "\n" for line in lines))


def note(message: str) -> None:
    """Print a message to stderr."""
    print(without_control_characters(message), file=sys.stderr, flush=True)


@contextmanager
def counting(activity: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows a running count of turns on stderr, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(f"{activity} ...") as status:
        yield lambda count: status.update(f"{activity} ... {count:,} turns")


def _write_json(text: str) -> None:
    write_utf8(json_without_control_characters(text) + "\n")
