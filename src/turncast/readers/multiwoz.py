"""MultiWOZ with the dialogue acts of the system (2.1 and later)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.readers.dialogue_acts import UNANNOTATED, act_names, require_actions, true_facts
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_files import corpus_files, dialogue_place
from turncast.readers.json_record import JsonRecord, as_json_record
from turncast.readers.json_values import parse_json
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import read_text

_NO_VALUES = ("", "not mentioned", "none")
_NOT_DOMAINS = {"message", "topic"}
_MISSING_TURN = "dialogue in which a turn is missing, so that a system turn is in a user's place"


def is_multiwoz(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of this corpus."""
    log_keys = {path.partition(".log.[].")[2] for path in key_paths(raw) if not path.startswith("[]")}
    return log_keys >= {"text", "metadata"}


def read_multiwoz(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file that is an object of dialogues by id, or a folder with such files.

    In the `log` user and system utterances alternate. Each system utterance is a turn. Its actions are the
    keys of its `dialog_act`, such as `Hotel-Request`, or `Hotel-Request:Price` with `slots`; `{}` is no
    action.

    The `metadata` of a system utterance also contain what is booked in this very turn. They are therefore
    facts of the next turn: `state.hotel.area` for a slot with a value and `booked.hotel`, each true. The
    user's acts are not used. Metadata: `domains`, those of the goal. A dialogue in which an utterance is
    missing is skipped, because the labels after it would be the user's.
    """
    return require_actions(_dialogues(path, context), path, context)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in corpus_files(path, is_multiwoz, context.skipped):
        dialogues = as_json_record(parse_json(read_text(file), str(file)), str(file))
        for name, value in dialogues.values.items():
            dialogue = as_json_record(value, dialogue_place(file, name))
            utterances = dialogue.records("log", "turn")
            if any(utterance.record("metadata").values for utterance in utterances[::2]):
                context.skipped[_MISSING_TURN] += 1
                continue
            builder = DialogueBuilder(context.skipped, context.pending)
            for number, utterance in enumerate(utterances):
                if number % 2:
                    _add_turn(utterance, builder, context)
                    builder.facts |= _state_facts(utterance.record("metadata"))
                else:
                    builder.add_user_text(utterance.text("text"))
            goal = dialogue.record("goal").values
            domains = [key for key, value in goal.items() if value and key not in _NOT_DOMAINS]
            yield from builder.build(name, {"domains": ", ".join(domains)})


def _add_turn(utterance: JsonRecord, builder: DialogueBuilder, context: ReadContext) -> None:
    acts = utterance.values.get("dialog_act")
    if acts is None or isinstance(acts, str):  # "No Annotation"
        builder.cut(UNANNOTATED)
    else:
        names = act_names(as_json_record(acts, f"{utterance.where} 'dialog_act'"), context)
        builder.add_turn(names, utterance.text("text"))


def _state_facts(metadata: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for domain in metadata.values:
        state = metadata.record(domain)
        for part in ("semi", "book"):
            slots = state.record(part).values
            facts |= true_facts(f"state.{domain}", _slots_with_values(slots))
            if slots.get("booked"):
                facts |= true_facts("booked", [domain])
    return facts


def _slots_with_values(slots: Mapping[str, Any]) -> list[str]:
    return [slot for slot, value in slots.items() if slot != "booked" and value and value not in _NO_VALUES]
