"""The Schema-Guided Dialogue corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.dialogue_acts import RESPOND, UNANNOTATED, Course, act_name, require_actions, true_facts
from turncast.readers.json_files import json_files, listed, split_name
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths


def is_sgd(raw: bytes) -> bool:
    """Tell whether a file begins as one of this corpus."""
    return key_paths(raw) >= {"[].turns.[].speaker", "[].turns.[].frames"}


def read_sgd(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a folder with `dialogues_*.json`, or one of its files.

    A turn is what the system says; its actions are the acts of all its frames, as `REQUEST`, with
    `slots` as `REQUEST:city`. A service call stands in the file on the turn whose reply it feeds. So with
    `acts` and `slots` the call is part of that one decision, and its results are facts of the next turn.
    With `calls` the call is a turn of its own, whose action is the method's name; the reply is the next
    turn, without user text, its action is `respond`, and the results are its facts.

    Facts: of the state noted at the user's turn `intent.X`, `requested.X` (a slot) and `state.X` (a slot with
    a value), each true; of a call `results`, how many were found. The user's acts are not used. The id is
    `dialogue_id`, after the name of the folder where that is a part (`train:1_00000`). Metadata: `services`,
    `split`.
    """
    return require_actions(_dialogues(path, context), path)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    for file in json_files(path, is_sgd, context.skipped):
        split = split_name(file)
        for name, dialogue in listed(file):
            course = Course()
            for turn in dialogue.records("turns", "turn"):
                _take(turn, course, context)
            metadata: dict[str, Fact] = {"services": ", ".join(dialogue.names("services"))}
            if split:
                metadata["split"] = split
            full = f"{split}:{name}" if split else name
            yield from course.closed(full, context.skipped, metadata)


def _take(turn: JsonRecord, course: Course, context: ReadContext) -> None:
    speaker = turn.name("speaker").upper()
    frames = turn.records("frames", "frame")
    if speaker == "USER":
        course.hear(turn.text("utterance"))
        for frame in frames:
            course.see(_state(frame.record("state")))
    elif speaker == "SYSTEM":
        _decide(turn, frames, course, context)
    else:
        raise CorpusError(turn.where, f"the speaker is {speaker!r}", "give USER or SYSTEM")


def _decide(turn: JsonRecord, frames: list[JsonRecord], course: Course, context: ReadContext) -> None:
    said = turn.text("utterance")
    calls = context.config.actions == "calls"
    if calls:
        methods = [frame.record("service_call").name("method") for frame in frames if "service_call" in frame]
        if methods:
            course.decide(methods)
    else:
        if not any("actions" in frame for frame in frames):
            context.skipped.add(UNANNOTATED)
        acts = [act for frame in frames for act in frame.records("actions", "action")]
        course.decide((act_name(act.name("act"), act.text("slot"), context) for act in acts), said)
    found = [frame.array("service_results") for frame in frames if "service_results" in frame]
    if found:
        course.see({"results": sum(map(len, found))})
    if calls:
        course.decide([RESPOND], said)


def _state(state: JsonRecord) -> dict[str, Fact]:
    intent = state.text("active_intent")
    slots = state.record("slot_values").values
    return {
        **true_facts("intent", [intent] if intent else []),
        **true_facts("requested", state.names("requested_slots")),
        **true_facts("state", (slot for slot, values in slots.items() if values)),
    }
