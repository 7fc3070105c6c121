"""Evaluates a policy on recorded dialogues, teacher-forced and free-running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from turncast.baselines import BASELINES
from turncast.corpus import Corpus
from turncast.evaluation.accuracy_by_history import AccuracyByHistory, history_events
from turncast.evaluation.calibration import CalibrationTally
from turncast.evaluation.ceiling import CeilingTally
from turncast.evaluation.confusions import ConfusionTally
from turncast.evaluation.judged import Collector, Judged, check_judged, judge
from turncast.evaluation.report import Report
from turncast.evaluation.run_accuracy import RunTally
from turncast.evaluation.sets import SetTally
from turncast.evaluation.tallies import (
    TOP_K,
    FractionTally,
    Tally,
    answer_events,
    exact_response_events,
    floor_events,
    horizon_events,
    top_k_events,
    unknown_events,
)
from turncast.metrics import ActionTally
from turncast.policy import Policy


def evaluate(
    policy: Policy,
    corpus: Corpus,
    progress: Callable[[int], None] | None = None,
    *,
    errors: Collector | None = None,
) -> Report:
    """Evaluate a policy and its floors on a corpus.

    A decision is right where the predicted set of actions equals the true set. A decision with a true action
    that the policy does not know is wrong, and is counted. The previous actions are the true ones (teacher
    forcing) and, in a second run, the policy's own (free-running), where the layout reads previous actions. A
    decision is one turn in most layouts, and the outcome of a whole dialogue in `many-to-one`.

    Args:
        policy: the policy.
        corpus: the dialogues to evaluate on; read once, one dialogue at a time.
        progress: called after each dialogue with the number of decisions judged so far.
        errors: receives every judged dialogue; `Errors` collects the wrong decisions.

    Returns:
        The report, with the floors, which are learned from the policy's training part, and the ceiling.

    Raises:
        ArgumentError: where the policy is no policy, or the corpus no corpus.
        CorpusError: for a corpus that the policy's layout cannot be judged on.
    """
    check_judged(corpus, progress, policy=policy)
    corpus, tallies, decisions = policy.config.layout_row.labelled(corpus), _ReportTallies(policy), 0
    for dialogue in corpus:
        judged = judge(policy, dialogue)
        tallies.add(judged)
        if errors is not None:
            errors.add(judged)
        decisions += len(judged.true)
        if progress:
            progress(decisions)
    return tallies.report(corpus)


class _ReportTallies:
    """The tallies behind a report; a tally is None where the policy has no such figure."""

    def __init__(self, policy: Policy) -> None:
        layout = self._layout = policy.config.layout_row
        self._teacher_forced = RunTally()
        self._free_running = RunTally(free=True) if layout.acts_at_every_turn else None
        self._actions = ActionTally()
        self._unknown = FractionTally(unknown_events(policy.space), keys=("unknown",))
        self._top = FractionTally(top_k_events, keys=TOP_K)
        self._floors = FractionTally(floor_events(policy.baselines), keys=BASELINES)
        self._ceiling = CeilingTally.for_policy(policy)
        self._exact = FractionTally(exact_response_events) if layout.acts_at_every_turn else None
        self._by_history = FractionTally(history_events(policy.histories, layout), keys=(True, False))
        self._sets = SetTally(policy.space) if policy.space.multi else None
        self._ahead = FractionTally(horizon_events) if layout.decoder else None
        self._answers = FractionTally(answer_events)
        self._confusions = ConfusionTally()
        self._calibration = CalibrationTally(policy.decision)
        tallies = (value for name, value in vars(self).items() if name not in ("_layout", "_actions"))
        self._tallies: list[Tally[Any]] = [tally for tally in tallies if tally is not None]

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        self._actions.add_dialogue(zip(judged.true, judged.predicted, strict=True))
        for tally in self._tallies:
            tally.add(judged)

    def report(self, corpus: Corpus) -> Report:
        """Return the report over all dialogues added so far."""
        return Report(
            corpus=corpus.name,
            layout=self._layout.name,
            teacher_forced=self._teacher_forced.result(),
            free_running=self._free_running.result() if self._free_running else None,
            micro_f1=self._actions.micro_f1,
            macro_f1=self._actions.macro_f1,
            weighted_f1=self._actions.weighted_f1,
            unknown_actions=self._unknown.result()["unknown"].part,
            top=self._top.result(),
            floors=self._floors.result(),
            ceiling=self._ceiling.result(),
            exact_response=self._exact.result().get("exact") if self._exact else None,
            by_history=AccuracyByHistory.from_fractions(self._by_history.result()),
            sets=self._sets.result() if self._sets else None,
            ahead=tuple(self._ahead.result().values()) if self._ahead else (),
            actions=self._actions.actions,
            answers=self._answers.result(),
            confusions=self._confusions.result(),
            calibration=self._calibration.result(),
            skipped=dict(corpus.skipped),
        )
