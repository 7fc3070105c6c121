"""JSON Lines, the reference format: one dialogue a line."""

from __future__ import annotations

import json
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
from turncast.readers.read_context import Skipped
from turncast.readers.text_files import file_stem, read_lines

_DIALOGUE_KEYS = {"id", "turns", "metadata", "group"}
_TURN_KEYS = {"user", "facts", "actions", "response"}
_MAX_CACHED = 100_000


def read_jsonl(path: Path, skipped: Skipped) -> Iterator[Dialogue]:
    """Read one dialogue a line: `{"id", "turns", "metadata", "group"}`.

    A turn is `{"user", "facts", "actions", "response"}`. Only `turns` and each turn's `actions` are required.
    Blank lines are passed over; a key that the format does not have is ignored and counted.
    """
    line_of: dict[str, int] = {}
    name, known = file_stem(path), _Known()
    for number, line in read_lines(path):
        if not line.strip():
            continue
        where = f"{path} line {number}"
        dialogue = _dialogue(parse_json(line, where), where, f"{name}:{number}", known, skipped)
        first = line_of.setdefault(dialogue.id, number)
        if first != number:
            problem = f"the dialogue id {dialogue.id!r} is already that of line {first}"
            raise CorpusError(where, problem, "give each dialogue an id of its own")
        yield dialogue


def _dialogue(record: Any, where: str, default_id: str, known: _Known, skipped: Skipped) -> Dialogue:
    if not isinstance(record, dict):
        raise CorpusError(
            where, f"the line is {kind_of(record)}", "give one dialogue a line, as a JSON object"
        )
    turns = record.get("turns")
    if not isinstance(turns, list):
        came = f"'turns' is {kind_of(turns)}" if "turns" in record else "the dialogue has no 'turns'"
        raise CorpusError(where, came, 'give a list, as "turns": [{"user": "hi", "actions": ["greet"]}]')
    if not turns:
        raise CorpusError(where, "the dialogue has no turns", "give it at least one turn, or remove the line")
    for key in record.keys() - _DIALOGUE_KEYS:
        skipped.add(f"unknown dialogue key {key!r}")
    name = record.get("id", default_id)
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise CorpusError(where, f"'id' is {kind_of(name)}", "give a string")
    return Dialogue(
        str(name),
        tuple(
            [
                known.turn(turn) or _turn(turn, f"{where} turn {index}", skipped)
                for index, turn in enumerate(turns, start=1)
            ]
        ),
        checked_facts(record, "metadata", where),
        optional_text(record, "group", where),
    )


class _Known:
    """Actions that came before, so that a sound turn is told quickly, and its actions are kept once."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, ...], tuple[str, ...]] = {}

    def turn(self, record: Any) -> Turn | None:
        """Return the turn of a sound record; None where it must be looked at closely."""
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
            named = self._actions.get(tuple(actions))
        except TypeError:  # a list or an object among them
            return None
        if named is None:
            if not all(type(action) is str and action for action in actions):
                return None
            named = tuple(dict.fromkeys(actions))
            if len(self._actions) < _MAX_CACHED:
                self._actions[tuple(actions)] = named
        return unchecked_turn(user, named, facts or {}, response)


def _turn(record: Any, where: str, skipped: Skipped) -> Turn:
    if not isinstance(record, dict):
        raise CorpusError(where, f"the turn is {kind_of(record)}", "give an object")
    for key in record.keys() - _TURN_KEYS:
        skipped.add(f"unknown turn key {key!r}")
    return Turn(
        user=optional_text(record, "user", where),
        actions=checked_actions(record, where),
        facts=checked_facts(record, "facts", where),
        response=optional_text(record, "response", where),
    )


def to_json(dialogue: Dialogue) -> str:
    """Return a dialogue as one line of the reference format.

    >>> to_json(Dialogue("d1", [Turn("hello", ["greet"])]))
    '{"id": "d1", "turns": [{"user": "hello", "actions": ["greet"]}]}'

    Raises:
        ValueError: for a number that JSON has not: infinities, and what is no number.
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
