"""What the beginning of a JSON file shows: which keys stand where."""

from __future__ import annotations

import functools
import re

_DEEPEST = 5
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}\[\]]|"', re.DOTALL)


@functools.lru_cache(maxsize=1)  # one format after another asks it of the same file
def shape_of(raw: bytes) -> frozenset[str]:
    """Return the paths of the keys in the beginning of a JSON file, which may end anywhere.

    What does not begin as JSON has none.

    >>> sorted(shape_of(b'{"messages": [{"role": "user", "cont'))
    ['messages', 'messages.[].role']
    >>> sorted(shape_of(b'A talk: {"messages": []}'))
    []
    """
    if not raw.lstrip(_BEFORE_JSON).startswith((b"{", b"[")):
        return frozenset()
    stack: list[str] = []
    found: set[str] = set()
    for token in _TOKEN.finditer(raw.decode("utf-8", errors="replace")):
        text = token.group()
        if text == '"':
            break
        if text in "{[":
            stack.append("[]" if text == "[" else "")
        elif text in "}]":
            del stack[-1:]
        elif token[1] and stack and stack[-1] != "[]":
            stack[-1] = text[1 : text.rindex('"')]
            if len(stack) <= _DEEPEST:
                found.add(".".join(stack))
    return frozenset(found)
