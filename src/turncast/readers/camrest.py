"""CamRest676 with the system's dialogue acts: restaurants in Cambridge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.dialogue_acts import (
    UNANNOTATED,
    Course,
    act_names,
    require_actions,
    slot_pairs,
    true_facts,
)
from turncast.readers.json_files import json_files, listed
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_TASK = re.compile(r"Task \w+(?=:)")


def is_camrest(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return key_paths(raw) >= {"[].dial.[].usr", "[].dial.[].sys"}


def read_camrest(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file that is a list of dialogues, or a folder with such files.

    Each part of `dial` is what the user says (`usr`) and what the system answers (`sys`): one turn. Its
    actions are the keys of the system's `dialog_act`, as `inform`, with `slots` `inform:food`; `{}` is no
    action.

    Facts: of the user's `slu`, `state.X` for a slot with a value and `requested.X`, each true. The id is
    `dialogue_id`, the group the task of the goal. Metadata: `finished`.
    """
    return require_actions(_dialogues(path, context), path)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in json_files(path, is_camrest, context.skipped):
        for name, dialogue in listed(file):
            course = Course()
            for part in dialogue.records("dial", "turn"):
                _take(part, course, context)
            task = _TASK.match(dialogue.record("goal").text("text") or "")
            finished = dialogue.values.get("finished")
            metadata: dict[str, Fact] = {"finished": finished} if isinstance(finished, bool) else {}
            yield from course.closed(name, context.skipped, metadata, task[0] if task else None)


def _take(part: JsonRecord, course: Course, context: ReadContext) -> None:
    user, system = part.record("usr"), part.record("sys")
    if "sys" not in part:
        raise CorpusError(part.where, "there is no 'sys'", "give what the system answered")
    course.hear(user.text("transcript"))
    course.see(_state(user))
    course.decide(_actions(system, context), system.text("sent"))


def _actions(system: JsonRecord, context: ReadContext) -> list[str]:
    if "dialog_act" not in system:
        context.skipped.add(UNANNOTATED)
    return act_names(system.record("dialog_act"), context)


def _state(user: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for understood in user.records("slu", "act"):
        for slot, value in slot_pairs(understood, "slots"):
            if understood.text("act") == "request":  # [["slot", "phone"]]
                facts |= true_facts("requested", [value] if isinstance(value, str) else [])
            elif slot and value:
                facts |= true_facts("state", [slot])
    return facts
