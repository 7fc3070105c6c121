"""The result of an evaluation, as values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.evaluation.accuracy_by_history import AccuracyByHistory
from turncast.evaluation.calibration import Calibration
from turncast.evaluation.ceiling import Ceiling
from turncast.evaluation.confusions import Confusion
from turncast.evaluation.run_accuracy import RunAccuracy
from turncast.evaluation.sets import SetScores
from turncast.layouts import Actions
from turncast.metrics import ActionScore, Fraction, percent

_MOST_CONFUSIONS = 50


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The result of an evaluation; docs/evaluation.md defines each figure.

    Here a turn means a decision. With the layout `one-to-many` a decision is one action of the predicted
    sequence, its end included; with `many-to-one` it is the outcome of a dialogue.

    Attributes:
        corpus: the name of the corpus.
        layout: the policy's layout.
        teacher_forced: the accuracy where the previous actions are the true ones.
        free_running: the accuracy where the previous actions are the policy's own; None where the layout
            reads no previous actions.
        micro_f1: over all decisions together.
        macro_f1: mean F1 over the actions.
        weighted_f1: mean F1 over the actions, weighted by how often each was taken.
        unknown_actions: turns with an action that the policy does not know; they count as wrong.
        top: k -> turns whose true actions are all among the k most probable, for k = 1, 3, 5.
        floors: baseline -> its right turns.
        ceiling: the accuracy that no policy with these actions can exceed on this corpus.
        exact_response: turns with a recorded response in which the actions are right and the policy's
            response equals the recorded one; None without recorded responses, or where a decision is not a
            turn.
        by_history: right turns by whether their visible history occurs in the training part.
        sets: figures for sets of actions, where a turn may take several.
        ahead: with `many-to-many-1`, the accuracy of the action at each step of the horizon, this turn first.
        actions: the score of each action, the most frequent first.
        answers: right turns by the set of true actions; not in the JSON, where `actions` and `confusions`
            hold the same figures for one action per turn.
        confusions: every pair of true and wrongly predicted actions, the most frequent first.
        calibration: the calibration of the policy's probabilities, and the effect of abstaining.
        skipped: what the reader skipped, by reason, and dialogues without the outcome to predict.
    """

    corpus: str
    layout: str
    teacher_forced: RunAccuracy
    free_running: RunAccuracy | None
    micro_f1: float
    macro_f1: float
    weighted_f1: float
    unknown_actions: int
    top: Mapping[int, Fraction]
    floors: Mapping[str, Fraction]
    ceiling: Ceiling
    exact_response: Fraction | None
    by_history: AccuracyByHistory
    sets: SetScores | None
    ahead: tuple[Fraction, ...]
    actions: Mapping[str, ActionScore]
    answers: Mapping[Actions, Fraction]
    confusions: tuple[Confusion, ...]
    calibration: Calibration
    skipped: Mapping[str, int]

    def __repr__(self) -> str:
        """Return the main figures in one line; `print(report)` shows the tables."""
        name, floor = max(self.floors.items(), key=lambda item: item[1].value, default=("", None))
        best = f", best floor {name} {percent(floor.value)}" if floor else ""
        turns, dialogues = (
            f"{what} right {percent(share.value)} ({share.part:,} of {share.whole:,})"
            for what, share in (("turns", self.turns), ("dialogues", self.dialogues))
        )
        return f"Report({self.corpus}: {turns}, {dialogues}{best})"

    def __str__(self) -> str:
        """Return the tables that `turncast evaluate` prints."""
        from turncast.evaluation.terminal import report_text  # here: a report that is not shown needs no rich

        return report_text(self)

    def _repr_html_(self) -> str:
        """Return the same tables, for notebooks."""
        from turncast.evaluation.terminal import report_html

        return report_html(self)

    @property
    def turns(self) -> Fraction:
        """Right turns, of all turns, teacher-forced."""
        return self.teacher_forced.turns

    @property
    def dialogues(self) -> Fraction:
        """Dialogues in which every turn is right, of all dialogues."""
        return self.teacher_forced.dialogues

    @property
    def turn_accuracy(self) -> float:
        """The share of right turns."""
        return self.turns.value

    @property
    def dialogue_accuracy(self) -> float:
        """The share of dialogues in which every turn is right."""
        return self.dialogues.value

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values, with the 50 most frequent confusions."""
        return {
            "corpus": self.corpus,
            "layout": self.layout,
            "dialogues": self.dialogues.whole,
            "turns": self.turns.whole,
            "right_dialogues": self.dialogues.part,
            "right_turns": self.turns.part,
            "turn_accuracy": self.turn_accuracy,
            "dialogue_accuracy": self.dialogue_accuracy,
            "teacher_forced": self.teacher_forced.to_json(),
            "free_running": self.free_running and self.free_running.to_json(),
            "top_3_accuracy": self.top[3].value,
            "top_accuracy": {str(k): share.value for k, share in self.top.items()},
            "ahead": [fraction.value for fraction in self.ahead],
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "weighted_f1": self.weighted_f1,
            "unknown_actions": self.unknown_actions,
            "exact_response": self.exact_response and self.exact_response.value,
            "exact_responses": self.exact_response and self.exact_response.part,
            "turns_with_response": self.exact_response and self.exact_response.whole,
            "floors": {name: floor.value for name, floor in self.floors.items()},
            "ceiling": self.ceiling.to_json(),
            "by_history": self.by_history.to_json(),
            "sets": self.sets and self.sets.to_json(),
            "actions": {name: _score(score) for name, score in self.actions.items()},
            "num_confusions": len(self.confusions),
            "confusions": [confusion.to_json() for confusion in self.confusions[:_MOST_CONFUSIONS]],
            "calibration": self.calibration.to_json(),
            "skipped": dict(self.skipped),
        }


def _score(score: ActionScore) -> dict[str, float]:
    return {
        "support": score.support,
        "predicted": score.predicted,
        "right": score.right,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }
