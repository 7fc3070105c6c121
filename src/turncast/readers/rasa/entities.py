"""Entities: out of the marks in a text, and out of a step's list, into facts."""

from __future__ import annotations

import json
import re
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.rasa.story import fact_of
from turncast.readers.read_context import Skipped
from turncast.readers.safe_yaml import yaml_kind

_MARK = re.compile(
    r"\[([^\[\]]+)\]"
    r"(?:\((?!https?:)([^():\s]+)(?::([^()]+))?\)|(\{[^{}]*\})|(\[\s*\{[^\[\]]*\}\s*\]))"
)


def strip_entity_marks(text: str) -> tuple[str, dict[str, Fact]]:
    """Return a text without its entity marks, and their facts.

    >>> strip_entity_marks('[Rome](city) to [the capital]{"entity": "city", "role": "to", "value": "Paris"}')
    ('Rome to the capital', {'entity.city': 'Rome', 'entity.city.to': 'Paris'})
    """
    facts: dict[str, Fact] = {}

    def plain(mark: re.Match[str]) -> str:
        said, name, value, one, several = mark.groups()
        if name is not None:
            add_entity(facts, name, value or said)
            return said
        try:
            found = json.loads(one or several)
        except (ValueError, RecursionError):
            return mark[0]
        found = found if isinstance(found, list) else [found]
        if not all(isinstance(entity, dict) and isinstance(entity.get("entity"), str) for entity in found):
            return mark[0]
        for entity in found:
            add_entity(
                facts, entity["entity"], entity.get("value", said), entity.get("role"), entity.get("group")
            )
        return said

    return _MARK.sub(plain, text), facts


def listed(entities: Any, where: str, skipped: Skipped) -> dict[str, Fact]:
    """Return the facts of a step's `entities`: a list of names, or of names with values."""
    facts: dict[str, Fact] = {}
    if entities is None:
        return facts
    if isinstance(entities, dict):
        entities = [{name: value} for name, value in entities.items()]
    if not isinstance(entities, list):
        cure = "give a list, as - city: Rome"
        raise CorpusError(where, f"'entities' is {yaml_kind(entities)}", cure)
    for entity in entities:
        if isinstance(entity, str) and entity:
            add_entity(facts, entity, True)
        elif isinstance(entity, dict):
            _add(facts, dict(entity))
        else:
            skipped.add("entity without a name")
    return facts


def _add(facts: dict[str, Fact], entity: dict[str, Any]) -> None:
    marks = {key: entity.pop(key) for key in ("role", "group") if key in entity and len(entity) > 1}
    if isinstance(entity.get("entity"), str) and "value" in entity:
        entity = {entity["entity"]: entity["value"]}
    for name, value in entity.items():
        add_entity(facts, name, value, marks.get("role"), marks.get("group"))


def add_entity(facts: dict[str, Fact], name: str, value: object, role: Any = None, group: Any = None) -> None:
    """Add an entity to the facts: `entity.NAME`, or `entity.NAME.ROLE`; several values in one text."""
    key = ".".join(["entity", name, *(str(mark) for mark in (role, group) if mark is not None)])
    fact = fact_of(value)
    known = facts.get(key, fact)
    facts[key] = fact if known == fact else f"{known}, {fact}"
