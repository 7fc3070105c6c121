"""Rules bound to the actions of a policy: at each turn, what is refused and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from turncast.dialogue import Fact, Turn
from turncast.rules.rules import Rule, Rules
from turncast.rules.situation import Situation
from turncast.vocabulary import Vocabulary

Kept = tuple[tuple[str, ...], tuple[tuple[str, Fact], ...]]
"""What rules keep from turn to turn: the actions taken so far, the last value of each fact that they name."""


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """Rules and the actions that they are about. It holds no dialogue: what is kept goes in and comes out.

    >>> from turncast.rules.parse import rules_from_json
    >>> record = {"allow": "book", "when": {"fact": "found"}, "because": "nothing found yet"}
    >>> rules = rules_from_json([record])
    >>> bound = CompiledRules(rules, Vocabulary(["search", "book"]))
    >>> refused, kept = bound.read(Turn("book it"), None, bound.start())
    >>> refused
    {1: 'nothing found yet'}
    >>> bound.read(Turn(facts={"found": 3}), ("search",), kept)[0]
    {}
    """

    rules: Rules
    actions: Vocabulary
    _refused: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = field(init=False, repr=False)
    _facts: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # For each rule, what it refuses where its condition does not hold, and where it does.
        refused = tuple((self._those(rule, False), self._those(rule, True)) for rule in self.rules.rules)
        object.__setattr__(self, "_refused", refused)
        looked_at = (fact for rule in self.rules.rules for fact in rule.condition.facts)
        object.__setattr__(self, "_facts", frozenset(looked_at))

    def _those(self, rule: Rule, holds: bool) -> tuple[int, ...]:
        return tuple(index for index, action in enumerate(self.actions) if rule.forbids(action, holds))

    def start(self) -> Kept:
        """Return what is kept before the first turn."""
        return (), ()

    def read(self, turn: Turn, previous: tuple[str, ...] | None, kept: Kept) -> tuple[dict[int, str], Kept]:
        """Return why each refused action is refused, by its index, and what to keep for the next turn.

        Args:
            turn: what the system sees; its actions are not looked at.
            previous: the actions committed at the turn before; None at the start.
            kept: of the turns before.
        """
        taken, before = kept
        taken = tuple(dict.fromkeys((*taken, *(previous or ()))))
        facts = dict(before) | {name: value for name, value in turn.facts.items() if name in self._facts}
        situation = Situation(turn.user, turn.facts, facts, previous, frozenset(taken))
        refused: dict[int, str] = {}
        for rule, choices in zip(self.rules.rules, self._refused, strict=True):
            for index in choices[rule.condition.holds(situation)]:
                refused.setdefault(index, rule.reason)
        return refused, (taken, tuple(facts.items()))

    def refusals(self, turns: Iterable[Turn]) -> Iterator[dict[int, str]]:
        """Yield why each refused action is refused, at each turn of a recorded dialogue."""
        kept, previous = self.start(), None
        for turn in turns:
            refused, kept = self.read(turn, previous, kept)
            yield refused
            previous = turn.actions
