"""Which slots the system asks for, from the names of its actions and from what it says."""

from __future__ import annotations

import functools
import re

from turncast.features.turn_view import Seen

_PLACEHOLDER = re.compile(r"\{[^}]*\}|<[^>]*>")
_SEAM = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")  # of names such as `ask_area` and `askArea`


def asked_slots(slots: tuple[str, ...], seen: Seen) -> set[str]:
    """Return the slots that the system asked for at the turn before.

    It asks for a slot with an action, or a question, that has the last piece of the slot's name among its
    words: `ask_area`, `Which area?` and `request.restaurant-area` ask for `restaurant-area`. A placeholder
    asks for nothing.

    >>> from turncast.features.turn_view import Text
    >>> slots = ("restaurant-area", "R_cuisine")
    >>> asked_slots(slots, Seen(previous=("ask_area",))), asked_slots(slots, Seen(previous=("offer {area}",)))
    ({'restaurant-area'}, set())
    >>> asked_slots(slots, Seen(previous=("ask",), said=Text(written="Which cuisine, please?")))
    {'R_cuisine'}
    """
    said = seen.said
    texts = [*(seen.previous or ()), *([said.written] if said and "?" in said.written else ())]
    return {slot for text in texts for slot in _asked(text, slots)}


@functools.lru_cache(maxsize=4096)  # actions come again and again
def _asked(text: str, slots: tuple[str, ...]) -> tuple[str, ...]:
    words = set(_pieces(_PLACEHOLDER.sub(" ", text)))
    return tuple(slot for slot in slots if words.intersection(_pieces(slot)[-1:]))


def _pieces(text: str) -> list[str]:
    return _SEAM.sub(" ", text).casefold().split()
