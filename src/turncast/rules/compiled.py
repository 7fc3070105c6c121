"""Rules compiled for the actions of a policy: the refused actions of each turn, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from turncast.dialogue import Fact, Turn
from turncast.rules.condition import Situation
from turncast.rules.rules import Rule, Rules
from turncast.vocabulary import Vocabulary

RuleMemory = tuple[tuple[str, ...], tuple[tuple[str, Fact], ...]]
"""The memory of rules from turn to turn: the actions so far, the last value of each fact that they read."""


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """Rules and the actions that they are about. It holds no dialogue: a memory goes in and comes out.

    >>> from turncast.rules.parse import rules_from_json
    >>> record = {"allow": "book", "when": {"fact": "found"}, "because": "nothing found yet"}
    >>> rules = rules_from_json([record])
    >>> compiled = CompiledRules(rules, Vocabulary(["search", "book"]))
    >>> refused, memory = compiled.refuse(Turn("book it"), None, compiled.start())
    >>> refused
    {1: 'nothing found yet'}
    >>> compiled.refuse(Turn(facts={"found": 3}), ("search",), memory)[0]
    {}
    """

    rules: Rules
    actions: Vocabulary
    _refused: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = field(init=False, repr=False)
    _facts: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # For each rule, the actions that it refuses where its condition does not hold, and where it does.
        refused = tuple(
            (self._forbidden(rule, False), self._forbidden(rule, True)) for rule in self.rules.rules
        )
        object.__setattr__(self, "_refused", refused)
        facts = (fact for rule in self.rules.rules for fact in rule.condition.facts)
        object.__setattr__(self, "_facts", frozenset(facts))

    def _forbidden(self, rule: Rule, holds: bool) -> tuple[int, ...]:
        return tuple(index for index, action in enumerate(self.actions) if rule.forbids(action, holds))

    def start(self) -> RuleMemory:
        """Return the memory before the first turn."""
        return (), ()

    def refuse(
        self, turn: Turn, previous: tuple[str, ...] | None, memory: RuleMemory
    ) -> tuple[dict[int, str], RuleMemory]:
        """Return the refused actions (index -> reason), and the memory for the next turn.

        Args:
            turn: what the system reads; its actions are not used.
            previous: the actions committed at the turn before; None at the start.
            memory: of the turns before.
        """
        taken, before = memory
        taken = tuple(dict.fromkeys((*taken, *(previous or ()))))
        facts = dict(before) | {name: value for name, value in turn.facts.items() if name in self._facts}
        situation = Situation(turn.user, turn.facts, facts, previous, frozenset(taken))
        refused: dict[int, str] = {}
        for rule, choices in zip(self.rules.rules, self._refused, strict=True):
            for index in choices[rule.condition.holds(situation)]:
                refused.setdefault(index, rule.reason)
        return refused, (taken, tuple(facts.items()))

    def refusals(self, turns: Iterable[Turn]) -> Iterator[dict[int, str]]:
        """Yield the refused actions (index -> reason) of each turn of a recorded dialogue."""
        memory, previous = self.start(), None
        for turn in turns:
            refused, memory = self.refuse(turn, previous, memory)
            yield refused
            previous = turn.actions
