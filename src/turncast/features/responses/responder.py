"""From a template to what is said: where the value of each of its slots comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.features.responses.slot_sources import SlotSources
from turncast.features.responses.templates import fill


@dataclass(frozen=True, slots=True)
class Place:
    """A placeholder of a template.

    Attributes:
        slot: its slot.
        sources: where its value comes from; the first that has one is taken.
        usual: what stands there where none has.
    """

    slot: str
    sources: tuple[str, ...]
    usual: str

    def value(self, slot_sources: SlotSources) -> str:
        """Return what stands there.

        >>> place = Place("food", ("offered", "user"), "any")
        >>> place.value(SlotSources(user=(("food", "thai"),))), place.value(SlotSources())
        ('thai', 'any')
        """
        found = (slot_sources.value(source, self.slot) for source in self.sources)
        return next((value for value in found if value is not None), self.usual)


@dataclass(frozen=True, slots=True)
class Responder:
    """Fills templates.

    Attributes:
        places: the placeholders of each template, in order.

    >>> responder = Responder({"try {name}": (Place("name", ("next",), "it"),)})
    >>> found = SlotSources(candidates=((("name", "Blue Door"),),))
    >>> responder.text("try {name}", found), responder.text("hello", found)
    ('try Blue Door', None)
    """

    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.places)

    def text(self, action: str, slot_sources: SlotSources) -> str | None:
        """Return what is said with an action; None where it is no template."""
        places = self.places.get(action)
        return None if places is None else fill(action, [place.value(slot_sources) for place in places])

    def to_json(self) -> dict[str, Any]:
        """Return the placeholders of each template."""
        return {
            action: [[place.slot, list(place.sources), place.usual] for place in places]
            for action, places in self.places.items()
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Responder:
        """Make the responder that `to_json` described."""
        return cls(
            {
                action: tuple(Place(slot, tuple(sources), usual) for slot, sources, usual in places)
                for action, places in record.items()
            }
        )
