"""MultiWOZ with the system's dialogue acts (2.1 and its kin)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.readers.dialogue_acts import UNANNOTATED, Course, act_names, require_actions, true_facts
from turncast.readers.json_files import dialogue_place, json_files
from turncast.readers.json_record import JsonRecord, as_json_record
from turncast.readers.json_values import parse_json
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import read_text

_NO_VALUES = ("", "not mentioned", "none")
_NO_DOMAINS = {"message", "topic"}
_OUT_OF_STEP = "dialogue in which a turn is missing: the user's place holds a system's turn"


def is_multiwoz(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    said = {path.partition(".log.[].")[2] for path in key_paths(raw) if not path.startswith("[]")}
    return said >= {"text", "metadata"}


def read_multiwoz(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file that is an object of dialogues by id, or a folder with such files.

    In the `log` user and system take turns. A turn is what the system says; its actions are the keys of its
    `dialog_act`, as `Hotel-Request`, with `slots` `Hotel-Request:Price`; `{}` is no action.

    The `metadata` of a system's turn also hold what it books in that very turn. So they are facts of the
    next turn: `state.hotel.area` for a slot with a value and `booked.hotel`, each true. The user's acts are
    not used. Metadata: `domains`, those of the goal. A dialogue in which a turn is missing before others is
    left out: from there on the labels would be the user's.
    """
    return require_actions(_dialogues(path, context), path)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in json_files(path, is_multiwoz, context.skipped):
        for name, value in as_json_record(parse_json(read_text(file), str(file)), str(file)).values.items():
            dialogue = as_json_record(value, dialogue_place(file, name))
            turns = dialogue.records("log", "turn")
            if any(turn.record("metadata").values for turn in turns[::2]):
                context.skipped.add(_OUT_OF_STEP)
                continue
            course = Course()
            for number, turn in enumerate(turns):
                if number % 2:
                    course.decide(_actions(turn, context), turn.text("text"))
                    course.see(_state(turn.record("metadata")))
                else:
                    course.hear(turn.text("text"))
            goal = dialogue.record("goal").values
            domains = [key for key, what in goal.items() if what and key not in _NO_DOMAINS]
            yield from course.closed(name, context.skipped, {"domains": ", ".join(domains)})


def _actions(turn: JsonRecord, context: ReadContext) -> list[str]:
    acts = turn.values.get("dialog_act")
    if acts is None or isinstance(acts, str):  # "No Annotation"
        context.skipped.add(UNANNOTATED)
        return []
    return act_names(as_json_record(acts, f"{turn.where} 'dialog_act'"), context)


def _state(metadata: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for domain in metadata.values:
        noted = metadata.record(domain)
        for part in ("semi", "book"):
            slots = noted.record(part).values
            facts |= true_facts(f"state.{domain}", _filled(slots))
            if slots.get("booked"):
                facts |= true_facts("booked", [domain])
    return facts


def _filled(slots: Mapping[str, Any]) -> list[str]:
    return [slot for slot, value in slots.items() if slot != "booked" and value and value not in _NO_VALUES]
