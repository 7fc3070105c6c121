"""The confusion matrix of the answers with most errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from turncast.evaluation.report import Report
from turncast.layouts import Actions

_MOST_ANSWERS = 10
_SHADES = 5


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """The decisions with one true and one predicted answer.

    Attributes:
        true: the true answer.
        predicted: the predicted answer.
        count: the number of decisions.
        shade: their share of the row, in steps from 0 (none) to 5.
        confusion: the number of this confusion in the report, from 1; 0 on the diagonal, and in an empty
            cell.
    """

    true: Actions
    predicted: Actions
    count: int
    shade: int
    confusion: int

    @property
    def right(self) -> bool:
        """Whether the cell is on the diagonal."""
        return self.true == self.predicted


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The decisions with one true answer.

    Attributes:
        true: the true answer.
        cells: one for each answer of the matrix.
        others: decisions with a predicted answer that the matrix does not show.
        decisions: all decisions with this true answer.
    """

    true: Actions
    cells: tuple[MatrixCell, ...]
    others: int
    decisions: int


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """The answers with most errors: rows are true answers, columns are predicted answers.

    Attributes:
        answers: the answers with most errors (true or predicted), most errors first.
        rows: one for each answer.
        answers_left_out: the number of other answers that are true somewhere.
        errors_left_out: wrong decisions outside the matrix.
    """

    answers: tuple[Actions, ...]
    rows: tuple[MatrixRow, ...]
    answers_left_out: int
    errors_left_out: int

    @property
    def confusions(self) -> Set[int]:
        """The numbers of the confusions that the matrix shows."""
        return {cell.confusion for row in self.rows for cell in row.cells if cell.confusion}

    @classmethod
    def from_report(cls, report: Report, most_answers: int = _MOST_ANSWERS) -> ConfusionMatrix:
        """Return the confusion matrix of a report.

        Args:
            report: the report.
            most_answers: the largest number of answers; those without any error are never shown.
        """
        errors, counts = Counter[Actions](), Counter[tuple[Actions, Actions]]()
        numbers = dict[tuple[Actions, Actions], int]()
        for number, confusion in enumerate(report.confusions, start=1):
            pair = confusion.true, confusion.predicted
            numbers[pair], counts[pair] = number, confusion.count
            errors[confusion.true] += confusion.count
            errors[confusion.predicted] += confusion.count
        answers = sorted(errors, key=lambda answer: (-errors[answer], answer))[:most_answers]
        wrong = counts.total()
        for answer, fraction in report.answers.items():
            counts[answer, answer] = fraction.part
        rows = []
        for true in answers:
            decisions = report.answers[true].whole if true in report.answers else 0
            rows.append(_row(true, answers, decisions, counts, numbers))
        errors_inside = sum(cell.count for row in rows for cell in row.cells if not cell.right)
        return cls(
            answers=tuple(answers),
            rows=tuple(rows),
            answers_left_out=len(report.answers.keys() - set(answers)),
            errors_left_out=wrong - errors_inside,
        )


def _row(
    true: Actions,
    answers: list[Actions],
    decisions: int,
    counts: Mapping[tuple[Actions, Actions], int],
    numbers: Mapping[tuple[Actions, Actions], int],
) -> MatrixRow:
    cells = tuple(
        MatrixCell(
            true,
            predicted,
            count=counts.get((true, predicted), 0),
            shade=_shade(counts.get((true, predicted), 0), decisions),
            confusion=numbers.get((true, predicted), 0),
        )
        for predicted in answers
    )
    return MatrixRow(true, cells, decisions - sum(cell.count for cell in cells), decisions)


def _shade(count: int, decisions: int) -> int:
    """Return the step, from 0 to 5, for a share of a row; only an empty cell has 0."""
    return min(_SHADES, 1 + _SHADES * count // decisions) if count else 0
