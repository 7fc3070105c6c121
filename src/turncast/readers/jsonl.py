"""JSON Lines, the reference format: one dialogue per line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Turn, unchecked_turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.json_values import (
    are_valid_facts,
    checked_actions,
    checked_facts,
    optional_text,
    parse_json,
)
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import file_stem, read_lines

_DIALOGUE_KEYS = {"id", "turns", "metadata", "group"}
_TURN_KEYS = {"user", "facts", "actions", "response"}
_MAX_CACHED_ACTIONS = 100_000


def read_jsonl(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read one dialogue per line: `{"id", "turns", "metadata", "group"}`.

    A turn is `{"user", "facts", "actions", "response"}`. Only `turns` and the `actions` of each turn are
    required. Blank lines are ignored; a key that the format does not have is skipped and counted. If the
    context asks for it, a last turn without `actions` is the turn that has not happened yet.
    """
    line_of_id: dict[str, int] = {}
    name, fast_turns = file_stem(path), _FastTurns()
    for number, line in read_lines(path):
        if not line.strip():
            continue
        where = f"{path} line {number}"
        record = parse_json(line, where)
        dialogue = _dialogue(record, where, f"{name}:{number}", fast_turns, context)
        first = line_of_id.setdefault(dialogue.id, number)
        if first != number:
            problem = f"line {first} has the same dialogue id {dialogue.id!r}"
            raise CorpusError(where, problem, "give each dialogue a different id")
        yield dialogue


def _dialogue(
    record: Any, where: str, default_id: str, fast_turns: _FastTurns, context: ReadContext
) -> Dialogue:
    if not isinstance(record, dict):
        cure = "give one dialogue per line, as a JSON object"
        raise CorpusError(where, f"the line is {kind_of(record)}", cure)
    turns = record.get("turns")
    if not isinstance(turns, list):
        problem = f"'turns' is {kind_of(turns)}" if "turns" in record else "the dialogue has no 'turns'"
        cure = 'give a list, such as "turns": [{"user": "hi", "actions": ["greet"]}]'
        raise CorpusError(where, problem, cure)
    if not turns:
        raise CorpusError(where, "the dialogue has no turns", "give at least one turn, or remove the line")
    for key in record.keys() - _DIALOGUE_KEYS:
        context.skipped[f"unknown dialogue key {key!r}"] += 1
    name = record.get("id", default_id)
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise CorpusError(where, f"'id' is {kind_of(name)}", "give a string")
    pending: Turn | None = None
    if context.pending and isinstance(turns[-1], dict) and turns[-1].get("actions") is None:
        *turns, last = turns
        pending = _turn(last | {"actions": []}, f"{where} turn {len(turns) + 1}", context.skipped)
    return Dialogue(
        str(name),
        tuple(
            [
                fast_turns.turn(turn) or _turn(turn, f"{where} turn {index}", context.skipped)
                for index, turn in enumerate(turns, start=1)
            ]
        ),
        checked_facts(record, "metadata", where),
        optional_text(record, "group", where),
        pending,
    )


class _FastTurns:
    """The fast path for turns without errors; it checks each list of actions once, and stores it once."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, ...], tuple[str, ...]] = {}

    def turn(self, record: Any) -> Turn | None:
        """Return the turn of a record; None if the record needs the complete checks of `_turn`."""
        if type(record) is not dict or not record.keys() <= _TURN_KEYS:
            return None
        user, response = record.get("user"), record.get("response")
        facts, actions = record.get("facts"), record.get("actions")
        if (
            not (user is None or type(user) is str)
            or not (response is None or type(response) is str)
            or not (facts is None or (type(facts) is dict and are_valid_facts(facts)))
            or type(actions) is not list
        ):
            return None
        try:
            distinct = self._actions.get(tuple(actions))
        except TypeError:  # an action is a list or an object
            return None
        if distinct is None:
            if not all(type(action) is str and action for action in actions):
                return None
            distinct = tuple(dict.fromkeys(actions))
            if len(self._actions) < _MAX_CACHED_ACTIONS:
                self._actions[tuple(actions)] = distinct
        return unchecked_turn(user, distinct, facts or {}, response)


def _turn(record: Any, where: str, skipped: Counter[str]) -> Turn:
    if not isinstance(record, dict):
        raise CorpusError(where, f"the turn is {kind_of(record)}", "give an object")
    for key in record.keys() - _TURN_KEYS:
        skipped[f"unknown turn key {key!r}"] += 1
    return Turn(
        user=optional_text(record, "user", where),
        actions=checked_actions(record, where),
        facts=checked_facts(record, "facts", where),
        response=optional_text(record, "response", where),
    )


def to_json(dialogue: Dialogue) -> str:
    """Return a dialogue as one line of JSON Lines.

    >>> to_json(Dialogue("d1", [Turn("hello", ["greet"])]))
    '{"id": "d1", "turns": [{"user": "hello", "actions": ["greet"]}]}'

    Raises:
        ValueError: for a number that JSON does not have: an infinity or NaN.
    """
    record: dict[str, Any] = {"id": dialogue.id, "turns": [_turn_record(turn) for turn in dialogue]}
    if dialogue.metadata:
        record["metadata"] = dict(dialogue.metadata)
    if dialogue.group is not None:
        record["group"] = dialogue.group
    return json.dumps(record, ensure_ascii=False, allow_nan=False)


def _turn_record(turn: Turn) -> dict[str, Any]:
    record = {
        "user": turn.user,
        "facts": dict(turn.facts) or None,
        "actions": list(turn.actions),
        "response": turn.response,
    }
    return {key: value for key, value in record.items() if value is not None}
