"""Values as HTML tables, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def html_table(title: str, rows: Iterable[Iterable[str]]) -> str:
    """Return rows of texts as an HTML table.

    >>> html_table("a & b", [("units", "32")])
    '<table><caption>a &amp; b</caption><tr><td>units</td><td>32</td></tr></table>'
    """
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(title)}</caption>{body}</table>"
