"""MultiWOZ with the system's dialogue acts (2.1 and its kin)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turnwise.dialogue import Dialogue, Fact
from turnwise.errors import CorpusError
from turnwise.readers.acts import UNLABELLED, Course, acts_of, labelled, true_facts
from turnwise.readers.json_files import begins, json_files
from turnwise.readers.lines import read_text
from turnwise.readers.reading import Reading
from turnwise.readers.record import Record, as_record
from turnwise.readers.values import parse_json

_NO_VALUES = ("", "not mentioned", "none")
_NO_DOMAINS = {"message", "topic"}


def is_multiwoz(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return begins(raw, b"{", "log", "text", "metadata")


def read_multiwoz(path: Path, reading: Reading) -> Iterator[Dialogue]:
    """Read a file that is an object of dialogues by id, or a folder with such files.

    In the `log` user and system take turns. A turn is what the system says; its actions are the keys of its
    `dialog_act`, as `Hotel-Request`, with `slots` `Hotel-Request:Price`; `{}` is no action.

    The `metadata` of a system's turn also hold what it books in that very turn. So they are facts of the
    next turn: `state.hotel.area` for a slot with a value and `booked.hotel`, each true. The user's acts are
    not used. Metadata: `domains`, those of the goal.
    """
    return labelled(_dialogues(path, reading), path)


def _dialogues(path: Path, reading: Reading) -> Iterator[Dialogue]:
    for file in json_files(path, is_multiwoz, reading.skipped):
        for name, value in as_record(parse_json(read_text(file), str(file)), str(file)).values.items():
            dialogue = as_record(value, f"{file} dialogue {name}")
            course = Course()
            for number, turn in enumerate(dialogue.records("log", "turn"), start=1):
                _take(turn, number, course, reading)
            goal = dialogue.record("goal").values
            domains = [key for key, what in goal.items() if what and key not in _NO_DOMAINS]
            yield from course.closed(name, reading.skipped, {"domains": ", ".join(domains)})


def _take(turn: Record, number: int, course: Course, reading: Reading) -> None:
    metadata = turn.record("metadata")
    if number % 2 == 0:
        course.decide(_actions(turn, reading), turn.text("text"))
        course.see(_state(metadata))
    elif metadata.values:
        problem = "by its place the turn is the user's, but it has the metadata of a system's"
        raise CorpusError(turn.where, problem, "user and system take turns; mend what is missing before it")
    else:
        course.hear(turn.text("text"))


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
