"""Machines Talking to Machines: simulated dialogues about films and restaurants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.readers.acts import UNLABELLED, Course, act_name, labelled, true_facts
from turncast.readers.json_files import json_files, listed
from turncast.readers.json_shape import shape_of
from turncast.readers.read_config import Reading
from turncast.readers.record import Record

_SYSTEM = ("system_acts", "system_utterance")


def is_m2m(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return "[].turns.[].user_utterance" in shape_of(raw)


def read_m2m(path: Path, reading: Reading) -> Iterator[Dialogue]:
    """Read a folder with `train.json` and the like, or one of its files.

    In the file a turn is what the system says and then what the user answers. A turn here is what the user
    said in one turn of the file and the `system_acts` of the next: `REQUEST`, with `slots` `REQUEST:movie`.
    The first turn of the file is the user's alone; where the system begins, its first turn has no user text.
    What the user says last has no action and is counted.

    Facts: of what is noted at the user's turn `intent.X` and `state.X` (a slot with a value), each true. The
    user's acts are not used.
    """
    return labelled(_dialogues(path, reading), path)


def _dialogues(path: Path, reading: Reading) -> Iterator[Dialogue]:
    for file in json_files(path, is_m2m, reading.skipped):
        for name, dialogue in listed(file):
            course = Course()
            for number, turn in enumerate(dialogue.records("turns", "turn")):
                if number or any(turn.values.get(key) for key in _SYSTEM):
                    _decide(turn, course, reading)
                course.hear(turn.record("user_utterance").text("text"))
                course.see(_state(turn))
            yield from course.closed(name, reading.skipped, {})


def _decide(turn: Record, course: Course, reading: Reading) -> None:
    if "system_acts" not in turn:
        reading.skipped.add(UNLABELLED)
    acts = turn.records("system_acts", "act")
    said = turn.record("system_utterance").text("text")
    course.decide((act_name(act.name("type"), act.text("slot"), reading) for act in acts), said)


def _state(turn: Record) -> dict[str, Fact]:
    slots = [slot for slot in turn.records("dialogue_state", "slot") if "value" in slot]
    return {
        **true_facts("intent", turn.names("user_intents")),
        **true_facts("state", (slot.name("slot") for slot in slots)),
    }
