"""Read stories and rules in YAML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.rasa.entities import step_entities, strip_entity_marks
from turncast.readers.rasa.story import (
    ActionStep,
    AlternativeSteps,
    AnyStep,
    CheckpointStep,
    FactStep,
    Story,
    UserStep,
    slot_fact,
    value_as_fact,
)
from turncast.readers.safe_yaml import YamlList, YamlMapping, yaml_text

_SECTIONS = {  # section -> (the key of an item's name, its kind if that does not depend on the file)
    "stories": ("story", None),
    "rules": ("rule", "rule"),
    "test_conversations": ("story", "test"),  # betas of Rasa 2.0
}
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
_KNOWN_KEYS = set().union(*_KEYS.values())


def yaml_stories(
    document: YamlMapping, path: str, file: str, kind: str, skipped: Counter[str]
) -> Iterator[Story]:
    """Yield the stories (with the kind `story` or `test`) and rules of a file, in order."""
    for section in document:
        if section not in _SECTIONS:
            continue
        name_key, section_kind = _SECTIONS[section]
        for item in _items(document[section], section, path):
            if not isinstance(item, YamlMapping):
                where = f"{path} '{section}'"
                raise CorpusError(where, f"an item is {kind_of(item)}", f"give '- {name_key}: NAME'")
            where = f"{path} line {item.line}"
            name = yaml_text(item, name_key, where)
            if name is None:
                skipped[f"item of '{section}' without a name"] += 1
                continue
            steps, is_cut = _steps(item.get("steps"), "steps", path, where, skipped)
            yield Story(
                name=name,
                kind=section_kind or kind,
                where=where,
                file=file,
                steps=steps,
                initial_facts=_condition(item.get("condition"), path, where, skipped),
                waits=item.get("wait_for_user_input") is not False and not is_cut,
                metadata=_metadata(item),
            )


def _items(value: Any, key: str, where: str) -> YamlList:
    if value is None:
        return YamlList()
    if isinstance(value, YamlList):
        return value
    raise CorpusError(where, f"{key!r} is {kind_of(value)}", "give a list")


def _metadata(item: YamlMapping) -> dict[str, Fact]:
    metadata = item.get("metadata")
    facts = {
        name: value
        for name, value in (metadata.items() if isinstance(metadata, YamlMapping) else ())
        if isinstance(value, bool | int | float | str)
    }
    if item.get("conversation_start") is True:
        facts["conversation_start"] = True
    return facts


def _condition(value: Any, path: str, where: str, skipped: Counter[str]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for step in _steps(value, "condition", path, where, skipped)[0]:
        if isinstance(step, FactStep):
            facts |= step.facts
        else:
            skipped["condition of a rule that is neither a slot nor a loop"] += 1
    return facts


def _steps(
    value: Any, key: str, path: str, where: str, skipped: Counter[str]
) -> tuple[tuple[AnyStep, ...], bool]:
    """Return the steps before the first one that is not understood, and whether there is such a step."""
    items, steps = _items(value, key, where), list[AnyStep]()
    for number, item in enumerate(items, start=1):
        try:
            step = _step(item, path, where, skipped)
        except _NotUnderstood as error:
            skipped[f"story cut at {error}"] += 1
            if items[number:]:
                skipped["step after the cut of its story"] += len(items) - number
            return tuple(steps), True
        if step is not None:
            steps.append(step)
    return tuple(steps), False


class _NotUnderstood(Exception):
    """A step may be an action in a form that is unknown."""


def _step(item: Any, path: str, where: str, skipped: Counter[str]) -> AnyStep | None:
    if item == "...":  # anything may have happened
        skipped["step '...'"] += 1
        return None
    if isinstance(item, str):
        raise _NotUnderstood(f"a step {item[:40]!r}")
    if not isinstance(item, YamlMapping):
        raise CorpusError(where, f"a step is {kind_of(item)}", "give '- intent:' or '- action:'")
    where = f"{path} line {item.line}"
    kind = next((key for key in _KEYS if key in item), None)
    if kind is None and item.keys() - {"metadata"}:
        raise _NotUnderstood("a step of unknown kind")
    action = next((key for key in ("action", "bot") if key in item and key != kind), None)
    if action:
        raise _NotUnderstood(f"a step that is both {kind!r} and {action!r}")
    for key in item.keys() - {"metadata"}:
        if kind is not None and key not in _KEYS[kind]:
            known = repr(key) if key in _KNOWN_KEYS else "of an unknown name"
            skipped[f"key {known} of a step {kind}"] += 1
    if kind in ("intent", "user"):
        return _message(item, where, skipped)
    if kind == "or":
        return _alternatives(item, path, where, skipped)
    if kind in ("action", "bot"):
        return _action(item, kind, where)
    if kind == "checkpoint":
        name = yaml_text(item, "checkpoint", where)
        if name is None:
            raise CorpusError(where, "a checkpoint has no name", "name it")
        return CheckpointStep(name, _slots(item, where, skipped))
    if kind == "slot_was_set":
        return FactStep(_slots(item, where, skipped))
    if kind in ("active_loop", "form"):
        loop = item[kind]
        named = (loop, "name") if isinstance(loop, YamlMapping) else (item, kind)
        return FactStep({"active_loop": value_as_fact(yaml_text(*named, where))})
    return None


def _message(item: YamlMapping, where: str, skipped: Counter[str]) -> UserStep | None:
    facts: dict[str, Fact] = {}
    intent = yaml_text(item, "intent", where)
    text, marked = strip_entity_marks(yaml_text(item, "user", where) or "", where)
    if intent is None and not text:
        skipped["user message without intent and text"] += 1
        return None
    if intent is not None:
        facts["intent"] = intent.removeprefix("/") or intent
    return UserStep(text or None, facts | marked | step_entities(item.get("entities"), where, skipped))


def _alternatives(item: YamlMapping, path: str, where: str, skipped: Counter[str]) -> AlternativeSteps:
    options = []
    for option in _items(item["or"], "or", where):
        step = _step(option, path, where, skipped)
        if isinstance(step, CheckpointStep | AlternativeSteps):
            skipped["checkpoint or alternatives inside alternatives"] += 1
        elif step is not None:
            options.append(step)
    if not options:
        raise _NotUnderstood("alternatives of which none is understood")
    return AlternativeSteps(tuple(options))


def _action(item: YamlMapping, kind: str, where: str) -> ActionStep:
    name = yaml_text(item, kind, where)
    if name is None:
        raise _NotUnderstood("an action without a name")
    return ActionStep(name) if kind == "action" else ActionStep(" ".join(name.split()), name)


def _slots(parent: YamlMapping, where: str, skipped: Counter[str]) -> dict[str, Fact]:
    slots = parent.get("slot_was_set")
    if isinstance(slots, YamlMapping):
        return {slot_fact(name): value_as_fact(value) for name, value in slots.items()}
    if not isinstance(slots, YamlList):
        single = yaml_text(parent, "slot_was_set", where)
        return {slot_fact(single): True} if single else {}
    facts: dict[str, Fact] = {}
    for index, slot in enumerate(slots):
        if isinstance(slot, YamlMapping):
            facts |= {slot_fact(name): value_as_fact(value) for name, value in slot.items()}
        elif not isinstance(slot, YamlList) and (name := yaml_text(slots, index, where)):
            facts[slot_fact(name)] = True
        else:
            skipped["slot without a name"] += 1
    return facts
