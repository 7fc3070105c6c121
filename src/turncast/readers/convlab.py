"""The unified format of ConvLab-3, to which many corpora have been converted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.calls import RESPOND, call_action
from turncast.readers.dialogue_acts import UNANNOTATED, act_name, require_actions, true_facts
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_files import corpus_files, read_dialogue_list
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_ACT_KINDS = ("categorical", "non-categorical", "binary")
_CORPUS_FILES = ("data/dialogues.json", "dialogues.json")


def is_convlab(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of this format."""
    return key_paths(raw) >= {f"[].turns.[].{key}" for key in ("speaker", "utterance", "dialogue_acts")}


def read_convlab(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file such as `dialogues.json`, or a folder with it (directly or in `data`; not zipped).

    Each system utterance is a turn. Its actions are its `dialogue_acts` of all kinds, such as
    `hotel-request`, or `hotel-request:area` with `slots`; an act without a domain is its intent alone. If an
    utterance has a `service_call`, `calls` makes the call a turn by itself, whose action is the name of the
    method; the utterance is the next turn, with the action `respond`. With `acts` and `slots` both are one
    turn.

    Some annotations of an utterance may come from the system's answer: the results of the databases, what is
    booked, and in some corpora also the state. They are therefore facts of the next turn: `state.hotel.area`
    for a slot with a value and `booked.hotel`, each true, and `results`, the number of results. The user's
    acts are not used. Metadata: `dataset`, `domains`, `split` (`--where split=test`).
    """
    return require_actions(_dialogues(path, context), path, context)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    whole = [path / name for name in _CORPUS_FILES if (path / name).is_file()]
    for file in whole[:1] or corpus_files(path, is_convlab, context.skipped):
        for name, dialogue in read_dialogue_list(file):
            builder = DialogueBuilder(context.skipped, context.pending)
            state: dict[str, Fact] = {}
            for utterance in dialogue.records("turns", "turn"):
                speaker = utterance.required_text("speaker").lower()
                if speaker == "user":
                    builder.add_user_text(utterance.text("utterance"))
                    state = _state_facts(utterance.record("state"))
                elif speaker == "system":
                    _add_turns(utterance, builder, context)
                    builder.facts |= state
                else:
                    raise CorpusError(utterance.where, f"the speaker is {speaker!r}", "give user or system")
            yield from builder.build(name, _metadata(dialogue))


def _add_turns(utterance: JsonRecord, builder: DialogueBuilder, context: ReadContext) -> None:
    text, results = utterance.text("utterance"), _result_facts(utterance)
    if context.config.actions != "calls":
        names = _act_names(utterance, context)
        if names is None:
            builder.cut(UNANNOTATED)
            return
        builder.add_turn(names, text)
        builder.facts |= results
        return
    services = utterance.record("service_call")
    calls = [services.record(service).required_text("method") for service in services.values]
    methods = [call_action(name, (), context) for name in calls]
    if methods:
        builder.add_turn(methods)
        builder.facts |= results
    builder.add_turn([RESPOND], text)
    if not methods:
        builder.facts |= results


def _act_names(utterance: JsonRecord, context: ReadContext) -> list[str] | None:
    """Return the names of the acts; None if there are no acts, or acts of an unknown kind."""
    acts = utterance.record("dialogue_acts")
    if "dialogue_acts" not in utterance or any(acts.values[kind] for kind in acts.values.keys() - _ACT_KINDS):
        return None
    names = []
    for kind in _ACT_KINDS:
        for act in acts.records(kind, "act"):
            domain, intent = act.text("domain"), act.required_text("intent")
            names.append(act_name(f"{domain}-{intent}" if domain else intent, act.text("slot"), context))
    return names


def _result_facts(utterance: JsonRecord) -> dict[str, Fact]:
    booked = utterance.record("booked").values.items()
    results = [rows for rows in utterance.record("db_results").values.values() if isinstance(rows, list)]
    facts = true_facts("booked", (domain for domain, bookings in booked if bookings))
    return facts | ({"results": sum(map(len, results))} if results else {})


def _state_facts(state: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for domain in state.values:
        slots = state.record(domain).values.items()
        facts |= true_facts(f"state.{domain}", (slot for slot, value in slots if value))
    return facts


def _metadata(dialogue: JsonRecord) -> dict[str, Fact]:
    metadata: dict[str, Fact] = {"domains": ", ".join(dialogue.texts("domains"))}
    for name, key in (("dataset", "dataset"), ("split", "data_split")):
        value = dialogue.text(key)
        if value:
            metadata[name] = value
    return metadata
