"""The unified format of ConvLab-3, to which many corpora have been converted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError
from turncast.readers.dialogue_acts import RESPOND, UNANNOTATED, Course, act_name, require_actions, true_facts
from turncast.readers.json_files import json_files, listed
from turncast.readers.json_record import JsonRecord
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_ACT_KINDS = ("categorical", "non-categorical", "binary")
_WHOLE = ("data/dialogues.json", "dialogues.json")


def is_convlab(raw: bytes) -> bool:
    """Tell whether a file begins as one of this format."""
    return key_paths(raw) >= {f"[].turns.[].{key}" for key in ("speaker", "utterance", "dialogue_acts")}


def read_convlab(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file such as `dialogues.json`, or a folder with it (itself, or in its `data`; not zipped).

    A turn is what the system says; its actions are its `dialogue_acts` of all kinds, as `hotel-request`, with
    `slots` `hotel-request:area`; an act without a domain is its intent alone. Where a turn has a
    `service_call`, `calls` makes of it a turn of its own, whose action is the method's name, before the
    reply, whose action is `respond`; `acts` and `slots` leave it in the one decision.

    What is noted at a turn may have come with the system's reply: the databases' results, what it books, and
    in some corpora also the state. So it is given to the next turn: `state.hotel.area` for a slot with a
    value and `booked.hotel`, each true, and `results`, how many were found. The user's acts are not used.
    Metadata: `dataset`, `domains`, `split` (`--where split=test`).
    """
    return require_actions(_dialogues(path, context), path)


def _dialogues(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    whole = [path / name for name in _WHOLE if (path / name).is_file()]
    for file in whole[:1] or json_files(path, is_convlab, context.skipped):
        for name, dialogue in listed(file):
            course = Course()
            noted: dict[str, Fact] = {}
            for turn in dialogue.records("turns", "turn"):
                speaker = turn.name("speaker").lower()
                if speaker == "user":
                    course.hear(turn.text("utterance"))
                    noted = _state(turn.record("state"))
                elif speaker == "system":
                    _decide(turn, course, context)
                    course.see(noted)
                else:
                    raise CorpusError(turn.where, f"the speaker is {speaker!r}", "give user or system")
            yield from course.closed(name, context.skipped, _metadata(dialogue))


def _decide(turn: JsonRecord, course: Course, context: ReadContext) -> None:
    said, results = turn.text("utterance"), _results(turn)
    if context.config.actions != "calls":
        course.decide(_acts(turn, context), said)
        course.see(results)
        return
    services = turn.record("service_call")
    methods = [services.record(service).name("method") for service in services.values]
    if methods:
        course.decide(methods)
        course.see(results)
    course.decide([RESPOND], said)
    if not methods:
        course.see(results)


def _acts(turn: JsonRecord, context: ReadContext) -> list[str]:
    if "dialogue_acts" not in turn:
        context.skipped.add(UNANNOTATED)
    acts = turn.record("dialogue_acts")
    named = []
    for kind in _ACT_KINDS:
        for act in acts.records(kind, "act"):
            domain, intent = act.text("domain"), act.name("intent")
            named.append(act_name(f"{domain}-{intent}" if domain else intent, act.text("slot"), context))
    return named


def _results(turn: JsonRecord) -> dict[str, Fact]:
    booked = turn.record("booked").values.items()
    found = [what for what in turn.record("db_results").values.values() if isinstance(what, list)]
    facts = true_facts("booked", (domain for domain, what in booked if what))
    return facts | ({"results": sum(map(len, found))} if found else {})


def _state(state: JsonRecord) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for domain in state.values:
        slots = state.record(domain).values.items()
        facts |= true_facts(f"state.{domain}", (slot for slot, value in slots if value))
    return facts


def _metadata(dialogue: JsonRecord) -> dict[str, Fact]:
    metadata: dict[str, Fact] = {"domains": ", ".join(dialogue.names("domains"))}
    for name, key in (("dataset", "dataset"), ("split", "data_split")):
        value = dialogue.text(key)
        if value:
            metadata[name] = value
    return metadata
