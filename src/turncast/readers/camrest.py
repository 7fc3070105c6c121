"""CamRest676 with the system's dialogue acts: restaurants in Cambridge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.acts import UNLABELLED, Course, acts_of, labelled, pairs_of, true_facts
from turncast.readers.json_files import json_files, listed
from turncast.readers.json_shape import shape_of
from turncast.readers.read_config import Reading
from turncast.readers.record import Record

_TASK = re.compile(r"Task \w+(?=:)")


def is_camrest(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return shape_of(raw) >= {"[].dial.[].usr", "[].dial.[].sys"}


def read_camrest(path: Path, reading: Reading) -> Iterator[Dialogue]:
    """Read a file that is a list of dialogues, or a folder with such files.

    Each part of `dial` is what the user says (`usr`) and what the system answers (`sys`): one turn. Its
    actions are the keys of the system's `dialog_act`, as `inform`, with `slots` `inform:food`; `{}` is no
    action.

    Facts: of the user's `slu`, `state.X` for a slot with a value and `requested.X`, each true. The id is
    `dialogue_id`, the group the task of the goal. Metadata: `finished`.
    """
    return labelled(_dialogues(path, reading), path)


def _dialogues(path: Path, reading: Reading) -> Iterator[Dialogue]:
    for file in json_files(path, is_camrest, reading.skipped):
        for name, dialogue in listed(file):
            course = Course()
            for part in dialogue.records("dial", "turn"):
                _take(part, course, reading)
            task = _TASK.match(dialogue.record("goal").text("text") or "")
            finished = dialogue.values.get("finished")
            metadata: dict[str, Fact] = {"finished": finished} if isinstance(finished, bool) else {}
            yield from course.closed(name, reading.skipped, metadata, task[0] if task else None)


def _take(part: Record, course: Course, reading: Reading) -> None:
    user, system = part.record("usr"), part.record("sys")
    if "sys" not in part:
        raise CorpusError(part.where, "there is no 'sys'", "give what the system answered")
    course.hear(user.text("transcript"))
    course.see(_state(user))
    course.decide(_actions(system, reading), system.text("sent"))


def _actions(system: Record, reading: Reading) -> list[str]:
    if "dialog_act" not in system:
        reading.skipped.add(UNLABELLED)
    return acts_of(system.record("dialog_act"), reading)


def _state(user: Record) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for understood in user.records("slu", "act"):
        for slot, value in pairs_of(understood, "slots"):
            if understood.text("act") == "request":  # [["slot", "phone"]]
                facts |= true_facts("requested", [value] if isinstance(value, str) else [])
            elif slot and value:
                facts |= true_facts("state", [slot])
    return facts
