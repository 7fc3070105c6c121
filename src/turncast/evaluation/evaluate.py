"""Judging a policy on recorded dialogues, teacher-forced and left to its own actions."""

from __future__ import annotations

from collections.abc import Callable

from turncast.corpus import Corpus
from turncast.evaluation.accuracy_by_history import SeenTally
from turncast.evaluation.calibration import Confidences
from turncast.evaluation.ceiling import CeilingTally
from turncast.evaluation.confusions import ConfusionTally
from turncast.evaluation.exact_responses import ExactTally
from turncast.evaluation.floors import FloorTally
from turncast.evaluation.horizon_accuracy import AheadTally
from turncast.evaluation.judged import Collector, Judged, judge
from turncast.evaluation.ranks import RankTally
from turncast.evaluation.report import Report
from turncast.evaluation.sets import SetTally
from turncast.evaluation.streaks import RunTally
from turncast.metrics import Tally
from turncast.policy import Policy


def evaluate(
    policy: Policy,
    corpus: Corpus,
    progress: Callable[[int], None] | None = None,
    *,
    errors: Collector | None = None,
) -> Report:
    """Judge a policy and its floors on a corpus.

    A decision is right where the predicted set of actions is the true set; a true action that the policy does
    not know makes it wrong, and is counted. The previous actions are the true ones (teacher forcing), and
    beside that, where the layout looks at any, the policy's own (free-running). What a decision is depends on
    the layout: mostly a turn, or the outcome of a whole dialogue.

    Args:
        policy: the policy.
        corpus: what to judge on; read once, dialogue by dialogue.
        progress: is told the number of decisions judged, after each dialogue.
        errors: collects the wrong decisions, as `Errors` does, or anything else of the judged dialogues.

    Returns:
        The report, with the floors learned from the policy's own training part, and the ceiling, beside it.

    Raises:
        CorpusError: for a corpus that the policy's layout cannot be judged on.
    """
    corpus, tallies, decisions = policy.config.layout_row.labelled(corpus), _Tallies(policy), 0
    for dialogue in corpus:
        judged = judge(policy, dialogue)
        tallies.add(judged)
        if errors is not None:
            errors.add(judged)
        decisions += len(judged.true)
        if progress:
            progress(decisions)
    return tallies.report(corpus)


class _Tallies:
    """What is counted over the judged dialogues; None where the policy has no such figure."""

    def __init__(self, policy: Policy) -> None:
        layout, self._space = policy.config.layout_row, policy.space
        self._layout = layout.name
        self._unknown, self._actions = 0, Tally()
        self._forced, self._free = RunTally(), RunTally() if layout.acts_at_every_turn else None
        self._ranks, self._confusions = RankTally(), ConfusionTally()
        self._confidences = Confidences(policy.decision)
        self._floors, self._ceiling = FloorTally(policy.floors), CeilingTally.of(policy)
        self._seen = SeenTally(policy.histories, layout) if policy.histories else None
        self._sets = SetTally(policy.space) if policy.space.multi else None
        self._exact = ExactTally() if layout.acts_at_every_turn else None
        self._ahead = AheadTally() if layout.decoder else None

    def add(self, judged: Judged) -> None:
        """Take in a judged dialogue."""
        for true in judged.true:
            self._unknown += any(action not in self._space for action in true)
        self._actions.add_dialogue(zip(judged.true, judged.predicted, strict=True))
        self._forced.add(judged.right)
        if self._free and judged.free_right:
            self._free.add(judged.free_right)
        tallies = (self._ranks, self._confusions, self._confidences, self._floors, self._ceiling)
        for tally in (*tallies, self._seen, self._sets, self._exact, self._ahead):
            if tally:
                tally.add(judged)

    def report(self, corpus: Corpus) -> Report:
        """Return what was found."""
        return Report(
            corpus=corpus.name,
            layout=self._layout,
            teacher_forced=self._forced.run(),
            free_running=self._free.run() if self._free else None,
            micro_f1=self._actions.micro_f1,
            macro_f1=self._actions.macro_f1,
            weighted_f1=self._actions.weighted_f1,
            unknown_actions=self._unknown,
            top=self._ranks.top(),
            floors=self._floors.shares(),
            ceiling=self._ceiling.ceiling(),
            exact_response=self._exact.exact() if self._exact else None,
            seen=self._seen.by_seen() if self._seen else None,
            sets=self._sets.scores() if self._sets else None,
            ahead=self._ahead.shares() if self._ahead else (),
            actions=self._actions.actions,
            answers=self._confusions.answers(),
            confusions=self._confusions.confusions(),
            calibration=self._confidences.calibration(),
            skipped=dict(corpus.skipped),
        )
