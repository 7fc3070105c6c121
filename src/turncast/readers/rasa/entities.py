"""Entities -> facts: from the marks in a text, and from the list of a step."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from turncast.dialogue import Fact, value_name
from turncast.errors import CorpusError, kind_of
from turncast.readers.rasa.story import value_as_fact
from turncast.readers.safe_yaml import YamlList, YamlMapping, yaml_text

_MARK = re.compile(
    r"\[([^\[\]]+)\]"
    r"(?:\((?!https?:)([^():\s]+)(?::([^()]+))?\)|(\{[^{}]*\})|(\[\s*\{[^\[\]]*\}\s*\]))"
)


def strip_entity_marks(text: str) -> tuple[str, dict[str, Fact]]:
    """Return a text without its entity marks, and the facts of the entities.

    >>> strip_entity_marks('[Rome](city) to [the capital]{"entity": "city", "role": "to", "value": "Paris"}')
    ('Rome to the capital', {'entity.city': 'Rome', 'entity.city.to': 'Paris'})
    """
    facts: dict[str, Fact] = {}

    def add_entities(mark: re.Match[str]) -> str:
        """Add the facts of a mark, and return the marked text; a mark of another form stays as it is."""
        marked, name, value, json_object, json_list = mark.groups()
        if name is not None:
            add_entity(facts, name, value or marked)
            return marked
        try:
            entities = json.loads(json_object or json_list)
        except (ValueError, RecursionError):
            return mark[0]
        entities = entities if isinstance(entities, list) else [entities]
        if not all(isinstance(entity, dict) and isinstance(entity.get("entity"), str) for entity in entities):
            return mark[0]
        for entity in entities:
            value = entity.get("value", marked)
            add_entity(facts, entity["entity"], value, entity.get("role"), entity.get("group"))
        return marked

    return _MARK.sub(add_entities, text), facts


def step_entities(entities: Any, where: str, skipped: Counter[str]) -> dict[str, Fact]:
    """Return the facts of the `entities` of a step: a list of names, or of names with values."""
    facts: dict[str, Fact] = {}
    if isinstance(entities, YamlMapping):
        for name, value in entities.items():
            add_entity(facts, name, value)
        return facts
    if entities is None:
        return facts
    if not isinstance(entities, YamlList):
        cure = "give a list, such as - city: Rome"
        raise CorpusError(where, f"'entities' is {kind_of(entities)}", cure)
    for index, entity in enumerate(entities):
        if isinstance(entity, YamlMapping):
            _add_mapping(facts, entity, where)
        elif not isinstance(entity, YamlList) and (text := yaml_text(entities, index, where)):
            add_entity(facts, text, True)
        else:
            skipped["entity without a name"] += 1
    return facts


def _add_mapping(facts: dict[str, Fact], entity: YamlMapping, where: str) -> None:
    qualifiers = {
        key: yaml_text(entity, key, where) for key in ("role", "group") if key in entity and len(entity) > 1
    }
    values = {name: value for name, value in entity.items() if name not in qualifiers}
    if "value" in values and (named := yaml_text(entity, "entity", where)):
        values = {named: values["value"]}
    for key, value in values.items():
        add_entity(facts, key, value, qualifiers.get("role"), qualifiers.get("group"))


def add_entity(facts: dict[str, Fact], name: str, value: object, role: Any = None, group: Any = None) -> None:
    """Add an entity as `entity.NAME` or `entity.NAME.ROLE`; several values are joined by commas."""
    key = ".".join(["entity", name, *(str(part) for part in (role, group) if part is not None)])
    fact = value_as_fact(value)
    earlier = facts.get(key, fact)
    facts[key] = fact if earlier == fact else f"{value_name(earlier)}, {value_name(fact)}"
