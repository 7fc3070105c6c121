"""Compares two policies on the same dialogues: which turns each wins, and whether that is chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.evaluation.bootstrap import Interval, interval, resample
from turncast.evaluation.judged import Judged, check_judged, judge
from turncast.metrics import Fraction
from turncast.policy import Policy
from turncast.vocabulary import join_actions

EXAMPLES = 20
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class ActionComparison:
    """One action: the turns in which it was taken, and in how many of these each policy is right."""

    support: int
    right: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WonTurn:
    """A turn that one policy has right and the other wrong.

    Attributes:
        dialogue: the id of the dialogue.
        turn: the number of the turn, from 1.
        true: the true actions, which the winner predicted.
        predicted: the actions that the loser predicted.
        probability: the probability of the loser's first ranked action.
    """

    dialogue: str
    turn: int
    true: str
    predicted: str
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Return the turn as plain values."""
        return {
            "dialogue": self.dialogue,
            "turn": self.turn,
            "true": self.true,
            "predicted": self.predicted,
            "probability": round(self.probability, 6),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of a comparison of two policies on the same dialogues; pairs are (first, second policy).

    Attributes:
        corpus: the name of the corpus.
        names: the names of the policies.
        right: right turns of each policy, of all turns.
        won_turns: turns that only this policy has right.
        dialogues: the number of dialogues.
        won_dialogues: dialogues in which this policy has more right turns than the other.
        p_value: of the sign test over won dialogues.
        difference_interval: 95% interval of the first policy's turn accuracy minus the second's, by bootstrap
            over dialogues.
        actions: the comparison for each action, the most frequent action first.
        examples: turns won by each policy, at most 20, those first in which the other was most confident.
        skipped: what the reader skipped, by reason.
    """

    corpus: str
    names: tuple[str, str]
    right: tuple[Fraction, Fraction]
    won_turns: tuple[int, int]
    dialogues: int
    won_dialogues: tuple[int, int]
    p_value: float
    difference_interval: Interval
    actions: Mapping[str, ActionComparison]
    examples: tuple[tuple[WonTurn, ...], tuple[WonTurn, ...]]
    skipped: Mapping[str, int]

    @property
    def difference(self) -> float:
        """The turn accuracy of the first policy minus that of the second."""
        return self.right[0].value - self.right[1].value

    @property
    def beyond_chance(self) -> bool:
        """Whether equal policies would differ so in fewer than 5 of 100 corpora, by the sign test."""
        return self.p_value < LEVEL

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "corpus": self.corpus,
            "names": list(self.names),
            "dialogues": self.dialogues,
            "turns": self.right[0].whole,
            "right_turns": [share.part for share in self.right],
            "turn_accuracy": [share.value for share in self.right],
            "difference": self.difference,
            "difference_interval": self.difference_interval.to_json(),
            "won_turns": list(self.won_turns),
            "won_dialogues": list(self.won_dialogues),
            "p_value": self.p_value,
            "beyond_chance": self.beyond_chance,
            "actions": {
                name: {"support": score.support, "right": list(score.right)}
                for name, score in self.actions.items()
            },
            "examples": [[turn.to_json() for turn in turns] for turns in self.examples],
            "skipped": dict(self.skipped),
        }


def compare(
    policy_a: Policy,
    policy_b: Policy,
    corpus: Corpus,
    progress: Callable[[int], None] | None = None,
    *,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Evaluate two policies on the same dialogues, teacher-forced, and compare them turn by turn.

    Args:
        policy_a: the first policy.
        policy_b: the second policy; it may have other actions and inputs, but must answer the same question.
        corpus: the dialogues to evaluate on; read once.
        progress: called after each dialogue with the number of decisions judged so far.
        names: the names of the policies.

    Returns:
        The comparison.

    Raises:
        ArgumentError: where a policy is no policy, or the corpus no corpus.
        ConfigError: where the layouts do not answer the same question.
        CorpusError: for a corpus that the layout cannot be judged on.

    >>> from turncast import TrainConfig, simulate, train
    >>> policy = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1))
    >>> comparison = compare(policy, policy, simulate(dialogues=10, seed=2))
    >>> comparison.won_turns, comparison.p_value, comparison.beyond_chance
    ((0, 0), 1.0, False)
    """
    check_judged(corpus, progress, policy_a=policy_a, policy_b=policy_b)
    layout = policy_a.config.layout_row
    question_a, question_b = layout.question, policy_b.config.layout_row.question
    if question_a != question_b:
        raise ConfigError(
            f"{names[0]} answers {question_a}, {names[1]} answers {question_b}; compare models of one kind"
        )
    corpus, tally, decisions = layout.labelled(corpus), _ComparisonTally(), 0
    for dialogue in corpus:
        pair = judge(policy_a, dialogue, free=False), judge(policy_b, dialogue, free=False)
        tally.add(*pair)
        decisions += len(pair[0].true)
        if progress:
            progress(decisions)
    return tally.result(corpus, names)


def sign_test(wins: int, losses: int) -> float:
    """Return the p-value of the exact two-sided sign test.

    It is 2 * P(X <= min(wins, losses)), at most 1, for X binomial with n = wins + losses and p = 1/2 (Dixon
    and Mood, The statistical sign test, 1946). Ties count for neither side and are left out.

    >>> sign_test(9, 1), sign_test(3, 3)
    (0.021484375, 1.0)
    """
    trials, ways, total = wins + losses, 1, 0
    for k in range(min(wins, losses) + 1):
        total += ways
        ways = ways * (trials - k) // (k + 1)
    return min(1.0, 2 * Fraction(total, 2**trials).value)


@dataclass(slots=True)
class _ComparisonTally:
    """Counts over dialogues that both policies judged."""

    # (right turns of A, right turns of B, all turns) -> dialogues
    _kinds: Counter[tuple[int, ...]] = field(default_factory=Counter)
    _examples: tuple[list[WonTurn], list[WonTurn]] = field(default_factory=lambda: ([], []))
    _support: Counter[str] = field(default_factory=Counter)
    _right: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    _won_turns: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, a: Judged, b: Judged) -> None:
        """Count one dialogue, judged for both policies."""
        self._kinds[sum(a.right), sum(b.right), len(a.true)] += 1
        for index, true in enumerate(a.true):
            self._support.update(true)
            right = a.right[index], b.right[index]
            for counts, is_right in zip(self._right, right, strict=True):
                if is_right:
                    counts.update(true)
            if right[0] != right[1]:
                winner = 0 if right[0] else 1
                self._won_turns[winner] += 1
                self._add_example(winner, _won_turn((a, b)[1 - winner], index))

    def _add_example(self, winner: int, turn: WonTurn) -> None:
        """Add a won turn; drop those in which the loser was least confident, to bound the memory."""
        examples = self._examples[winner]
        examples.append(turn)
        if len(examples) >= 2 * EXAMPLES:
            examples[:] = _most_confident(examples)

    def result(self, corpus: Corpus, names: tuple[str, str]) -> Comparison:
        """Return the comparison over all dialogues added so far."""
        kinds = self._kinds
        sums = resample(kinds or {(0, 0, 1): 1})
        right_a, right_b, turns = (sum(k[column] * n for k, n in kinds.items()) for column in range(3))
        won_a = sum(n for (a, b, _), n in kinds.items() if a > b)
        won_b = sum(n for (a, b, _), n in kinds.items() if b > a)
        actions = sorted(self._support, key=lambda name: (-self._support[name], name))
        return Comparison(
            corpus=corpus.name,
            names=names,
            right=(Fraction(right_a, turns), Fraction(right_b, turns)),
            won_turns=(self._won_turns[0], self._won_turns[1]),
            dialogues=kinds.total(),
            won_dialogues=(won_a, won_b),
            p_value=sign_test(won_a, won_b),
            difference_interval=interval((sums[:, 0] - sums[:, 1]) / sums[:, 2]),
            actions={
                name: ActionComparison(self._support[name], (self._right[0][name], self._right[1][name]))
                for name in actions
            },
            examples=(_most_confident(self._examples[0]), _most_confident(self._examples[1])),
            skipped=dict(corpus.skipped),
        )


def _won_turn(loser: Judged, index: int) -> WonTurn:
    return WonTurn(
        dialogue=loser.dialogue.id,
        turn=index + 1,
        true=join_actions(loser.true[index]),
        predicted=join_actions(loser.predicted[index]),
        probability=loser.predictions[index].probability,
    )


def _most_confident(turns: Sequence[WonTurn]) -> tuple[WonTurn, ...]:
    ranked = sorted(turns, key=lambda won: (-won.probability, won.dialogue, won.turn))
    return tuple(ranked[:EXAMPLES])
