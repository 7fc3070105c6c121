"""What is chosen on the dev part once the network is trained: how its probabilities become what is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from turnwise.config import TrainConfig
from turnwise.dialogue import Corpus
from turnwise.layouts import Actions, lesson
from turnwise.policy import Policy, Prediction
from turnwise.policy.decision import Decision
from turnwise.policy.known_sets import KnownSets
from turnwise.policy.risk import RiskCurve
from turnwise.training.temperature import fit_temperature
from turnwise.training.thresholds import fit_thresholds
from turnwise.vocabulary import ActionSpace

_MOST_DECISIONS = 50_000  # more would change nothing that is chosen, and cost memory
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
    """

    probabilities: NDArray[np.float32]
    true: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def right(self, bits: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether exactly what is right was taken, (N,)."""
        found: NDArray[np.bool_] = (bits == self.true).all(-1) & self.known
        return found


def fit_decision(policy: Policy, dev: Corpus, answers: Mapping[Actions, int], config: TrainConfig) -> Policy:
    """Return the policy with a decision that was fitted on its dev part.

    Args:
        policy: the trained policy.
        dev: the dev part; of a large one, the first 50,000 decisions.
        answers: how often the training part takes each set of actions.
        config: `decide` and `max_error`.
    """
    judged = judge(replace(policy, decision=Decision()), dev)
    found, true = judged.probabilities[judged.known], judged.true[judged.known]
    decision = Decision(temperature=fit_temperature(found, true, policy.space.multi))
    # Again with the temperature, as it will be live: what is chosen now must hold to the last bit.
    judged = judge(replace(policy, decision=decision), dev)
    if policy.space.multi:
        decision = _several(judged, policy.space, answers, config.decide, decision)
    bits, confidences = decision.decide(judged.probabilities, policy.space)
    curve = RiskCurve.of(confidences, judged.right(bits)).thinned(_POINTS)
    return replace(policy, decision=replace(decision, risk=curve).for_error(config.max_error))


def judge(policy: Policy, corpus: Corpus) -> Judged:
    """Return what a policy says of a corpus beside what is right, as it says it live."""
    pairs = list(islice(_pairs(policy, corpus), _MOST_DECISIONS))
    space = policy.space
    true = np.zeros((len(pairs), len(space) + 1), np.bool_)
    for row, (_, right) in zip(true, pairs, strict=True):
        row[space.indices(right)] = True
    probabilities = np.zeros((len(pairs), len(space)), np.float32)
    for number, (prediction, _) in enumerate(pairs):
        probabilities[number] = prediction.probabilities
    return Judged(probabilities, true[:, :-1], ~true[:, -1])


def _pairs(policy: Policy, corpus: Corpus) -> Iterator[tuple[Prediction, Actions]]:
    for dialogue in corpus:
        answers = lesson(policy.config, dialogue).answers
        for prediction, row in zip(policy.predict(dialogue), answers, strict=True):
            yield prediction, row[0]


def _several(
    judged: Judged, space: ActionSpace, answers: Mapping[Actions, int], how: str, decision: Decision
) -> Decision:
    """Return the decision with what takes most exact sets of the dev part; among equals the simpler one."""
    thresholds = fit_thresholds(judged.probabilities[judged.known], judged.true[judged.known])
    ways = {"half": [decision], "thresholds": [replace(decision, thresholds=thresholds)]}
    ways["sets"] = [
        replace(decision, sets=KnownSets.of(answers, space, weight, _MOST_SETS)) for weight in _WEIGHTS
    ]
    tried = [way for name, some in ways.items() if how in (name, "auto") for way in some]
    return max(tried, key=lambda way: int(judged.right(way.decide(judged.probabilities, space)[0]).sum()))
