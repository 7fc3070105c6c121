"""Judging a policy on recorded dialogues, each decision after the actions really taken before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from turnwise.dialogue import Corpus
from turnwise.evaluation.calibration import Confidences
from turnwise.evaluation.report import Report
from turnwise.floors import FLOORS
from turnwise.layouts import Lesson, answers_a_row, labelled, lesson
from turnwise.metrics import Fraction, Tally
from turnwise.policy import Policy, Prediction


def evaluate(policy: Policy, corpus: Corpus, progress: Callable[[int], None] | None = None) -> Report:
    """Judge a policy and its floors on a corpus.

    The previous actions are the true ones (teacher forcing). A decision is right where the predicted set of
    actions is the true set; a true action that the policy does not know makes it wrong, and is counted. What
    a decision is depends on the policy's layout: mostly a turn, or the outcome of a whole dialogue.

    Args:
        policy: the policy.
        corpus: what to judge on; read once, dialogue by dialogue.
        progress: is told the number of decisions judged, after each dialogue.

    Returns:
        The report, with the floors learned from the policy's own training part beside it.

    Raises:
        CorpusError: for a corpus that the policy's layout cannot be judged on.
    """
    corpus = labelled(policy.config, corpus)
    tally, floors_right, confidences = Tally(), Counter[str](), Confidences(policy.decision)
    ahead_right = [0] * (answers_a_row(policy.config) if policy.config.layout == "many-to-many-1" else 0)
    unknown = top_3 = 0
    for dialogue in corpus:
        one, predictions = lesson(policy.config, dialogue), policy.predict(dialogue)
        judged = [(row[0], prediction) for row, prediction in zip(one.answers, predictions, strict=True)]
        tally.add_dialogue([(true, prediction.actions) for true, prediction in judged])
        for true, prediction in judged:
            unknown += any(action not in policy.space for action in true)
            confidences.add(prediction, set(true) == set(prediction.actions))
            top_3 += set(true) <= {action for action, _ in prediction.top(3)}
        if ahead_right:
            _judge_ahead(one, predictions, ahead_right)
        _judge_floors(policy, one, floors_right)
        if progress:
            progress(tally.all_turns)
    return Report(
        corpus=corpus.name,
        turns=tally.turns,
        dialogues=tally.dialogues,
        micro_f1=tally.micro_f1,
        macro_f1=tally.macro_f1,
        weighted_f1=tally.weighted_f1,
        unknown_actions=unknown,
        top_3=Fraction(top_3, tally.all_turns),
        floors={name: Fraction(floors_right[name], tally.all_turns) for name in FLOORS},
        actions=tally.actions,
        skipped=dict(corpus.skipped),
        calibration=confidences.calibration(),
        layout=policy.config.layout,
        ahead=tuple(Fraction(right, tally.all_turns) for right in ahead_right),
    )


def _judge_ahead(one: Lesson, predictions: list[Prediction], right: list[int]) -> None:
    for row, prediction in zip(one.answers, predictions, strict=True):
        for step, (true, foreseen) in enumerate(zip(row, (prediction, *prediction.ahead), strict=True)):
            right[step] += set(true) == set(foreseen.actions)


def _judge_floors(policy: Policy, one: Lesson, right: Counter[str]) -> None:
    for turn, previous, true in one.decisions:
        for name, answer in policy.floors.predict(turn, previous).items():
            right[name] += set(answer) == set(true)
