"""The confusion matrix of the answers that make most errors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from turncast.evaluation.confusions import named
from turncast.evaluation.report import Report
from turncast.layouts import Actions

_MOST_ANSWERS = 10
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """Turns of one true answer that were given one answer.

    Attributes:
        true: the true answer.
        predicted: the answer given.
        count: how many turns.
        shade: how large a part of the row that is, from 0 to 5.
        confusion: its number in the list of confusions, from 1; 0 where it is right, or no turn.
    """

    true: str
    predicted: str
    count: int
    shade: int
    confusion: int

    @property
    def right(self) -> bool:
        """Whether it is on the diagonal."""
        return self.true == self.predicted


@dataclass(frozen=True, slots=True)
class Row:
    """One true answer.

    Attributes:
        cells: one for each answer of the matrix.
        others: turns that were given an answer that the matrix does not show.
        turns: all turns of this answer.
    """

    cells: tuple[Cell, ...]
    others: int
    turns: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The answers with most errors against one another.

    Attributes:
        names: of the answers, those with most errors, given or missed, first.
        rows: one for each.
        answers_left_out: other answers that are true somewhere.
        turns_left_out: wrong turns outside of the matrix.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    answers_left_out: int
    turns_left_out: int

    @property
    def confusions(self) -> set[int]:
        """The numbers of the confusions that it shows."""
        return {cell.confusion for row in self.rows for cell in row.cells if cell.confusion}

    @classmethod
    def of(cls, report: Report) -> Matrix:
        """Return the matrix of a report, at most ten answers wide."""
        numbers, counts = dict[tuple[Actions, Actions], int](), Counter[tuple[Actions, Actions]]()
        errors = Counter[Actions]()
        for number, one in enumerate(report.confusions, start=1):
            pair = one.true, one.predicted
            numbers[pair], counts[pair] = number, one.count
            errors[one.true] += one.count
            errors[one.predicted] += one.count
        shown = sorted(errors, key=lambda answer: (-errors[answer], answer))[:_MOST_ANSWERS]
        rows = [_row(true, shown, report, counts, numbers) for true in shown]
        inside = sum(cell.count for row in rows for cell in row.cells if not cell.right)
        return cls(
            tuple(map(named, shown)),
            tuple(rows),
            len(report.answers.keys() - set(shown)),
            counts.total() - inside,
        )


def _row(
    true: Actions,
    shown: list[Actions],
    report: Report,
    counts: Counter[tuple[Actions, Actions]],
    numbers: dict[tuple[Actions, Actions], int],
) -> Row:
    share = report.answers.get(true)
    right, turns = (share.part, share.whole) if share else (0, 0)
    cells = []
    for predicted in shown:
        count = right if predicted == true else counts[true, predicted]
        shade = min(_SHADES, 1 + _SHADES * count // turns) if count else 0
        number = numbers.get((true, predicted), 0)
        cells.append(Cell(named(true), named(predicted), count, shade, number))
    return Row(tuple(cells), turns - sum(cell.count for cell in cells), turns)
