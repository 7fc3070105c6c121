"""Two policies on the same dialogues: which turns each wins, and whether that is more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.evaluation.bootstrap import interval, resample
from turncast.evaluation.comparison import ActionDuel, Comparison, WonTurn
from turncast.evaluation.confusions import named
from turncast.evaluation.judged import Judged, judge
from turncast.metrics import Fraction
from turncast.policy import Policy

EXAMPLES = 20


def compare(
    policy_a: Policy,
    policy_b: Policy,
    corpus: Corpus,
    progress: Callable[[int], None] | None = None,
    *,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Judge two policies on the same dialogues, after the actions really taken, and compare them in pairs.

    Args:
        policy_a: the first policy.
        policy_b: the second; it may know other actions and see other things, but decides the same.
        corpus: what to judge on; read once.
        progress: is told the number of decisions judged, after each dialogue.
        names: what to call the policies.

    Returns:
        The comparison.

    Raises:
        ConfigError: for layouts that do not answer the same question.
        CorpusError: for a corpus that the layout cannot be judged on.

    >>> from turncast import TrainConfig, simulate, train
    >>> policy = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1))
    >>> comparison = compare(policy, policy, simulate(dialogues=10, seed=2))
    >>> comparison.won_turns, comparison.p_value, comparison.beyond_chance
    ((0, 0), 1.0, False)
    """
    layout = policy_a.config.layout_row
    ours, theirs = layout.question, policy_b.config.layout_row.question
    if ours != theirs:
        raise ConfigError(
            f"{names[0]} answers {ours}, {names[1]} answers {theirs}; compare models of one kind"
        )
    corpus, tally, decisions = layout.labelled(corpus), _Tally(), 0
    for dialogue in corpus:
        pair = judge(policy_a, dialogue, free=False), judge(policy_b, dialogue, free=False)
        tally.add(*pair)
        decisions += len(pair[0].true)
        if progress:
            progress(decisions)
    return tally.comparison(corpus, names)


def sign_test(wins: int, losses: int) -> float:
    """Return how probable it is that a fair coin falls at least as unevenly: the two-sided sign test.

    The exact binomial probability: 2 * P(X <= min(wins, losses)) of wins + losses throws, at most 1 (Dixon
    and Mood, The statistical sign test, 1946). Ties count for neither side and are left out.

    >>> sign_test(9, 1), sign_test(3, 3)
    (0.021484375, 1.0)
    """
    throws, ways, total = wins + losses, 1, 0
    for k in range(min(wins, losses) + 1):
        total += ways
        ways = ways * (throws - k) // (k + 1)
    return min(1.0, 2 * Fraction(total, 2**throws).value)


@dataclass(slots=True)
class _Tally:
    """Counts over dialogues judged in pairs."""

    # (turns that A has right, turns that B has right, all turns) -> dialogues
    _kinds: Counter[tuple[int, ...]] = field(default_factory=Counter)
    _won: tuple[list[WonTurn], list[WonTurn]] = field(default_factory=lambda: ([], []))
    _support: Counter[str] = field(default_factory=Counter)
    _right: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    _only: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, a: Judged, b: Judged) -> None:
        """Take in a dialogue, as both judged it."""
        self._kinds[sum(a.right), sum(b.right), len(a.true)] += 1
        for place, true in enumerate(a.true):
            self._support.update(true)
            right = a.right[place], b.right[place]
            for counts, well in zip(self._right, right, strict=True):
                if well:
                    counts.update(true)
            if right[0] != right[1]:
                winner = 0 if right[0] else 1
                self._only[winner] += 1
                self._keep(winner, _won_turn((a, b)[1 - winner], place))

    def _keep(self, winner: int, turn: WonTurn) -> None:
        """Keep the turns in which the loser was most sure."""
        kept = self._won[winner]
        kept.append(turn)
        if len(kept) >= 2 * EXAMPLES:
            kept[:] = _surest(kept)

    def comparison(self, corpus: Corpus, names: tuple[str, str]) -> Comparison:
        """Return the comparison."""
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
            won_turns=(self._only[0], self._only[1]),
            dialogues=kinds.total(),
            won_dialogues=(won_a, won_b),
            p_value=sign_test(won_a, won_b),
            difference_interval=interval((sums[:, 0] - sums[:, 1]) / sums[:, 2]),
            actions={
                name: ActionDuel(self._support[name], (self._right[0][name], self._right[1][name]))
                for name in actions
            },
            examples=(_surest(self._won[0]), _surest(self._won[1])),
            skipped=dict(corpus.skipped),
        )


def _won_turn(loser: Judged, place: int) -> WonTurn:
    return WonTurn(
        dialogue=loser.dialogue.id,
        turn=place + 1,
        true=named(loser.true[place]),
        predicted=named(loser.predicted[place]),
        probability=loser.predictions[place].probability,
    )


def _surest(turns: Sequence[WonTurn]) -> tuple[WonTurn, ...]:
    ranked = sorted(turns, key=lambda won: (-won.probability, won.dialogue, won.turn))
    return tuple(ranked[:EXAMPLES])
