"""The decision rule, fitted on the dev part once the network is trained: probabilities -> actions."""

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

_MAX_DECISIONS = 20_000
"""More decisions would change nothing that is fitted, and cost memory."""
_MAX_SETS = 1_000
_PRIOR_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The tried weights of a set's frequency in training; see `KnownSets`."""
_CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class DevDecisions:
    """N decisions of a dev part: what the policy predicted, and what was right.

    Attributes:
        probabilities: of the actions, (N, A).
        true: the bits of the right actions, (N, A).
        known: whether the action space has all right actions, (N,).
        dialogues: the number of each decision's dialogue, (N,).
    """

    probabilities: NDArray[np.float32]
    true: NDArray[np.bool_]
    known: NDArray[np.bool_]
    dialogues: NDArray[np.int64]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> DevDecisions:
        """Return the decisions at which the mask (N,) is true."""
        return DevDecisions(
            probabilities=self.probabilities[chosen],
            true=self.true[chosen],
            known=self.known[chosen],
            dialogues=self.dialogues[chosen],
        )

    def num_right(self, decision: Decision, space: ActionSpace) -> int:
        """Return how many are decided exactly right."""
        return int(self.right(decision.decide(self.probabilities, space)[0]).sum())

    def right(self, bits: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether exactly the right actions were taken, (N,)."""
        return np.asarray((bits == self.true).all(-1) & self.known)


def fit_decision(policy: Policy, dev: Corpus, answers: Mapping[Actions, int], config: TrainConfig) -> Policy:
    """Return the policy with a decision rule that was fitted on its dev part.

    Args:
        policy: the trained policy.
        dev: the dev part; of a large one, the first 20,000 decisions are used.
        answers: set of actions -> how often it is the answer in the training part.
        config: `decide` and `max_error`.
    """
    decisions = predict_dev(replace(policy, decision=Decision()), dev)
    known = decisions[decisions.known]
    temperature = fit_temperature(known.probabilities, known.true, policy.space.multi)
    decision = Decision(temperature)
    # Predicted again with the temperature, as in use: what is fitted now must hold to the last bit.
    decisions = predict_dev(replace(policy, decision=decision), dev)
    if policy.space.multi:
        decision = fit_multi_decision(decisions, policy.space, answers, config.decide, decision)
    bits, confidences = decision.decide(decisions.probabilities, policy.space)
    curve = RiskCurve.from_decisions(confidences, decisions.right(bits)).thinned(_CURVE_POINTS)
    return replace(policy, decision=replace(decision, risk=curve).for_error(config.max_error))


def predict_dev(policy: Policy, corpus: Corpus) -> DevDecisions:
    """Return a policy's predictions for a corpus, stepped as in use, with the right actions."""
    decisions = list(islice(_decisions(policy, corpus), _MAX_DECISIONS))
    space = policy.space
    true = np.zeros((len(decisions), len(space) + 1), np.bool_)
    probabilities = np.zeros((len(decisions), len(space)), np.float32)
    for row, (_, prediction, right) in enumerate(decisions):
        probabilities[row] = prediction.probabilities
        true[row, space.indices(right)] = True
    dialogues = np.array([number for number, _, _ in decisions], np.int64)
    return DevDecisions(
        probabilities=probabilities, true=true[:, :-1], known=~true[:, -1], dialogues=dialogues
    )


def _decisions(policy: Policy, corpus: Corpus) -> Iterator[tuple[int, Prediction, Actions]]:
    """Yield the dialogue's number, the prediction and the right actions of each decision."""
    layout = policy.config.layout_row
    for number, dialogue in enumerate(corpus):
        targets = layout.example(dialogue).targets
        for prediction, row in zip(policy.predict(dialogue), targets, strict=True):
            yield number, prediction, row[0]


def fit_multi_decision(
    decisions: DevDecisions,
    space: ActionSpace,
    answers: Mapping[Actions, int],
    rule: str,
    decision: Decision,
) -> Decision:
    """Return the decision with the rule for several actions per turn that gets most turns right.

    The rules are compared by cross-validation: each is fitted on one half of the dialogues and counted on the
    other. On the half where it is fitted, a rule with more parameters would always win. Then the best rule
    is fitted on all dialogues.

    Args:
        decisions: those of the dev part.
        space: the actions.
        answers: set of actions -> how often it is the answer in the training part.
        rule: the rule, or `auto`; see `TrainConfig.decide`.
        decision: what is fitted already.
    """
    known_sets = [KnownSets.from_counts(answers, space, weight, _MAX_SETS) for weight in _PRIOR_WEIGHTS]

    def with_thresholds(part: DevDecisions) -> Decision:
        part = part[part.known]
        return replace(decision, thresholds=fit_thresholds(part.probabilities, part.true))

    def with_sets(part: DevDecisions) -> Decision:
        candidates = [replace(decision, sets=sets) for sets in known_sets]
        return max(candidates, key=lambda candidate: part.num_right(candidate, space))

    rules = {"half": lambda _: decision, "thresholds": with_thresholds, "sets": with_sets}
    halves = [decisions[decisions.dialogues % 2 == number] for number in (0, 1)]

    def cross_validated(name: str) -> int:
        return sum(
            counted.num_right(rules[name](fitted), space) for fitted, counted in (halves, halves[::-1])
        )

    return rules[max(rules, key=cross_validated) if rule == "auto" else rule](decisions)
