"""Entities -> facts: from the marks in a text, and from the list of a step."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from turncast.dialogue import Fact, value_name
from turncast.errors import CorpusError, kind_of
from turncast.readers.json_values import parse_json
from turncast.readers.rasa.story import value_as_fact
from turncast.readers.safe_yaml import YamlList, YamlMapping, yaml_text

_MARK = re.compile(
    r"\[([^\[\]]+)\]"
    r"(?:\((?!https?:)([^():\s]+)(?::([^()]+))?\)|(\{[^{}]*\})|(\[\s*\{[^\[\]]*\}\s*\]))"
)
_DAMAGED_MARK = re.compile(r"""\](?:\[\s*)?\{\s*['"]?entity['"]?\s*:.*""")
_CURE = 'write it as [Rome]{"entity": "city", "role": "to"}'


def strip_entity_marks(text: str, where: str = "") -> tuple[str, dict[str, Fact]]:
    """Return a text without its entity marks, and the facts of the entities.

    Brackets and braces without an `entity` are text.

    >>> strip_entity_marks('[Rome](city) to [the capital]{"entity": "city", "role": "to", "value": "Paris"}')
    ('Rome to the capital', {'entity.city': 'Rome', 'entity.city.to': 'Paris'})

    Raises:
        CorpusError: for a mark with `"entity"` that is not JSON, or whose name, role or group is no text.
    """
    facts: dict[str, Fact] = {}

    def add_entities(mark: re.Match[str]) -> str:
        """Add the facts of a mark, and return the marked text; return what is no mark as it is."""
        marked, name, value, json_object, json_list = mark.groups()
        if name is not None:
            add_entity(facts, name, value or marked)
            return marked
        if '"entity"' not in mark[0]:
            return mark[0]
        parsed = parse_json(json_object or json_list, f"{where}, in the mark {mark[0][:60]!r}")
        entities = parsed if isinstance(parsed, list) else [parsed]
        if not all(map(_is_entity, entities)):
            raise CorpusError(where, f"the mark {mark[0][:60]!r} does not name an entity with texts", _CURE)
        for entity in entities:
            value = entity.get("value", marked)
            add_entity(facts, entity["entity"], value, entity.get("role"), entity.get("group"))
        return marked

    stripped = _MARK.sub(add_entities, text)
    damaged = _DAMAGED_MARK.search(stripped)
    if damaged:
        raise CorpusError(where, f"the entity mark {damaged[0][:60]!r} cannot be read", _CURE)
    return stripped, facts


def _is_entity(entity: object) -> bool:
    """Return whether a JSON value has the name of an entity, and texts as its role and group, if any."""
    if not isinstance(entity, dict) or not isinstance(entity.get("entity"), str):
        return False
    return all(entity.get(key) is None or isinstance(entity[key], str) for key in ("role", "group"))


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


def add_entity(
    facts: dict[str, Fact], name: str, value: object, role: str | None = None, group: str | None = None
) -> None:
    """Add an entity as `entity.NAME` or `entity.NAME.ROLE`; several values are joined by commas."""
    key = ".".join(["entity", name, *(part for part in (role, group) if part is not None)])
    fact = value_as_fact(value)
    earlier = facts.get(key, fact)
    facts[key] = fact if earlier == fact else f"{value_name(earlier)}, {value_name(fact)}"
