"""Stories and rules out of YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.rasa.entities import listed, strip_entity_marks
from turncast.readers.rasa.story import (
    ActionStep,
    AlternativeSteps,
    AnyStep,
    CheckpointStep,
    FactStep,
    Story,
    UserStep,
    fact_of,
    slot_fact,
)
from turncast.readers.read_context import Skipped
from turncast.readers.safe_yaml import YamlMapping, text_of, yaml_kind

_TITLES = {"stories": "story", "rules": "rule"}
_KEYS = {
    "intent": {"intent", "user", "entities"},
    "user": {"intent", "user", "entities"},
    "or": {"or"},
    "action": {"action"},
    "bot": {"bot"},
    "checkpoint": {"checkpoint", "slot_was_set"},
    "slot_was_set": {"slot_was_set"},
    "active_loop": {"active_loop"},
    "form": {"form"},
}
_KNOWN = set().union(*_KEYS.values())


def yaml_stories(document: YamlMapping, path: str, file: str, kind: str, skipped: Skipped) -> Iterator[Story]:
    """Yield the stories (of the given kind: story or test) and rules of one file, in its order."""
    for section in document:
        title = _TITLES.get(section)
        if title is None:
            continue
        for item in _items(document[section], section, path):
            if not isinstance(item, YamlMapping):
                where = f"{path} '{section}'"
                raise CorpusError(where, f"an item is {yaml_kind(item)}", f"give '- {title}: NAME'")
            where = f"{path} line {item.line}"
            name = text_of(item.get(title), title, where)
            if name is None:
                skipped.add(f"item of '{section}' without a name")
                continue
            yield Story(
                name,
                kind if title == "story" else title,
                where,
                file,
                tuple(_steps(item.get("steps"), "steps", path, where, skipped)),
                _condition(item.get("condition"), path, where, skipped),
                item.get("wait_for_user_input") is not False,
                _metadata(item),
            )


def _items(value: Any, key: str, where: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise CorpusError(where, f"{key!r} is {yaml_kind(value)}", "give a list")


def _metadata(item: YamlMapping) -> dict[str, Fact]:
    given = item.get("metadata")
    found = {
        name: value
        for name, value in (given.items() if isinstance(given, YamlMapping) else ())
        if isinstance(value, bool | int | float | str)
    }
    if item.get("conversation_start") is True:
        found["conversation_start"] = True
    return found


def _condition(value: Any, path: str, where: str, skipped: Skipped) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for step in _steps(value, "condition", path, where, skipped):
        if isinstance(step, FactStep):
            facts |= step.facts
        else:
            skipped.add("condition of a rule that is no slot and no loop")
    return facts


def _steps(value: Any, key: str, path: str, where: str, skipped: Skipped) -> Iterator[AnyStep]:
    for item in _items(value, key, where):
        step = _step(item, path, where, skipped)
        if step is not None:
            yield step


def _step(item: Any, path: str, where: str, skipped: Skipped) -> AnyStep | None:
    if isinstance(item, str):
        skipped.add(f"step {item[:40]!r}")
        return None
    if not isinstance(item, YamlMapping):
        raise CorpusError(where, f"a step is {yaml_kind(item)}", "give '- intent:' or '- action:'")
    where = f"{path} line {item.line}"
    kind = next((key for key in _KEYS if key in item), None)
    for key in item.keys() - {"metadata"}:
        if kind is None or key not in _KEYS[kind]:
            named = repr(key) if key in _KNOWN else "of an unknown name"
            skipped.add(f"key {named} of a step {kind or 'of no known kind'}")
    if kind in ("intent", "user"):
        return _heard(item, where, skipped)
    if kind == "or":
        return _either(item, path, where, skipped)
    if kind in ("action", "bot"):
        return _did(item, kind, where, skipped)
    if kind == "checkpoint":
        name = text_of(item["checkpoint"], "checkpoint", where)
        if name is None:
            raise CorpusError(where, "a checkpoint has no name", "name it")
        return CheckpointStep(name, _slots(item.get("slot_was_set"), where, skipped))
    if kind == "slot_was_set":
        return FactStep(_slots(item["slot_was_set"], where, skipped))
    if kind in ("active_loop", "form"):
        loop = item[kind].get("name") if isinstance(item[kind], YamlMapping) else item[kind]
        return FactStep({"active_loop": fact_of(text_of(loop, kind, where))})
    return None


def _heard(item: YamlMapping, where: str, skipped: Skipped) -> UserStep | None:
    facts: dict[str, Fact] = {}
    intent = text_of(item.get("intent"), "intent", where)
    text, marked = strip_entity_marks(text_of(item.get("user"), "user", where) or "")
    if intent is None and not text:
        skipped.add("user message without intent and text")
        return None
    if intent is not None:
        facts["intent"] = intent.removeprefix("/") or intent
    return UserStep(text or None, facts | marked | listed(item.get("entities"), where, skipped))


def _either(item: YamlMapping, path: str, where: str, skipped: Skipped) -> AlternativeSteps | None:
    options = []
    for step in _steps(item["or"], "or", path, where, skipped):
        if isinstance(step, CheckpointStep | AlternativeSteps):
            skipped.add("checkpoint or alternatives inside alternatives")
        else:
            options.append(step)
    return AlternativeSteps(tuple(options)) if options else None


def _did(item: YamlMapping, kind: str, where: str, skipped: Skipped) -> ActionStep | None:
    name = text_of(item[kind], kind, where)
    if name is None:
        skipped.add("action without a name")
        return None
    return ActionStep(name) if kind == "action" else ActionStep(" ".join(name.split()), name)


def _slots(value: Any, where: str, skipped: Skipped) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    if isinstance(value, str | dict):
        value = [value]
    for slot in _items(value, "slot_was_set", where):
        if isinstance(slot, str) and slot:
            facts[slot_fact(slot)] = True
        elif isinstance(slot, dict):
            facts |= {slot_fact(name): fact_of(given) for name, given in slot.items()}
        else:
            skipped.add("slot without a name")
    return facts
