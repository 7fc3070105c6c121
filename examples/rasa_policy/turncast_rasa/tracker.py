"""Convert the events of a Rasa tracker to turncast's turns, and turncast's answers to Rasa's probabilities.

Pure functions over plain values: this imports neither Rasa nor turncast. The turns equal those that
`turncast.readers.rasa` reads from stories with `listen` true, so live inputs are like those of the training.
"""

import json
import math
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

Turn = Dict[str, Any]
LISTEN = "action_listen"
_NOT_ACTIONS = ("action_session_start", "action_restart")
_RESERVED = ("intent", "active_loop")
_PREFIXES = ("entity.", "slot.")


def turns_of(events: Iterable[Mapping[str, Any]], with_text: bool = False) -> List[Turn]:
    """Return the turns so far; the last one has the present input, without actions.

    Args:
        events: the applied events of a tracker, as `event.as_dict()` returns them.
        with_text: whether turns have the users' words too: only for a model that was trained with them.

    >>> hello = {"event": "user", "text": "hi", "parse_data": {"intent": {"name": "greet"}}}
    >>> turns_of([hello, {"event": "action", "name": "utter_greet"}])
    [{'user': None, 'facts': {'intent': 'greet'}, 'actions': ['utter_greet']},
     {'user': None, 'facts': {}, 'actions': []}]
    """
    turns: List[Turn] = []
    texts: List[str] = []
    facts: Dict[str, Any] = {}
    for event in events:
        kind = event.get("event")
        if kind == "user":
            facts.update(_understood(event))
            if with_text and event.get("text"):
                texts.append(event["text"])
        elif kind == "slot":
            facts[_slot_fact(event["name"])] = _fact(event.get("value"))
        elif kind in ("active_loop", "form"):
            facts["active_loop"] = _fact(event.get("name"))
        elif kind == "action" and _is_turn(event, turns, texts, facts):
            turns.append(_turn(texts, facts, [event["name"]]))
            texts, facts = [], {}
    return [*turns, _turn(texts, facts, [])]


def probabilities_of(ranked: Sequence[Mapping[str, Any]], actions: Sequence[str]) -> List[float]:
    """Return the probability of each action of a domain; 0 for an action that turncast did not rank.

    >>> probabilities_of([{"action": "b", "probability": 0.75}], ["a", "b"])
    [0.0, 0.75]
    """
    known = {one["action"]: float(one["probability"]) for one in ranked}
    return [known.get(action, 0.0) for action in actions]


def _is_turn(
    event: Mapping[str, Any], turns: Sequence[Turn], texts: Sequence[str], facts: Mapping[str, Any]
) -> bool:
    """Return whether an action is a turn: Rasa's actions before the first message are not."""
    name: Optional[str] = event.get("name")
    if not name or name in _NOT_ACTIONS:
        return False
    return name != LISTEN or bool(turns or texts or facts)


def _turn(texts: Sequence[str], facts: Mapping[str, Any], actions: Sequence[str]) -> Turn:
    return {"user": "\n".join(texts) if texts else None, "facts": dict(facts), "actions": list(actions)}


def _understood(event: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the intent and the entities that Rasa found in a message, as facts."""
    parsed = event.get("parse_data") or {}
    facts: Dict[str, Any] = {}
    intent = (parsed.get("intent") or {}).get("name")
    if intent:
        facts["intent"] = intent
    for entity in parsed.get("entities") or ():
        marks = [str(entity[mark]) for mark in ("role", "group") if entity.get(mark) is not None]
        key = ".".join(["entity", entity["entity"], *marks])
        fact = _fact(entity.get("value"))
        known = facts.get(key, fact)
        facts[key] = fact if known == fact else f"{known}, {fact}"
    return facts


def _slot_fact(slot: str) -> str:
    return f"slot.{slot}" if slot in _RESERVED or slot.startswith(_PREFIXES) else slot


def _fact(value: Any) -> Any:
    """Return a value as a fact: a number, a boolean or a text."""
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return ", ".join(str(_fact(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)
