"""How often a corpus breaks rules, and where first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from turncast.dialogue import Dialogue
from turncast.rules.compiled import CompiledRules
from turncast.rules.rules import Rules
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a corpus breaks.

    Attributes:
        action: what was taken.
        reason: why the rule refuses it.
        turns: how often.
        dialogue: where first; its id.
        turn: the number of the turn there, from 1.
    """

    action: str
    reason: str
    turns: int
    dialogue: str
    turn: int


def broken_rules(dialogues: Iterable[Dialogue], rules: Rules) -> list[Broken]:
    """Return which rules are broken, the most often broken first. The dialogues are read twice.

    >>> from turncast.dialogue import Turn
    >>> from turncast.rules.parse import rules_from_json
    >>> dialogue = Dialogue("d1", [Turn("hi", ["greet"]), Turn("hi", ["greet"])])
    >>> broken_rules([dialogue], rules_from_json([{"once": "greet"}]))
    [Broken(action='greet', reason="'greet' may come once", turns=1, dialogue='d1', turn=2)]

    Raises:
        ConfigError: for a rule on an action that the dialogues have not.
    """
    taken = dict.fromkeys(action for dialogue in dialogues for turn in dialogue for action in turn.actions)
    bound, found = CompiledRules(rules, Vocabulary(taken)), dict[tuple[str, str], Broken]()
    rules.check(taken, "rules")
    for dialogue in dialogues:
        turns = zip(dialogue, bound.refusals(dialogue), strict=True)
        for number, (turn, refused) in enumerate(turns, start=1):
            for action in turn.actions:
                reason = refused.get(bound.actions.index(action))
                if reason is not None:
                    first = found.get((action, reason), Broken(action, reason, 0, dialogue.id, number))
                    found[action, reason] = Broken(
                        action, reason, first.turns + 1, first.dialogue, first.turn
                    )
    return sorted(found.values(), key=lambda one: (-one.turns, one.action))
