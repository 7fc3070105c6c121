"""Rules that a corpus never breaks."""

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
        record: the rule, as a file of rules has it.
        support: how often the action was taken.
        chance: how probable it were that a rule without reason is never broken, if the action were taken
            without regard to the condition.
    """

    record: Mapping[str, Any]
    support: int
    chance: float


def suggest_rules(corpus: Corpus, support: int = 20, each: int = 2) -> list[Suggestion]:
    """Return rules that hold at every turn of a corpus, those first that chance explains least.

    Of each action is asked: is it taken only after another, only right after another, only once, only where a
    fact stands, never where one stands? What is true of nearly all turns is no rule: where the condition
    holds at a share p of all turns, n turns of an action keep to it by chance with p^n, and only what is
    rarer than one in 10,000 is suggested. People decide which of them are meant.

    Args:
        corpus: the dialogues.
        support: actions taken less often are passed over.
        each: at most so many rules of one action.

    >>> from turncast.dialogue import Turn
    >>> one = [Turn("hi", ["greet"]), Turn("tea", ["ask"]), Turn("big", ["serve"])]
    >>> other = [Turn("no", ["bye"])] * 3
    >>> corpus = Corpus("tea", [Dialogue(str(n), one if n % 2 else other) for n in range(40)])
    >>> for found in suggest_rules(corpus, each=1):
    ...     print(found.support, found.record)
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
    found = list[Suggestion]()
    for action in sorted(taken):
        count = taken[action]
        if count < support:
            continue
        of_it = [
            suggestion
            for condition, times in held.items()
            if (suggestion := _judge(action, condition, count, both[action, condition], times / turns))
        ]
        of_it.sort(key=lambda one: (one.chance, json.dumps(one.record)))
        found += of_it[:each]
    return sorted(found, key=lambda one: (-one.support, one.chance))


def _judge(action: str, condition: str, count: int, together: int, share: float) -> Suggestion | None:
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
    """Yield the actions of each turn, and the conditions that hold at it, as JSON.

    Args:
        dialogue: the dialogue.
        values: of each fact, those that conditions were made of so far; of a fact with many, not all.
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
