"""The steps of a story or rule, the same for YAML and markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Fact

_OURS = ("intent", "active_loop")
_PREFIXES = ("entity.", "slot.")
NULL = "null"


@dataclass(frozen=True, slots=True)
class UserStep:
    """The user spoke: the text, if it is known, and the facts `intent` and `entity.NAME`."""

    text: str | None
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class ActionStep:
    """The system acted."""

    action: str
    response: str | None = None


@dataclass(frozen=True, slots=True)
class FactStep:
    """Slots were set, or a loop began or ended."""

    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class CheckpointStep:
    """A place where stories are joined; as a beginning, only where the slots have these values."""

    name: str
    conditions: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class AlternativeSteps:
    """One of several steps."""

    options: tuple[UserStep | ActionStep | FactStep, ...]


Step = UserStep | ActionStep | FactStep
AnyStep = UserStep | ActionStep | FactStep | CheckpointStep | AlternativeSteps


@dataclass(frozen=True, slots=True)
class Story:
    """A story or rule as it is written.

    Attributes:
        where: its file and line.
        file: what the ids of its dialogues begin with.
        begins: facts that a rule's condition states.
        waits: the system listens when all is done.
    """

    name: str
    kind: str
    where: str
    file: str
    steps: tuple[AnyStep, ...]
    begins: Mapping[str, Fact] = field(default_factory=dict)
    waits: bool = True
    metadata: Mapping[str, Fact] = field(default_factory=dict)


def slot_fact(slot: str) -> str:
    """Return the name of a slot's fact: its own, or `slot.NAME` where that is taken.

    >>> slot_fact("city"), slot_fact("intent")
    ('city', 'slot.intent')
    """
    return f"slot.{slot}" if slot in _OURS or slot.startswith(_PREFIXES) else slot


def fact_slot(fact: str) -> str:
    """Return the slot whose fact has this name; the inverse of `slot_fact` where there is one."""
    slot = fact.removeprefix("slot.")
    return slot if slot_fact(slot) == fact else fact


def fact_of(value: object) -> Fact:
    """Return a slot's or entity's value as a fact: None as `null`, a list joined by commas.

    >>> fact_of(None), fact_of(["a", 2]), fact_of({"a": 1})
    ('null', 'a, 2', '{"a": 1}')
    """
    if value is None:
        return NULL
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(str(fact_of(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)
