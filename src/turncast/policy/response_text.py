"""What a policy says with its actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from turncast.features import Responder
from turncast.features.responses.slot_sources import SlotSources


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of actions: a template is filled, any other action has its most frequent response.

    Attributes:
        responder: fills templates.
        responses: each action's most frequent response.

    >>> wording = Wording(responses={"greet": "Hello!", "ask": "Which area?"})
    >>> wording.text(["greet", "ask"], SlotSources()), wording.text(["search"], SlotSources())
    ('Hello! Which area?', None)
    """

    responder: Responder = field(default_factory=Responder)
    responses: Mapping[str, str] = field(default_factory=dict)

    def text(self, actions: Iterable[str], slot_sources: SlotSources) -> str | None:
        """Return what is said with actions; None where nothing is known to be said with any of them."""
        filled = (
            self.responder.text(action, slot_sources) or self.responses.get(action) for action in actions
        )
        return " ".join(text for text in filled if text) or None


SILENT = Wording()
"""Of which nothing is known to be said."""
