"""Stories and rules out of YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.rasa.entities import listed, unmarked
from turncast.readers.rasa.steps import (
    AnyStep,
    Block,
    Checkpoint,
    Did,
    Either,
    Heard,
    Saw,
    fact_of,
    slot_fact,
)
from turncast.readers.skipped import Skipped
from turncast.readers.yaml_document import Map, kind_in_words, text_of

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


def yaml_blocks(document: Map, path: str, file: str, kind: str, skipped: Skipped) -> Iterator[Block]:
    """Yield the stories (of the given kind: story or test) and rules of one file, in its order."""
    for section in document:
        title = _TITLES.get(section)
        if title is None:
            continue
        for item in _items(document[section], section, path):
            if not isinstance(item, Map):
                where = f"{path} '{section}'"
                raise CorpusError(where, f"an item is {kind_in_words(item)}", f"give '- {title}: NAME'")
            where = f"{path} line {item.line}"
            name = text_of(item.get(title), title, where)
            if name is None:
                skipped.add(f"item of '{section}' without a name")
                continue
            yield Block(
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
    raise CorpusError(where, f"{key!r} is {kind_in_words(value)}", "give a list")


def _metadata(item: Map) -> dict[str, Fact]:
    given = item.get("metadata")
    found = {
        name: value
        for name, value in (given.items() if isinstance(given, Map) else ())
        if isinstance(value, bool | int | float | str)
    }
    if item.get("conversation_start") is True:
        found["conversation_start"] = True
    return found


def _condition(value: Any, path: str, where: str, skipped: Skipped) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for step in _steps(value, "condition", path, where, skipped):
        if isinstance(step, Saw):
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
    if not isinstance(item, Map):
        raise CorpusError(where, f"a step is {kind_in_words(item)}", "give '- intent:' or '- action:'")
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
        return Checkpoint(name, _slots(item.get("slot_was_set"), where, skipped))
    if kind == "slot_was_set":
        return Saw(_slots(item["slot_was_set"], where, skipped))
    if kind in ("active_loop", "form"):
        loop = item[kind].get("name") if isinstance(item[kind], Map) else item[kind]
        return Saw({"active_loop": fact_of(text_of(loop, kind, where))})
    return None


def _heard(item: Map, where: str, skipped: Skipped) -> Heard | None:
    facts: dict[str, Fact] = {}
    intent = text_of(item.get("intent"), "intent", where)
    text, marked = unmarked(text_of(item.get("user"), "user", where) or "")
    if intent is None and not text:
        skipped.add("user message without intent and text")
        return None
    if intent is not None:
        facts["intent"] = intent.removeprefix("/") or intent
    return Heard(text or None, facts | marked | listed(item.get("entities"), where, skipped))


def _either(item: Map, path: str, where: str, skipped: Skipped) -> Either | None:
    options = []
    for step in _steps(item["or"], "or", path, where, skipped):
        if isinstance(step, Checkpoint | Either):
            skipped.add("checkpoint or alternatives inside alternatives")
        else:
            options.append(step)
    return Either(tuple(options)) if options else None


def _did(item: Map, kind: str, where: str, skipped: Skipped) -> Did | None:
    name = text_of(item[kind], kind, where)
    if name is None:
        skipped.add("action without a name")
        return None
    return Did(name) if kind == "action" else Did(" ".join(name.split()), name)


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
