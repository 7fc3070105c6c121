"""A story or rule and its steps; the same values for YAML and for markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Fact, value_name

_RESERVED = ("intent", "active_loop")
_RESERVED_PREFIXES = ("entity.", "slot.")
NULL = "null"


@dataclass(frozen=True, slots=True)
class UserStep:
    """A user message: its text, if it is known, and the facts `intent` and `entity.NAME`."""

    text: str | None
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class ActionStep:
    """An action of the system."""

    action: str
    response: str | None = None


@dataclass(frozen=True, slots=True)
class FactStep:
    """Slots that are set, or a loop that begins or ends."""

    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class CheckpointStep:
    """A place at which stories are joined; a story begins there only if the slots have these values."""

    name: str
    conditions: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class AlternativeSteps:
    """Several steps, of which a dialogue has one."""

    options: tuple[UserStep | ActionStep | FactStep, ...]


SimpleStep = UserStep | ActionStep | FactStep
AnyStep = UserStep | ActionStep | FactStep | CheckpointStep | AlternativeSteps


@dataclass(frozen=True, slots=True)
class Story:
    """A story or rule as it is in the file.

    Attributes:
        name: its name.
        kind: `story`, `rule` or `test`.
        where: the file and the line, for error messages.
        file: the name with which the ids of its dialogues begin.
        steps: its steps.
        initial_facts: the facts of a rule's condition.
        waits: whether the system listens after the last step.
        metadata: the metadata of its dialogues.
    """

    name: str
    kind: str
    where: str
    file: str
    steps: tuple[AnyStep, ...]
    initial_facts: Mapping[str, Fact] = field(default_factory=dict)
    waits: bool = True
    metadata: Mapping[str, Fact] = field(default_factory=dict)


def slot_fact(slot: str) -> str:
    """Return the name of the fact of a slot: the name of the slot, or `slot.NAME` if that is reserved.

    >>> slot_fact("city"), slot_fact("intent")
    ('city', 'slot.intent')
    """
    return f"slot.{slot}" if slot in _RESERVED or slot.startswith(_RESERVED_PREFIXES) else slot


def fact_slot(fact: str) -> str:
    """Return the slot of a fact with this name: the inverse of `slot_fact`."""
    slot = fact.removeprefix("slot.")
    return slot if slot_fact(slot) == fact else fact


def value_as_fact(value: object) -> Fact:
    """Return the value of a slot or entity as a fact: None as `null`, a list joined by commas.

    >>> value_as_fact(None), value_as_fact(["a", 2, True]), value_as_fact({"a": 1})
    ('null', 'a, 2, true', '{"a": 1}')
    """
    if value is None:
        return NULL
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(value_name(value_as_fact(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)
