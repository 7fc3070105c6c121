"""CamRest676 with the dialogue acts of the system: restaurants in Cambridge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.dialogue_acts import UNANNOTATED, act_names, require_actions, slot_pairs, true_facts
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_files import corpus_files, read_dialogue_list
from turncast.readers.json_record import JsonRecord, as_text
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_TASK = re.compile(r"Task \w+(?=:)")


def is_camrest(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of this corpus."""
    return key_paths(raw) >= {"[].dial.[].usr", "[].dial.[].sys"}


def read_camrest(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file that is a list of dialogues, or a folder with such files.

    Each entry of `dial` is a user utterance (`usr`) and the answer of the system (`sys`): one turn. Its
    actions are the keys of the system's `dialog_act`, such as `inform`, or `inform:food` with `slots`; `{}`
    is not an action.

    Facts: from the user's `slu`, `state.X` for a slot with a value and `requested.X`, each true. The id is
    `dialogue_id`, the group is the task of the goal. Metadata: `finished`.
    """
    return require_actions(_dialogues(path, context), path, context)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in corpus_files(path, is_camrest, context.skipped):
        for name, dialogue in read_dialogue_list(file):
            builder = DialogueBuilder(context.skipped, context.pending)
            for entry in dialogue.records("dial", "turn"):
                _add_turn(entry, builder, context)
            task = _TASK.match(dialogue.record("goal").text("text") or "")
            finished = dialogue.flag("finished")
            metadata: dict[str, Fact] = {} if finished is None else {"finished": finished}
            yield from builder.build(name, metadata, task[0] if task else None)


def _add_turn(entry: JsonRecord, builder: DialogueBuilder, context: ReadContext) -> None:
    user, system = entry.record("usr"), entry.record("sys")
    if "sys" not in entry:
        raise CorpusError(entry.where, "there is no 'sys'", "give the answer of the system")
    if "dialog_act" not in system:
        builder.cut(UNANNOTATED)
        return
    builder.add_user_text(user.text("transcript"))
    builder.facts |= _state_facts(user)
    builder.add_turn(act_names(system.record("dialog_act"), context), system.text("sent"))


def _state_facts(user: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for act in user.records("slu", "act"):
        for slot, value in slot_pairs(act, "slots"):
            if act.text("act") == "request":  # [["slot", "phone"]]
                facts |= true_facts("requested", [as_text(value, f"{act.where} 'slots'")] if value else [])
            elif slot and value:
                facts |= true_facts("state", [slot])
    return facts
