"""Calls written as Python text, `book(seat=4)`: read with a bound, and never run."""

from __future__ import annotations

import ast
import warnings

from turncast.errors import CorpusError

_LONGEST = 20_000


def parse_call(text: str, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a call written as Python, and its arguments' names; the third by place is `arg3`.

    >>> parse_call("files.sort('a.txt', order='up')", "")
    ('files.sort', ('arg1', 'order'))

    Raises:
        CorpusError: for text that is no call, or is longer than 20,000 characters.
    """
    tree = _parsed(text, where)
    name = _name(tree.func) if isinstance(tree, ast.Call) else None
    if not isinstance(tree, ast.Call) or name is None:
        raise CorpusError(where, f"{text[:40]!r} is no call", "write it as name(argument=value)")
    places = tuple(f"arg{number}" for number, _ in enumerate(tree.args, start=1))
    return name, places + tuple(word.arg for word in tree.keywords if word.arg)


def _parsed(text: str, where: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise CorpusError(where, f"a call is {len(text)} characters long", f"give at most {_LONGEST}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\d" in a text
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        problem = f"{text[:40]!r} is no Python call"
        raise CorpusError(where, problem, "write it as name(argument=value)") from None


def _name(node: ast.expr) -> str | None:
    """Return a name with its dots, or None for anything else that can be called."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
