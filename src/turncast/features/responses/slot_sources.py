"""What templates can be filled with: what the user named, what the system said, and what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from turncast.candidates import Candidate, candidates_in
from turncast.dialogue import Fact
from turncast.features.responses.templates import values_in

Pairs = tuple[tuple[str, str], ...]
SOURCES = ("next", "offered", "user", "said")
"""Where a value can come from: the best candidate not offered yet, the one offered last, the user's last
value, the system's last value."""


@dataclass(frozen=True, slots=True)
class SlotSources:
    """What stands at a turn of a dialogue, and can be said. Its size does not grow with the turns.

    Attributes:
        user: the last value of each slot that the user named.
        said: the last value of each slot that the system said.
        candidates: what the system found last, in the order in which it is to be offered.
        offered: the places of the candidates that were named, the last one last.

    >>> found = {"candidate.1.name": "Blue Door", "candidate.2.name": "Green Hill"}
    >>> slot_sources = SlotSources().after((), None, [("food", "thai")], found)
    >>> [slot_sources.value(source, slot) for source, slot in (("user", "food"), ("next", "name"))]
    ['thai', 'Blue Door']
    >>> later = slot_sources.after(("try {name}",), "try Blue Door", (), {})
    >>> [later.value(source, "name") for source in SOURCES]
    ['Green Hill', 'Blue Door', None, 'Blue Door']
    """

    user: Pairs = ()
    said: Pairs = ()
    candidates: tuple[Candidate, ...] = ()
    offered: tuple[int, ...] = ()

    def value(self, source: str, slot: str) -> str | None:
        """Return the value that a source has for a slot; None where it has none."""
        if source == "user":
            return dict(self.user).get(slot)
        if source == "said":
            return dict(self.said).get(slot)
        if source == "offered":
            place = self.offered[-1] if self.offered else None
        else:
            places = range(len(self.candidates))
            place = next((place for place in places if place not in self.offered), None)
        return None if place is None else dict(self.candidates[place]).get(slot)

    def after(
        self,
        previous: Iterable[str],
        response: str | None,
        mentions: Iterable[tuple[str, str]],
        facts: Mapping[str, Fact],
    ) -> SlotSources:
        """Return what stands when a turn was seen.

        Args:
            previous: the actions of the turn before.
            response: what the system said with them.
            mentions: (slot, value) of what the user names now.
            facts: what came since then; where candidates are among them, they replace those of before.
        """
        said = [pair for action in previous for pair in values_in(action, response)] if response else []
        heard = list(mentions)
        found = candidates_in(facts) if facts else None
        if not said and not heard and found is None:
            return self
        named = self._named([*said, *heard])
        return SlotSources(
            _with(self.user, heard),
            _with(self.said, said),
            self.candidates if found is None else found,
            named if found is None else (),
        )

    def _named(self, pairs: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        """Return the places of the candidates that were named, with those whose names are among the pairs."""
        places = {_key(*candidate[0]): place for place, candidate in enumerate(self.candidates)}
        offered = self.offered
        for pair in pairs:
            place = places.get(_key(*pair))
            if place is not None:
                offered = (*(other for other in offered if other != place), place)
        return offered

    def to_json(self) -> list[Any]:
        """Return what `from_json` reads."""
        return [self.user, self.said, self.candidates, self.offered]


NOTHING: Final = SlotSources()
"""What stands before the first turn."""


def _with(pairs: Pairs, new: Iterable[tuple[str, str]]) -> Pairs:
    return tuple((dict(pairs) | dict(new)).items()) if new else pairs


def _key(slot: str, value: str) -> tuple[str, str]:
    return slot, value.replace("_", " ").lower()
