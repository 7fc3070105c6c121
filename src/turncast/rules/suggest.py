"""Suggested rules: those that a corpus never breaks."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.candidates import without_candidates
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact, is_number, value_name

_MOST_VALUES = 20
_SURPRISE = math.log(1e4)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that a corpus never breaks.

    Attributes:
        record: the rule, in the form of a rules file.
        support: the number of turns with the action.
        chance: the probability that no turn breaks the rule, if the action were independent of the condition.
    """

    record: Mapping[str, Any]
    support: int
    chance: float


def suggest_rules(corpus: Corpus, support: int = 20, each: int = 2) -> list[Suggestion]:
    """Return rules that hold at every turn of a corpus, the best supported first.

    The candidates for an action are: only after another action, only right after another, only once, only
    where a fact is known, never where one is known. A condition that holds at nearly all turns makes no rule:
    where it holds at a share p of all turns, n turns of an action satisfy it by chance with p^n, and only
    rules below 1 in 10,000 are suggested. People decide which of them are intended.

    Args:
        corpus: the dialogues.
        support: actions with fewer turns are ignored.
        each: the number of rules of one action, at most.

    >>> from turncast.dialogue import Turn
    >>> one = [Turn("hi", ["greet"]), Turn("tea", ["ask"]), Turn("big", ["serve"])]
    >>> other = [Turn("no", ["bye"])] * 3
    >>> corpus = Corpus("tea", [Dialogue(str(n), one if n % 2 else other) for n in range(40)])
    >>> for suggestion in suggest_rules(corpus, each=1):
    ...     print(suggestion.support, suggestion.record)
    60 {'forbid': 'bye', 'when': {'taken': 'greet'}}
    20 {'allow': 'ask', 'when': {'previous': 'greet'}}
    20 {'allow': 'serve', 'when': {'previous': 'ask'}}
    """
    turns, held, taken = 0, Counter[str](), Counter[str]()
    both, values = Counter[tuple[str, str]](), defaultdict[str, set[str]](set)
    for dialogue in corpus:
        for actions, conditions in _situations(dialogue, values):
            turns += 1
            held.update(conditions)
            taken.update(actions)
            both.update((action, condition) for action in actions for condition in conditions)
    suggestions = list[Suggestion]()
    for action in sorted(taken):
        count = taken[action]
        if count < support:
            continue
        for_action = [
            suggestion
            for condition, times in held.items()
            if (suggestion := _suggestion(action, condition, count, both[action, condition], times / turns))
        ]
        for_action.sort(key=lambda item: (item.chance, json.dumps(item.record)))
        suggestions += for_action[:each]
    return sorted(suggestions, key=lambda item: (-item.support, item.chance))


def _suggestion(action: str, condition: str, count: int, together: int, share: float) -> Suggestion | None:
    when = json.loads(condition)
    if together == count:
        kind, by_chance = "allow", share
    elif together == 0:
        kind, by_chance = "forbid", 1 - share
    else:
        return None
    if by_chance >= 1 or -count * math.log(max(by_chance, 1e-12)) < _SURPRISE:
        return None
    chance = by_chance**count
    once = kind == "forbid" and when == {"taken": action}
    return Suggestion({"once": action} if once else {kind: action, "when": when}, count, chance)


def _situations(
    dialogue: Dialogue, values: defaultdict[str, set[str]]
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield the actions of each turn, and the conditions that hold at it, as JSON texts.

    Args:
        dialogue: the dialogue.
        values: fact -> the values with conditions so far; a fact with many values does not have all.
    """
    taken, facts = dict[str, None](), dict[str, Fact]()
    previous: tuple[str, ...] = ()
    for turn in dialogue:
        facts |= without_candidates(turn.facts)
        conditions: list[dict[str, Any]] = [{"taken": action} for action in taken]
        conditions += [{"previous": action} for action in previous]
        for name, value in facts.items():
            conditions.append({"fact": name})
            if not is_number(value):
                known, named = values[name], value_name(value)
                if len(known) < _MOST_VALUES:
                    known.add(named)
                if named in known:
                    conditions.append({"fact": name, "is": named})
        if not turn.user:
            conditions.append({"user": "silent"})
        yield turn.actions, [json.dumps(condition) for condition in conditions]
        previous = turn.actions
        taken |= dict.fromkeys(previous)
