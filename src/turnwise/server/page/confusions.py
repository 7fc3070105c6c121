"""What a model takes for what, and in which turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from turnwise.dialogue import Corpus
from turnwise.layouts import Actions, labelled, lesson
from turnwise.policy import Policy

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

    @property
    def wrong(self) -> list[tuple[Cell, int]]:
        """The cells of wrong decisions, the fullest first."""
        cells = [(cell, count) for cell, count in self.counts.items() if cell[0] != cell[1]]
        return sorted(cells, key=lambda one: (-one[1], one[0]))

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


def confusions(policy: Policy, corpus: Corpus, progress: Callable[[int], None]) -> Confusions:
    """Judge a policy on a corpus as an evaluation does, and keep what it took for what.

    Args:
        policy: the policy.
        corpus: what to judge on.
        progress: is told the number of decisions judged, after each dialogue.
    """
    counts, places, judged = Counter[Cell](), dict[Cell, list[Place]](), 0
    for dialogue in labelled(policy.config, corpus):
        rows = zip(lesson(policy.config, dialogue).answers, policy.predict(dialogue), strict=True)
        for number, (row, prediction) in enumerate(rows, start=1):
            cell = tuple(sorted(row[0])), tuple(sorted(prediction.actions))
            counts[cell] += 1
            found = places.setdefault(cell, [])
            if len(found) < _MOST_PLACES:
                found.append(Place(dialogue.id, min(number, len(dialogue))))
            judged += 1
        progress(judged)
    return Confusions(counts, {cell: tuple(found) for cell, found in places.items()})
