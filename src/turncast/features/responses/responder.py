"""Fill the placeholders of templates: each has an ordered list of sources for its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.features.responses.slot_sources import SlotSources
from turncast.features.responses.templates import fill


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder of a template, and where its value comes from.

    Attributes:
        slot: the slot whose value fills it.
        sources: the names of sources; the first that has a value is used.
        default: the text for the case that no source has a value.
    """

    slot: str
    sources: tuple[str, ...]
    default: str

    def value(self, slot_sources: SlotSources) -> str:
        """Return the text that fills the placeholder.

        >>> placeholder = Placeholder("food", ("offered", "user"), "any")
        >>> placeholder.value(SlotSources(user=(("food", "thai"),))), placeholder.value(SlotSources())
        ('thai', 'any')
        """
        values = (slot_sources.value(source, self.slot) for source in self.sources)
        return next((value for value in values if value is not None), self.default)


@dataclass(frozen=True, slots=True)
class Responder:
    """Turns an action that is a template into a response.

    Attributes:
        placeholders: the placeholders of each template, in order.

    >>> responder = Responder({"try {name}": (Placeholder("name", ("next",), "it"),)})
    >>> slot_sources = SlotSources(candidates=((("name", "Blue Door"),),))
    >>> responder.text("try {name}", slot_sources), responder.text("hello", slot_sources)
    ('try Blue Door', None)
    """

    placeholders: Mapping[str, tuple[Placeholder, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.placeholders)

    def text(self, action: str, slot_sources: SlotSources) -> str | None:
        """Return the response of an action; None for an action that is not a template."""
        placeholders = self.placeholders.get(action)
        if placeholders is None:
            return None
        return fill(action, [placeholder.value(slot_sources) for placeholder in placeholders])

    def extend(self, newer: Responder) -> Responder:
        """Return this responder with the templates that only `newer` has."""
        return Responder({**newer.placeholders, **self.placeholders})

    def to_json(self) -> dict[str, Any]:
        """Return the placeholders of each template."""
        return {
            action: [[one.slot, list(one.sources), one.default] for one in placeholders]
            for action, placeholders in self.placeholders.items()
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Responder:
        """Return the responder that `to_json` described."""
        return cls(
            {
                action: tuple(Placeholder(slot, tuple(sources), default) for slot, sources, default in rows)
                for action, rows in record.items()
            }
        )
