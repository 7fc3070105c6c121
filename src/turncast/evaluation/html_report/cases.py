"""The dialogues behind the confusions, as many as a page has room for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from turncast.dialogue import Turn
from turncast.evaluation.confusions import Confusion, named
from turncast.evaluation.errors_as_dialogues import Error, Errors
from turncast.evaluation.report import Report
from turncast.layouts import LAYOUTS, Layout

if TYPE_CHECKING:
    from markupsafe import Markup

_LARGEST, _MOST_EXAMPLES = 30, 8
_TURNS_BEFORE = 3
_ROOM = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Example:
    """One wrong decision, and the last turns up to it.

    Attributes:
        error: the decision.
        turns: their numbers in the dialogue, from 1, and the turns.
    """

    error: Error
    turns: tuple[tuple[int, Turn], ...]

    @classmethod
    def of(cls, error: Error, layout: Layout) -> Example:
        """Return the example of an error; the outcome of a dialogue stands after its last turn."""
        turns = list(enumerate(error.dialogue.turns, start=1))
        if not layout.last_turn_only:
            turns = turns[: error.number]
        return cls(error, tuple(turns[-_TURNS_BEFORE - 1 :]))

    @property
    def earlier(self) -> int:
        """How many turns there are before those that are shown."""
        return self.turns[0][0] - 1

    @property
    def truth(self) -> Turn | None:
        """The last turn, where its actions are what was right; none where an outcome was, or an end."""
        _, last = self.turns[-1]
        return last if named(tuple(sorted(last.actions))) == self.error.true else None


@dataclass(frozen=True, slots=True)
class Case:
    """A confusion, with its dialogues as HTML: those of which the policy was most sure."""

    number: int
    confusion: Confusion
    examples: tuple[Markup, ...]

    @property
    def left_out(self) -> int:
        """How many of its turns are not shown."""
        return self.confusion.count - len(self.examples)


def cases_of(
    report: Report, errors: Errors, others: Collection[int], render: Callable[[Example], Markup]
) -> tuple[Case, ...]:
    """Return the 30 largest confusions and others that are wanted, each with 8 dialogues at most.

    All dialogues together take at most a megabyte as HTML: where one would take more, its confusion shows no
    further ones.

    Args:
        report: what was found.
        errors: the wrong decisions of the same evaluation.
        others: numbers of further confusions, from 1.
        render: returns an example as HTML.
    """
    found = {
        key: list(group)
        for key, group in groupby(errors.ranked(), key=lambda error: (error.true, error.predicted))
    }
    cases, room = [], _ROOM
    for number, confusion in enumerate(report.confusions, start=1):
        if number > _LARGEST and number not in others:
            continue
        alike = found.get((named(confusion.true), named(confusion.predicted)), [])
        examples = []
        for error in alike[:_MOST_EXAMPLES]:
            html = render(Example.of(error, LAYOUTS[report.layout]))
            size = len(html.encode(errors="replace"))
            if size > room:
                break
            room -= size
            examples.append(html)
        cases.append(Case(number, confusion, tuple(examples)))
    return tuple(cases)
