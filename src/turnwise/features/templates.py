"""Actions that are templates: the values of slots, out of the responses that fill them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from turnwise.dialogue import Dialogue
from turnwise.features.dictionary import Dictionary

_PLACEHOLDER = re.compile(r"\bR_\w+|\{\w+\}|<\w+>")


def learn_dictionary(
    dialogues: Iterable[Dialogue], given: Mapping[str, Iterable[str]] | None = None
) -> Dictionary:
    """Return a dictionary of given values, and of those that responses fill into actions that are templates.

    >>> from turnwise.dialogue import Turn
    >>> turn = Turn("is it dear?", ["{name} is {price}"], response="Blue Door is cheap")
    >>> learn_dictionary([Dialogue("d1", [turn])], {"price": ["dear"]}).values
    {'price': ('dear', 'cheap'), 'name': ('Blue Door',)}
    """
    values = {slot: dict.fromkeys(known) for slot, known in (given or {}).items()}
    for dialogue in dialogues:
        for turn in dialogue:
            if turn.response is not None:
                for action in turn.actions:
                    for slot, value in values_in(action, turn.response):
                        values.setdefault(slot, {})[value] = None
    return Dictionary(values)


def values_in(template: str, response: str) -> list[tuple[str, str]]:
    """Return (slot, value) for each placeholder of a template that a response fills.

    A placeholder is `{name}`, `<name>` or, as in bAbI's, `R_name`.

    >>> values_in("R_name serves {food} food", "Blue Door serves thai food")
    [('R_name', 'Blue Door'), ('food', 'thai')]
    >>> values_in("api_call R_cuisine R_price", "api_call thai R_price"), values_in("Hello!", "Hello!")
    ([('R_cuisine', 'thai')], [])
    """
    slots, pattern = _pattern(template)
    filled = pattern.fullmatch(response.strip()) if slots else None
    if filled is None:
        return []
    found = zip(slots, filled.groups(), strict=True)
    return [(slot, value) for slot, value in found if not _PLACEHOLDER.fullmatch(value)]


@functools.lru_cache(4096)
def _pattern(template: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    slots = tuple(placeholder.strip("{}<>") for placeholder in _PLACEHOLDER.findall(template))
    pieces = (re.escape(piece) for piece in _PLACEHOLDER.split(template.strip()))
    return slots, re.compile("(.+?)".join(pieces))
