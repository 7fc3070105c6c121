"""Judging a policy on recorded dialogues, each turn after the actions really taken before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from turnwise.dialogue import Corpus, Dialogue
from turnwise.evaluation.report import Report
from turnwise.features import Previous
from turnwise.floors import FLOORS
from turnwise.metrics import Fraction, Tally
from turnwise.policy import Policy


def evaluate(policy: Policy, corpus: Corpus, progress: Callable[[int], None] | None = None) -> Report:
    """Judge a policy and its floors on a corpus.

    The previous actions are the true ones (teacher forcing). A turn is right where the predicted set of
    actions is the true set; a true action that the policy does not know makes its turn wrong, and is counted.

    Args:
        policy: the policy.
        corpus: what to judge on; read once, dialogue by dialogue.
        progress: is told the number of turns judged, after each dialogue.

    Returns:
        The report, with the floors learned from the policy's own training part beside it.
    """
    tally, floors_right = Tally(), Counter[str]()
    unknown = top_3 = 0
    for dialogue in corpus:
        predictions = policy.predict(dialogue)
        tally.add_dialogue(
            [
                (turn.actions, prediction.actions)
                for turn, prediction in zip(dialogue, predictions, strict=True)
            ]
        )
        for turn, prediction in zip(dialogue, predictions, strict=True):
            unknown += any(action not in policy.space for action in turn.actions)
            top_3 += set(turn.actions) <= {action for action, _ in prediction.top(3)}
        _judge_floors(policy, dialogue, floors_right)
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
    )


def _judge_floors(policy: Policy, dialogue: Dialogue, right: Counter[str]) -> None:
    previous: Previous = None
    for turn in dialogue:
        for name, answer in policy.floors.predict(turn, previous).items():
            right[name] += set(answer) == set(turn.actions)
        previous = turn.actions
