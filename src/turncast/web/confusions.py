"""What a model takes for what, and in which turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.evaluation import Report
from turncast.evaluation.judged import Judged
from turncast.layouts import Actions

Cell = tuple[Actions, Actions]
"""The true actions, and those that the model takes."""

_MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a decision stands: the dialogue's id, and the turn, counted from 1."""

    dialogue: str
    turn: int


@dataclass(frozen=True, slots=True)
class Confusions:
    """How often each answer was taken for each other one.

    Attributes:
        counts: of each cell, right ones included.
        places: of each cell, where the first decisions in it stand.

    >>> tea, coffee = ("serve_tea",), ("serve_coffee",)
    >>> found = Confusions({(tea, tea): 3, (tea, coffee): 2}, {})
    >>> found.wrong, found.matrix(most=2)
    ([((('serve_tea',), ('serve_coffee',)), 2)], (('serve_tea',), ('serve_coffee',)))
    """

    counts: Mapping[Cell, int]
    places: Mapping[Cell, tuple[Place, ...]]

    @classmethod
    def of(cls, report: Report, places: Mapping[Cell, tuple[Place, ...]]) -> Confusions:
        """Return what a report counted, with the places of its decisions."""
        right = {(answer, answer): share.part for answer, share in report.answers.items() if share.part}
        wrong = {(one.true, one.predicted): one.count for one in report.confusions}
        return cls(right | wrong, places)

    @property
    def wrong(self) -> list[tuple[Cell, int]]:
        """The cells of wrong decisions, in the order of the counts: a report's are the fullest first."""
        return [(cell, count) for cell, count in self.counts.items() if cell[0] != cell[1]]

    def matrix(self, most: int) -> tuple[Actions, ...]:
        """Return the answers that make a matrix worth reading: those with most errors, then the frequent."""
        errors, frequency = Counter[Actions](), Counter[Actions]()
        for (true, taken), count in self.counts.items():
            frequency[true] += count
            if true != taken:
                errors[true] += count
                errors[taken] += count
        names = sorted(frequency | errors, key=lambda one: (-errors[one], -frequency[one], one))
        return tuple(names[:most])


@dataclass(slots=True)
class PlacesTally:
    """Keeps, while an evaluation runs, where the first decisions of each cell stand."""

    _places: dict[Cell, list[Place]] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Take in a judged dialogue."""
        for number, pair in enumerate(zip(judged.true, judged.predicted, strict=True), start=1):
            places = self._places.setdefault((tuple(sorted(pair[0])), tuple(sorted(pair[1]))), [])
            if len(places) < _MOST_PLACES:
                places.append(Place(judged.dialogue.id, min(number, len(judged.dialogue))))

    def places(self) -> dict[Cell, tuple[Place, ...]]:
        """Return what was kept."""
        return {cell: tuple(places) for cell, places in self._places.items()}
