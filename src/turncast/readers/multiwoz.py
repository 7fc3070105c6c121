"""MultiWOZ with the system's dialogue acts (2.1 and its kin)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.readers.acts import UNLABELLED, Course, acts_of, labelled, true_facts
from turncast.readers.json_files import json_files, place_of
from turncast.readers.json_shape import shape_of
from turncast.readers.lines import read_text
from turncast.readers.read_config import Reading
from turncast.readers.record import Record, as_record
from turncast.readers.values import parse_json

_NO_VALUES = ("", "not mentioned", "none")
_NO_DOMAINS = {"message", "topic"}
_OUT_OF_STEP = "dialogue in which a turn is missing: the user's place holds a system's turn"


def is_multiwoz(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    said = {path.partition(".log.[].")[2] for path in shape_of(raw) if not path.startswith("[]")}
    return said >= {"text", "metadata"}


def read_multiwoz(path: Path, reading: Reading) -> Iterator[Dialogue]:
    """Read a file that is an object of dialogues by id, or a folder with such files.

    In the `log` user and system take turns. A turn is what the system says; its actions are the keys of its
    `dialog_act`, as `Hotel-Request`, with `slots` `Hotel-Request:Price`; `{}` is no action.

    The `metadata` of a system's turn also hold what it books in that very turn. So they are facts of the
    next turn: `state.hotel.area` for a slot with a value and `booked.hotel`, each true. The user's acts are
    not used. Metadata: `domains`, those of the goal. A dialogue in which a turn is missing before others is
    left out: from there on the labels would be the user's.
    """
    return labelled(_dialogues(path, reading), path)


def _dialogues(path: Path, reading: Reading) -> Iterator[Dialogue]:
    for file in json_files(path, is_multiwoz, reading.skipped):
        for name, value in as_record(parse_json(read_text(file), str(file)), str(file)).values.items():
            dialogue = as_record(value, place_of(file, name))
            turns = dialogue.records("log", "turn")
            if any(turn.record("metadata").values for turn in turns[::2]):
                reading.skipped.add(_OUT_OF_STEP)
                continue
            course = Course()
            for number, turn in enumerate(turns):
                if number % 2:
                    course.decide(_actions(turn, reading), turn.text("text"))
                    course.see(_state(turn.record("metadata")))
                else:
                    course.hear(turn.text("text"))
            goal = dialogue.record("goal").values
            domains = [key for key, what in goal.items() if what and key not in _NO_DOMAINS]
            yield from course.closed(name, reading.skipped, {"domains": ", ".join(domains)})


def _actions(turn: Record, reading: Reading) -> list[str]:
    acts = turn.values.get("dialog_act")
    if acts is None or isinstance(acts, str):  # "No Annotation"
        reading.skipped.add(UNLABELLED)
        return []
    return acts_of(as_record(acts, f"{turn.where} 'dialog_act'"), reading)


def _state(metadata: Record) -> dict[str, Fact]:
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
