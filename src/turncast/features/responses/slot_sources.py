"""The sources of slot values for templates: the user's words, the system's words, and look-up results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from turncast.candidates import Candidate, candidates_in
from turncast.dialogue import Fact
from turncast.features.responses.templates import values_in

Pairs = tuple[tuple[str, str], ...]
SOURCES = ("next", "offered", "user", "system")
"""The names of the sources: the best candidate not offered yet, the candidate offered last, the last value
that the user named, the last value that the system said."""


@dataclass(frozen=True, slots=True)
class SlotSources:
    """The values of slots that are known at a turn of a dialogue. Its size does not grow with the turns.

    Attributes:
        user: the last value of each slot that the user named.
        system: the last value of each slot that the system said.
        candidates: the results of the last look-up, in the order in which the system should offer them.
        offered: the indices of the candidates that were named, the last one last.

    >>> results = {"candidate.1.name": "Blue Door", "candidate.2.name": "Green Hill"}
    >>> slot_sources = SlotSources().after((), None, [("food", "thai")], results)
    >>> [slot_sources.value(source, slot) for source, slot in (("user", "food"), ("next", "name"))]
    ['thai', 'Blue Door']
    >>> later = slot_sources.after(("try {name}",), "try Blue Door", (), {})
    >>> [later.value(source, "name") for source in SOURCES]
    ['Green Hill', 'Blue Door', None, 'Blue Door']
    """

    user: Pairs = ()
    system: Pairs = ()
    candidates: tuple[Candidate, ...] = ()
    offered: tuple[int, ...] = ()

    def value(self, source: str, slot: str) -> str | None:
        """Return the value that a source has for a slot; None where it has none."""
        if source == "user":
            return dict(self.user).get(slot)
        if source == "system":
            return dict(self.system).get(slot)
        if source == "offered":
            index = self.offered[-1] if self.offered else None
        else:
            indices = range(len(self.candidates))
            index = next((index for index in indices if index not in self.offered), None)
        return None if index is None else dict(self.candidates[index]).get(slot)

    def after(
        self,
        previous_actions: Iterable[str],
        previous_response: str | None,
        mentions: Iterable[tuple[str, str]],
        facts: Mapping[str, Fact],
    ) -> SlotSources:
        """Return the values that are known after the input of a turn.

        Args:
            previous_actions: the actions of the turn before.
            previous_response: what the system said with them.
            mentions: (slot, value) of each value that the user names at this turn.
            facts: the facts of this turn; candidates among them replace the earlier ones.
        """
        said = (
            [pair for action in previous_actions for pair in values_in(action, previous_response)]
            if previous_response
            else []
        )
        named = list(mentions)
        candidates = candidates_in(facts) if facts else None
        if not said and not named and candidates is None:
            return self
        return SlotSources(
            user=_updated(self.user, named),
            system=_updated(self.system, said),
            candidates=self.candidates if candidates is None else candidates,
            offered=self._offered_with([*said, *named]) if candidates is None else (),
        )

    def _offered_with(self, pairs: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        """Return `offered` and after it the candidates whose first value is among the (slot, value) pairs."""
        indices = {_key(*candidate[0]): index for index, candidate in enumerate(self.candidates)}
        offered = self.offered
        for pair in pairs:
            index = indices.get(_key(*pair))
            if index is not None:
                offered = (*(other for other in offered if other != index), index)
        return offered

    def to_json(self) -> list[Any]:
        """Return the attributes in order; JSON makes lists of their tuples."""
        return [self.user, self.system, self.candidates, self.offered]


NO_SOURCES: Final = SlotSources()
"""The sources before the first turn."""


def _updated(pairs: Pairs, new: Iterable[tuple[str, str]]) -> Pairs:
    return tuple((dict(pairs) | dict(new)).items()) if new else pairs


def _key(slot: str, value: str) -> tuple[str, str]:
    return slot, value.replace("_", " ").lower()
