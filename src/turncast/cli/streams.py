"""The standard streams: open, in an encoding that takes every text, and free of control characters."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from turncast.errors import CorpusError

_C0, _DELETE, _C1 = range(0x20), 0x7F, range(0x80, 0xA0)
_LAYOUT = "\n\t"
# An escape sequence needs one of these characters, which begin or end it; each is replaced by its picture.
_PICTURES = (
    {code: chr(0x2400 + code) for code in _C0 if chr(code) not in _LAYOUT}
    | {_DELETE: "\u2421"}
    | dict.fromkeys(_C1, "\ufffd")
)
# JSON escapes the C0 characters itself.
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in (_DELETE, *_C1)}


def without_control_characters(text: str) -> str:
    r"""Return a text with a picture in the place of each control character but line breaks and tabs.

    Texts and names of a corpus may hold escape sequences, which would change the user's terminal.

    >>> without_control_characters("tea\x1b[2J\n")
    'tea␛[2J\n'
    """
    return text.translate(_PICTURES)


def json_without_control_characters(text: str) -> str:
    r"""Return JSON with escapes in the place of the control characters that `json` writes as they are.

    >>> json_without_control_characters('"\x9b2J"')
    '"\\u009b2J"'
    """
    return text.translate(_JSON_ESCAPES)


def prepare_streams() -> None:
    """Open the standard streams that the caller closed, and replace what their encoding does not have."""
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            # The lowest free number is taken: no file of ours gets the number of a standard stream.
            handle = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=handle != number))
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, errors="replace")


def write_utf8(text: str) -> None:
    """Write a text for a program to stdout, in UTF-8 whatever the locale."""
    _reconfigure(sys.stdout, encoding="utf-8", errors="backslashreplace")  # a lone surrogate: \\udc00
    sys.stdout.write(text)


def read_lines_from_stdin(prompt: str) -> Iterator[str]:
    """Yield the lines of stdin without their ends; a terminal shows the prompt.

    Raises:
        CorpusError: for a line that is not UTF-8, or not of the terminal's encoding.
    """
    number = 0
    while True:
        number += 1
        try:
            line = _typed(prompt) if sys.stdin.isatty() else _piped()
        except UnicodeDecodeError as error:
            problem = f"byte 0x{error.object[error.start]:02x} is not {error.encoding.upper()}"
            raise CorpusError(f"stdin, line {number}", problem, "give the text in UTF-8") from None
        if line is None:
            return
        yield line


def _typed(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        return None


def _piped() -> str | None:
    line = sys.stdin.buffer.readline()
    return line.decode("utf-8").rstrip("\r\n") if line else None


def _reconfigure(stream: TextIO, **settings: str) -> None:
    if isinstance(stream, io.TextIOWrapper):  # not where a program replaced it
        stream.reconfigure(**settings)  # type: ignore[arg-type]
