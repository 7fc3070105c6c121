"""A Griffe extension: fence the doctests of docstrings, so that the site shows them as code."""

from __future__ import annotations

import re
from typing import Any

import griffe

# A doctest runs from a prompt to the next blank line.
_DOCTEST = re.compile(r"^>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)


def fenced(text: str) -> str:
    """Return a docstring with each of its doctests in a fenced block."""
    return _DOCTEST.sub(lambda match: f"```pycon\n{match[0]}\n```", text)


class DoctestBlocks(griffe.Extension):
    """Changes the docstring of each object that Griffe loads."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Put the doctests of the object's docstring into fenced blocks."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
