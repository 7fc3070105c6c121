"""What happened in a Rasa conversation, as turncast's turns; what turncast answers, as Rasa's probabilities.

Pure functions over plain values: neither Rasa nor turncast is imported. The turns are those that
`turncast.readers.rasa` makes of stories with `listen` true: the policy sees live what it learned from.
"""

import json
import math
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

Turn = Dict[str, Any]
LISTEN = "action_listen"
_NOT_ACTIONS = ("action_session_start", "action_restart")
_OURS = ("intent", "active_loop")
_PREFIXES = ("entity.", "slot.")


def turns_of(events: Iterable[Mapping[str, Any]], with_text: bool = False) -> List[Turn]:
    """Return the turns so far, and as the last one what the system sees now, without actions.

    Args:
        events: of a tracker, as `event.as_dict()` gives them, without those that were taken back.
        with_text: whether the users' words are told beside their intents: only for a model that saw them.

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
            facts.update(_heard(event))
            if with_text and event.get("text"):
                texts.append(event["text"])
        elif kind == "slot":
            facts[_slot_fact(event["name"])] = _fact(event.get("value"))
        elif kind in ("active_loop", "form"):
            facts["active_loop"] = _fact(event.get("name"))
        elif kind == "action" and _counts(event, turns, texts, facts):
            turns.append(_turn(texts, facts, [event["name"]]))
            texts, facts = [], {}
    return [*turns, _turn(texts, facts, [])]


def probabilities_of(ranked: Sequence[Mapping[str, Any]], actions: Sequence[str]) -> List[float]:
    """Return a probability for each of a domain's actions; an action that turncast does not name has none.

    >>> probabilities_of([{"action": "b", "probability": 0.75}], ["a", "b"])
    [0.0, 0.75]
    """
    known = {one["action"]: float(one["probability"]) for one in ranked}
    return [known.get(action, 0.0) for action in actions]


def _counts(
    event: Mapping[str, Any], turns: Sequence[Turn], texts: Sequence[str], facts: Mapping[str, Any]
) -> bool:
    """Tell whether an action is a turn: what Rasa does before the first message is not."""
    name: Optional[str] = event.get("name")
    if not name or name in _NOT_ACTIONS:
        return False
    return name != LISTEN or bool(turns or texts or facts)


def _turn(texts: Sequence[str], facts: Mapping[str, Any], actions: Sequence[str]) -> Turn:
    return {"user": "\n".join(texts) if texts else None, "facts": dict(facts), "actions": list(actions)}


def _heard(event: Mapping[str, Any]) -> Dict[str, Any]:
    """Return what Rasa understood of a message: its intent and its entities."""
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
    return f"slot.{slot}" if slot in _OURS or slot.startswith(_PREFIXES) else slot


def _fact(value: Any) -> Any:
    """Return a value as a fact: a number, a yes or no, or a text."""
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return ", ".join(str(_fact(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)
