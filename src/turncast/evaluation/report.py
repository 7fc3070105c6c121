"""What an evaluation found, as values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group

from turncast.evaluation.accuracy_by_history import BySeen
from turncast.evaluation.calibration import Calibration
from turncast.evaluation.ceiling import Ceiling
from turncast.evaluation.confusions import Confusion
from turncast.evaluation.sets import SetScores
from turncast.evaluation.streaks import Run
from turncast.layouts import Actions
from turncast.metrics import ActionScore, Fraction

_MOST_CONFUSIONS = 50


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found; docs/evaluation.md defines each figure.

    A turn stands for a decision: with the layout `one-to-many` an action of the foreseen course, its end
    included; with `many-to-one` the outcome of a dialogue.

    Attributes:
        corpus: the name of the corpus judged on.
        layout: the policy's layout.
        teacher_forced: how the policy fares after the actions really taken: turns, dialogues, intervals,
            prefix until the first error, by turn.
        free_running: the same after its own actions; None where the layout looks at none.
        micro_f1: over all decisions together.
        macro_f1: mean over the actions.
        weighted_f1: mean over the actions, weighted by how often each was taken.
        unknown_actions: turns with an action that the policy does not know; counted as wrong.
        top: k -> turns whose true actions are all among the k most probable, for k = 1, 3, 5.
        floors: turns that each floor has right.
        ceiling: what no policy of these actions can pass on this corpus.
        exact_response: turns with a recorded response that are right, and of which the policy would say just
            that; None where there are none, or a decision is no turn.
        seen: turns that are right by whether their visible history was seen in training; None where the
            policy does not know what was.
        sets: figures of sets, where a turn may take several actions.
        ahead: with `many-to-many-1`, how often the first, second, ... action that a turn foresees is right.
        actions: the score of each action, the most frequent first.
        answers: turns that are right by the set of actions that was true, the most frequent first; not in the
            JSON, where `actions` and `confusions` say the same of one action a turn.
        confusions: every pair of true and wrongly predicted actions, the most frequent first.
        calibration: whether the policy's probabilities can be believed, and what abstaining brings.
        skipped: what the reader left out, and dialogues without the outcome that is to be foreseen.
    """

    corpus: str
    layout: str
    teacher_forced: Run
    free_running: Run | None
    micro_f1: float
    macro_f1: float
    weighted_f1: float
    unknown_actions: int
    top: Mapping[int, Fraction]
    floors: Mapping[str, Fraction]
    ceiling: Ceiling
    exact_response: Fraction | None
    seen: BySeen | None
    sets: SetScores | None
    ahead: tuple[Fraction, ...]
    actions: Mapping[str, ActionScore]
    answers: Mapping[Actions, Fraction]
    confusions: tuple[Confusion, ...]
    calibration: Calibration
    skipped: Mapping[str, int]

    @property
    def turns(self) -> Fraction:
        """Turns that are right after the actions really taken, of all."""
        return self.teacher_forced.turns

    @property
    def dialogues(self) -> Fraction:
        """Dialogues of which every turn is right, of all."""
        return self.teacher_forced.dialogues

    @property
    def turn_accuracy(self) -> float:
        """The share of turns that are right."""
        return self.turns.value

    @property
    def dialogue_accuracy(self) -> float:
        """The share of dialogues of which every turn is right."""
        return self.dialogues.value

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values; of the confusions the 50 most frequent."""
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
            "by_history": self.seen and self.seen.to_json(),
            "sets": self.sets and self.sets.to_json(),
            "actions": {name: _score(score) for name, score in self.actions.items()},
            "num_confusions": len(self.confusions),
            "confusions": [confusion.to_json() for confusion in self.confusions[:_MOST_CONFUSIONS]],
            "calibration": self.calibration.to_json(),
            "skipped": dict(self.skipped),
        }

    def __rich__(self) -> Group:
        """Return the report as tables."""
        from turncast.evaluation.report_text import report_text

        return report_text(self)


def _score(score: ActionScore) -> dict[str, float]:
    return {
        "support": score.support,
        "predicted": score.predicted,
        "right": score.right,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }
