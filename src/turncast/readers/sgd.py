"""The Schema-Guided Dialogue corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.calls import RESPOND, call_action
from turncast.readers.dialogue_acts import UNANNOTATED, act_name, require_actions, true_facts
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_files import corpus_files, read_dialogue_list, split_name
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths


def is_sgd(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of this corpus."""
    return key_paths(raw) >= {"[].turns.[].speaker", "[].turns.[].frames"}


def read_sgd(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a folder with `dialogues_*.json`, or one of its files.

    Each system utterance is a turn. Its actions are the acts of all its frames, such as `REQUEST`, or
    `REQUEST:city` with `slots`. In the file a service call is part of the system utterance that uses its
    results. With `acts` and `slots` the call is therefore part of this one turn, and its results are facts of
    the next turn. With `calls` the call is a turn by itself, whose action is the name of the method. The
    utterance is the next turn, with the action `respond`, no user text, and the results as facts.

    Facts: from the state at the user's utterance `intent.X`, `requested.X` (a slot) and `state.X` (a slot
    with a value), each true; from a call `results`, the number of results. The user's acts are not used. The
    id is `dialogue_id`, after the name of the folder if that is a split (`train:1_00000`). Metadata:
    `services`, `split`.
    """
    return require_actions(_dialogues(path, context), path, context)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in corpus_files(path, is_sgd, context.skipped):
        split = split_name(file)
        for name, dialogue in read_dialogue_list(file):
            builder = DialogueBuilder(context.skipped, context.pending)
            for utterance in dialogue.records("turns", "turn"):
                _add_utterance(utterance, builder, context)
            metadata: dict[str, Fact] = {"services": ", ".join(dialogue.texts("services"))}
            if split:
                metadata["split"] = split
            yield from builder.build(f"{split}:{name}" if split else name, metadata)


def _add_utterance(utterance: JsonRecord, builder: DialogueBuilder, context: ReadContext) -> None:
    speaker = utterance.required_text("speaker").upper()
    frames = utterance.records("frames", "frame")
    if speaker == "USER":
        builder.add_user_text(utterance.text("utterance"))
        for frame in frames:
            builder.facts |= _state_facts(frame.record("state"))
    elif speaker == "SYSTEM":
        _add_turns(utterance.text("utterance"), frames, builder, context)
    else:
        raise CorpusError(utterance.where, f"the speaker is {speaker!r}", "give USER or SYSTEM")


def _add_turns(
    text: str | None, frames: list[JsonRecord], builder: DialogueBuilder, context: ReadContext
) -> None:
    calls_are_actions = context.config.actions == "calls"
    if calls_are_actions:
        calls = [frame.record("service_call") for frame in frames if "service_call" in frame]
        if calls:
            builder.add_turn(call_action(call.required_text("method"), (), context) for call in calls)
    else:
        if not frames or not all("actions" in frame for frame in frames):
            builder.cut(UNANNOTATED)
            return
        acts = [act for frame in frames for act in frame.records("actions", "action")]
        names = (act_name(act.required_text("act"), act.text("slot"), context) for act in acts)
        builder.add_turn(names, text)
    results = [frame.array("service_results") for frame in frames if "service_results" in frame]
    if results:
        builder.facts["results"] = sum(map(len, results))
    if calls_are_actions:
        builder.add_turn([RESPOND], text)


def _state_facts(state: JsonRecord) -> dict[str, Fact]:
    intent = state.text("active_intent")
    slots = state.record("slot_values").values
    return {
        **true_facts("intent", [intent] if intent else []),
        **true_facts("requested", state.texts("requested_slots")),
        **true_facts("state", (slot for slot, values in slots.items() if values)),
    }
