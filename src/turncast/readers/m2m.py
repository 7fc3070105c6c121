"""Machines Talking to Machines: simulated dialogues about films and restaurants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.readers.dialogue_acts import UNANNOTATED, Course, act_name, require_actions, true_facts
from turncast.readers.json_files import json_files, listed
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_SYSTEM = ("system_acts", "system_utterance")


def is_m2m(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return "[].turns.[].user_utterance" in key_paths(raw)


def read_m2m(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a folder with `train.json` and the like, or one of its files.

    In the file a turn is what the system says and then what the user answers. A turn here is what the user
    said in one turn of the file and the `system_acts` of the next: `REQUEST`, with `slots` `REQUEST:movie`.
    The first turn of the file is the user's alone; where the system begins, its first turn has no user text.
    What the user says last has no action and is counted.

    Facts: of what is noted at the user's turn `intent.X` and `state.X` (a slot with a value), each true. The
    user's acts are not used.
    """
    return require_actions(_dialogues(path, context), path)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in json_files(path, is_m2m, context.skipped):
        for name, dialogue in listed(file):
            course = Course()
            for number, turn in enumerate(dialogue.records("turns", "turn")):
                if number or any(turn.values.get(key) for key in _SYSTEM):
                    _decide(turn, course, context)
                course.hear(turn.record("user_utterance").text("text"))
                course.see(_state(turn))
            yield from course.closed(name, context.skipped, {})


def _decide(turn: JsonRecord, course: Course, context: ReadContext) -> None:
    if "system_acts" not in turn:
        context.skipped.add(UNANNOTATED)
    acts = turn.records("system_acts", "act")
    said = turn.record("system_utterance").text("text")
    course.decide((act_name(act.name("type"), act.text("slot"), context) for act in acts), said)


def _state(turn: JsonRecord) -> dict[str, Fact]:
    slots = [slot for slot in turn.records("dialogue_state", "slot") if "value" in slot]
    return {
        **true_facts("intent", turn.names("user_intents")),
        **true_facts("state", (slot.name("slot") for slot in slots)),
    }
