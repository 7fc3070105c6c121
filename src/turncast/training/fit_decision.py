"""What is chosen on the dev part once the network is trained: how its probabilities become what is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from turncast.config import TrainConfig
from turncast.corpus import Corpus
from turncast.layouts import Actions
from turncast.policy import Policy, Prediction
from turncast.policy.decision import Decision
from turncast.policy.known_sets import KnownSets
from turncast.policy.risk import RiskCurve
from turncast.training.temperature import fit_temperature
from turncast.training.thresholds import fit_thresholds
from turncast.vocabulary import ActionSpace

_MOST_DECISIONS = 20_000  # more would change nothing that is chosen, and cost memory
_MOST_SETS = 1_000
_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a set's share in training
_POINTS = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """N decisions of a dev part.

    Attributes:
        probabilities: of the actions, (N, A).
        true: the bits of what is right, (N, A).
        known: whether all that is right has a bit, (N,).
        dialogues: the number of the dialogue of each, (N,).
    """

    probabilities: NDArray[np.float32]
    true: NDArray[np.bool_]
    known: NDArray[np.bool_]
    dialogues: NDArray[np.int64]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Judged:
        """Return some of the decisions, where (N,) bits are set."""
        return Judged(
            self.probabilities[chosen], self.true[chosen], self.known[chosen], self.dialogues[chosen]
        )

    def num_right(self, decision: Decision, space: ActionSpace) -> int:
        """Return how many are decided exactly right."""
        return int(self.right(decision.decide(self.probabilities, space)[0]).sum())

    def right(self, bits: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether exactly what is right was taken, (N,)."""
        found: NDArray[np.bool_] = (bits == self.true).all(-1) & self.known
        return found


def fit_decision(policy: Policy, dev: Corpus, answers: Mapping[Actions, int], config: TrainConfig) -> Policy:
    """Return the policy with a decision that was fitted on its dev part.

    Args:
        policy: the trained policy.
        dev: the dev part; of a large one, the first 20,000 decisions.
        answers: how often the training part takes each set of actions.
        config: `decide` and `max_error`.
    """
    judged = judge(replace(policy, decision=Decision()), dev)
    known = judged[judged.known]
    temperature = fit_temperature(known.probabilities, known.true, policy.space.multi)
    decision = Decision(temperature)
    # Again with the temperature, as it will be live: what is chosen now must hold to the last bit.
    judged = judge(replace(policy, decision=decision), dev)
    if policy.space.multi:
        decision = decide_several(judged, policy.space, answers, config.decide, decision)
    bits, confidences = decision.decide(judged.probabilities, policy.space)
    curve = RiskCurve.of(confidences, judged.right(bits)).thinned(_POINTS)
    return replace(policy, decision=replace(decision, risk=curve).for_error(config.max_error))


def judge(policy: Policy, corpus: Corpus) -> Judged:
    """Return what a policy says of a corpus beside what is right, as it says it live."""
    decisions = list(islice(_decisions(policy, corpus), _MOST_DECISIONS))
    space = policy.space
    true = np.zeros((len(decisions), len(space) + 1), np.bool_)
    probabilities = np.zeros((len(decisions), len(space)), np.float32)
    for place, (_, prediction, right) in enumerate(decisions):
        probabilities[place] = prediction.probabilities
        true[place, space.indices(right)] = True
    dialogues = np.array([number for number, _, _ in decisions], np.int64)
    return Judged(probabilities, true[:, :-1], ~true[:, -1], dialogues)


def _decisions(policy: Policy, corpus: Corpus) -> Iterator[tuple[int, Prediction, Actions]]:
    layout = policy.config.layout_row
    for number, dialogue in enumerate(corpus):
        targets = layout.example(dialogue).targets
        for prediction, row in zip(policy.predict(dialogue), targets, strict=True):
            yield number, prediction, row[0]


def decide_several(
    judged: Judged, space: ActionSpace, answers: Mapping[Actions, int], how: str, decision: Decision
) -> Decision:
    """Return the decision with the way to decide on several actions that gets most turns right.

    The ways are compared by what they get right in one half of the dialogues when they are fitted on the
    other: where it was fitted, a way with more to fit is always ahead. Then the best is fitted on all.

    Args:
        judged: the dev part.
        space: the actions.
        answers: how often the training part takes each set of actions.
        how: the way, or `auto`; see `TrainConfig.decide`.
        decision: what is chosen already.
    """
    known = [KnownSets.of(answers, space, weight, _MOST_SETS) for weight in _WEIGHTS]

    def with_thresholds(part: Judged) -> Decision:
        part = part[part.known]
        return replace(decision, thresholds=fit_thresholds(part.probabilities, part.true))

    def with_sets(part: Judged) -> Decision:
        tried = [replace(decision, sets=sets) for sets in known]
        return max(tried, key=lambda one: part.num_right(one, space))

    ways = {"half": lambda _: decision, "thresholds": with_thresholds, "sets": with_sets}
    halves = [judged[judged.dialogues % 2 == number] for number in (0, 1)]

    def num_right(way: str) -> int:
        return sum(there.num_right(ways[way](here), space) for here, there in (halves, halves[::-1]))

    return ways[max(ways, key=num_right) if how == "auto" else how](judged)
