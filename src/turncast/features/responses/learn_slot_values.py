"""Learning the values of slots from the responses that fill templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turncast.dialogue import Dialogue
from turncast.features.responses.templates import values_in
from turncast.features.text.slot_values import SlotValues


def learn_slot_values(
    dialogues: Iterable[Dialogue], given: Mapping[str, Iterable[str]] | None = None
) -> SlotValues:
    """Return a dictionary of given values, and of those that responses fill into actions that are templates.

    >>> from turncast.dialogue import Turn
    >>> turn = Turn("is it dear?", ["{name} is {price}"], response="Blue Door is cheap")
    >>> learn_slot_values([Dialogue("d1", [turn])], {"price": ["dear"]}).values
    {'price': ('dear', 'cheap'), 'name': ('Blue Door',)}
    """
    values = {slot: dict.fromkeys(known) for slot, known in (given or {}).items()}
    for dialogue in dialogues:
        for turn in dialogue:
            if turn.response is not None:
                for action in turn.actions:
                    for slot, value in values_in(action, turn.response):
                        values.setdefault(slot, {})[value] = None
    return SlotValues(values)
