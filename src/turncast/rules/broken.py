"""The rules that a corpus breaks: how often, and where first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from turncast.dialogue import Dialogue
from turncast.rules.compiled import CompiledRules
from turncast.rules.rules import Rules
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a corpus breaks.

    Attributes:
        action: the action that was taken.
        reason: the rule's reason for refusing it.
        turns: the number of turns that break the rule.
        dialogue: the id of the first dialogue that breaks it.
        turn: the number of the first turn in it, from 1.
    """

    action: str
    reason: str
    turns: int
    dialogue: str
    turn: int


def broken_rules(dialogues: Iterable[Dialogue], rules: Rules) -> list[BrokenRule]:
    """Return the broken rules, the most frequently broken first. The dialogues are read twice.

    >>> from turncast.dialogue import Turn
    >>> from turncast.rules.parse import rules_from_json
    >>> dialogue = Dialogue("d1", [Turn("hi", ["greet"]), Turn("hi", ["greet"])])
    >>> broken_rules([dialogue], rules_from_json([{"once": "greet"}]))
    [BrokenRule(action='greet', reason="'greet' is allowed once", turns=1, dialogue='d1', turn=2)]

    Raises:
        ConfigError: for a rule on an action that the dialogues do not have.
    """
    taken = dict.fromkeys(action for dialogue in dialogues for turn in dialogue for action in turn.actions)
    compiled, broken = CompiledRules(rules, Vocabulary(taken)), dict[tuple[str, str], BrokenRule]()
    rules.check(taken, "rules")
    for dialogue in dialogues:
        turns = zip(dialogue, compiled.refusals(dialogue), strict=True)
        for number, (turn, refused) in enumerate(turns, start=1):
            for action in turn.actions:
                reason = refused.get(compiled.actions.index(action))
                if reason is not None:
                    new = BrokenRule(action, reason, 0, dialogue.id, number)
                    first = broken.get((action, reason), new)
                    broken[action, reason] = replace(first, turns=first.turns + 1)
    return sorted(broken.values(), key=lambda rule: (-rule.turns, rule.action))
