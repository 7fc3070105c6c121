"""The turns behind each cell of a confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.evaluation.judged import Judged
from turncast.layouts import Actions

Cell = tuple[Actions, Actions]
"""The true actions and the predicted actions, each in order of name."""

_MAX_TURNS = 200


@dataclass(frozen=True, slots=True)
class TurnReference:
    """A turn: the id of its dialogue, and its number, counted from 1."""

    dialogue: str
    turn: int


@dataclass(frozen=True, slots=True)
class CellTurns:
    """The decisions of an evaluation, by their true and their predicted actions.

    Attributes:
        counts: the number of decisions in each cell, right ones included.
        turns: the first turns of each cell, at most 200.
    """

    counts: Mapping[Cell, int]
    turns: Mapping[Cell, tuple[TurnReference, ...]]


@dataclass(slots=True)
class CellTally:
    """Collects the turns of each cell while an evaluation runs."""

    _counts: Counter[Cell] = field(default_factory=Counter)
    _turns: dict[Cell, list[TurnReference]] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Add one judged dialogue."""
        pairs = zip(judged.true, judged.predicted, strict=True)
        for number, (true, predicted) in enumerate(pairs, start=1):
            cell = tuple(sorted(true)), tuple(sorted(predicted))
            self._counts[cell] += 1
            turns = self._turns.setdefault(cell, [])
            if len(turns) < _MAX_TURNS:  # an outcome belongs to the last turn
                turns.append(TurnReference(judged.dialogue.id, min(number, len(judged.dialogue))))

    def result(self) -> CellTurns:
        """Return the turns of all dialogues added so far."""
        turns = {cell: tuple(references) for cell, references in self._turns.items()}
        return CellTurns(dict(self._counts), turns)
