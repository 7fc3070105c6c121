"""Example dialogues of the confusions, within the size limit of a page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from turncast.dialogue import Turn
from turncast.evaluation.confusions import Confusion
from turncast.evaluation.errors_as_dialogues import Errors, WrongDecision
from turncast.evaluation.report import Report
from turncast.layouts import LAYOUTS, Layout
from turncast.vocabulary import join_actions

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST_CONFUSIONS, _MOST_EXAMPLES = 30, 8
_TURNS_BEFORE = 3
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ErrorExample:
    """One wrong decision, with the last turns up to it.

    Attributes:
        error: the wrong decision.
        turns: pairs of a turn's number in the dialogue, from 1, and the turn.
    """

    error: WrongDecision
    turns: tuple[tuple[int, Turn], ...]

    @classmethod
    def from_error(cls, error: WrongDecision, layout: Layout) -> ErrorExample:
        """Return the example of an error; an outcome comes after the last turn."""
        turns = list(enumerate(error.dialogue.turns, start=1))
        if not layout.last_turn_only:
            turns = turns[: error.number]
        return cls(error, tuple(turns[-_TURNS_BEFORE - 1 :]))

    @property
    def num_earlier(self) -> int:
        """The number of turns before those in the example."""
        return self.turns[0][0] - 1

    @property
    def true_turn(self) -> Turn | None:
        """The last turn, where its actions are the true answer; None for an outcome or an end."""
        _, last = self.turns[-1]
        return last if join_actions(tuple(sorted(last.actions))) == self.error.true else None


@dataclass(frozen=True, slots=True)
class ConfusionExamples:
    """A confusion with its example dialogues as HTML, those first in which the policy was most confident."""

    number: int
    confusion: Confusion
    examples: tuple[Markup, ...]

    @property
    def left_out(self) -> int:
        """The number of its turns that are not among the examples."""
        return self.confusion.count - len(self.examples)


def confusion_examples(
    report: Report,
    errors: Errors,
    others: Collection[int],
    render: Callable[[ErrorExample], Markup],
) -> tuple[ConfusionExamples, ...]:
    """Return the 30 largest confusions and some others, each with at most 8 example dialogues.

    All examples together take at most one megabyte of HTML. A confusion whose next example would exceed this
    gets no more examples.

    Args:
        report: the report.
        errors: the wrong decisions, collected by the same evaluation.
        others: numbers, from 1, of further confusions to return.
        render: returns an example as HTML.
    """
    by_confusion = {
        key: list(group)
        for key, group in groupby(errors.ranked(), key=lambda error: (error.true, error.predicted))
    }
    results, bytes_left = [], _MOST_BYTES
    for number, confusion in enumerate(report.confusions, start=1):
        if number > _MOST_CONFUSIONS and number not in others:
            continue
        wrong = by_confusion.get((join_actions(confusion.true), join_actions(confusion.predicted)), [])
        examples = []
        for error in wrong[:_MOST_EXAMPLES]:
            html = render(ErrorExample.from_error(error, LAYOUTS[report.layout]))
            size = len(html.encode(errors="replace"))
            if size > bytes_left:
                break
            bytes_left -= size
            examples.append(html)
        results.append(ConfusionExamples(number, confusion, tuple(examples)))
    return tuple(results)
