"""Templates: actions with placeholders, which responses fill with the values of slots."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_PLACEHOLDER = re.compile(r"\bR_\w+|\{\w+\}|<\w+>")


def values_in(template: str, response: str) -> list[tuple[str, str]]:
    """Return (slot, value) for each placeholder of a template that a response fills.

    A placeholder is `{name}`, `<name>` or, as in bAbI, `R_name`.

    >>> values_in("R_name serves {food} food", "Blue Door serves thai food")
    [('R_name', 'Blue Door'), ('food', 'thai')]
    >>> values_in("api_call R_cuisine R_price", "api_call thai R_price"), values_in("Hello!", "Hello!")
    ([('R_cuisine', 'thai')], [])
    """
    pairs = zip(slots_in(template), texts_in(template, response), strict=False)
    return [(slot, value) for slot, value in pairs if not _PLACEHOLDER.fullmatch(value)]


def texts_in(template: str, response: str) -> tuple[str, ...]:
    """Return the text at each placeholder, which may be a placeholder; () where the response does not match.

    >>> texts_in("api_call R_cuisine R_price", "api_call thai R_price"), texts_in("try {name}", "no")
    (('thai', 'R_price'), ())
    """
    slots, _, pattern = _parts(template)
    filled = pattern.fullmatch(response.strip()) if slots else None
    return () if filled is None else filled.groups()


def slots_in(template: str) -> tuple[str, ...]:
    """Return the slot of each placeholder, in order.

    >>> slots_in("R_name serves {food} food"), slots_in("Hello!")
    (('R_name', 'food'), ())
    """
    return _parts(template)[0]


def fill(template: str, texts: Iterable[str]) -> str:
    """Return a template with a text for each placeholder.

    >>> fill("R_name serves {food} food", ["Blue Door", "thai"])
    'Blue Door serves thai food'
    """
    first, *others = _parts(template)[1]
    literals = zip(texts, others, strict=True)
    return first + "".join(text + literal for text, literal in literals)


@functools.lru_cache(4096)
def _parts(template: str) -> tuple[tuple[str, ...], tuple[str, ...], re.Pattern[str]]:
    """Return a template's slots, the text between them, and a pattern of its responses."""
    slots = tuple(placeholder.strip("{}<>") for placeholder in _PLACEHOLDER.findall(template))
    literals = tuple(_PLACEHOLDER.split(template.strip()))
    return slots, literals, re.compile("(.+?)".join(map(re.escape, literals)))
