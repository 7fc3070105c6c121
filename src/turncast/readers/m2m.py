"""Machines Talking to Machines: simulated dialogues about films and restaurants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.readers.dialogue_acts import UNANNOTATED, act_name, require_actions, true_facts
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_files import corpus_files, read_dialogue_list
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_SYSTEM_KEYS = ("system_acts", "system_utterance")


def is_m2m(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of this corpus."""
    return "[].turns.[].user_utterance" in key_paths(raw)


def read_m2m(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a folder with `train.json` and the like, or one of its files.

    An entry of the file is a system utterance and the user's answer to it. A turn is therefore the user text
    of one entry and the `system_acts` of the next: `REQUEST`, or `REQUEST:movie` with `slots`. The first
    entry has only the user's part; if the system begins, its first turn has no user text. The last user text
    has no turn and is counted.

    Facts: from the user's part of an entry `intent.X` and `state.X` (a slot with a value), each true. The
    user's acts are not used.
    """
    return require_actions(_dialogues(path, context), path, context)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in corpus_files(path, is_m2m, context.skipped):
        for name, dialogue in read_dialogue_list(file):
            builder = DialogueBuilder(context.skipped, context.pending)
            for number, entry in enumerate(dialogue.records("turns", "turn")):
                if number or any(entry.values.get(key) for key in _SYSTEM_KEYS):
                    _add_turn(entry, builder, context)
                builder.add_user_text(entry.record("user_utterance").text("text"))
                builder.facts |= _state_facts(entry)
            yield from builder.build(name)


def _add_turn(entry: JsonRecord, builder: DialogueBuilder, context: ReadContext) -> None:
    if "system_acts" not in entry:
        builder.cut(UNANNOTATED)
        return
    acts = entry.records("system_acts", "act")
    names = [act_name(act.required_text("type"), act.text("slot"), context) for act in acts]
    builder.add_turn(names, entry.record("system_utterance").text("text"))


def _state_facts(entry: JsonRecord) -> dict[str, Fact]:
    slots = [slot for slot in entry.records("dialogue_state", "slot") if "value" in slot]
    return {
        **true_facts("intent", entry.texts("user_intents")),
        **true_facts("state", (slot.required_text("slot") for slot in slots)),
    }
