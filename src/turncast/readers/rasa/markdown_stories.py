"""Stories out of the markdown of Rasa 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.json_values import parse_json
from turncast.readers.rasa.entities import add_entity, strip_entity_marks
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
from turncast.readers.safe_yaml import yaml_kind

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INTENT = re.compile(r"/?([^\s{}:]+)\s*(\{.*\})?")
_INTENT_AND_TEXT = re.compile(r"/?([^\s{}:]+)(?:\s*(\{.*?\}))?\s*:\s+(\S.*)")
_OR = re.compile(r"(?<!\s)\s+OR\s+")
_NAMED = re.compile(r"([^\s{}]+)\s*(\{.*\})?")
_NLU_HEADING = re.compile(r"#+\s*(intent|synonym|regex|lookup)\s*:")
_EVENTS = {
    *("restart", "rewind", "undo", "pause", "resume", "reset_slots", "export", "reminder"),
    *("cancel_reminder", "followup", "session_started"),
}


def is_story_markdown(text: str) -> bool:
    """Tell whether a text has headings, user lines and action lines, and hardly anything else."""
    lines = [line for _, line in _lines(text.splitlines())]
    marks = "".join(line[0] for line in lines)
    users, answered = marks.count("*"), marks.count("*-")
    if not users or "-" not in marks or "#" not in marks or _NLU_HEADING.match(lines[0]):
        return False
    like = sum(line.startswith("*") and _is_intent(line[1:].strip()) for line in lines)
    ours = sum(marks.count(mark) for mark in "#*->")
    return ours >= 0.95 * len(lines) and (2 * like >= users or answered >= 0.8 * users)


def markdown_stories(
    lines: Iterable[tuple[int, str]], path: str, file: str, kind: str, skipped: Skipped
) -> Iterator[Story]:
    """Yield the stories of one file.

    `## name` begins a story (`>> name` a rule), `* intent{"entity": "value"}` is a user message, as is
    `* intent: text`, and ` - action` is an action. In an end-to-end file, where half the user lines are
    texts, all are. What an action line says in several words is a reply.
    """
    numbered = list(lines)
    numbers = [number for number, _ in numbered]
    whole = "\n".join(line for _, line in numbered)
    if whole.rfind("<!--") > whole.rfind("-->"):
        number = numbers[whole.count("\n", 0, whole.rfind("<!--"))]
        raise CorpusError(f"{path} line {number}", "a comment begins and does not end", "end it with -->")
    cleaned = [(numbers[at], line) for at, line in _lines([line for _, line in numbered])]
    said = [line[1:].strip() for _, line in cleaned if line.startswith("*")]
    end_to_end = 2 * sum(map(_is_intent, said)) <= len(said)
    open_block = _Open(file, kind, f"{path} line 1")
    for number, line in cleaned:
        where = f"{path} line {number}"
        if line.startswith("#") or line.startswith(">>"):
            yield from open_block.closed(file)
            rule = line.startswith(">")
            open_block = _Open(line.lstrip("#> ").rstrip("# ") or file, "rule" if rule else kind, where)
            open_block.named = True
        else:
            step = _step(line, where, end_to_end, skipped)
            if step is not None:
                open_block.steps.append(step)
    yield from open_block.closed(file)


@dataclass(slots=True)
class _Open:
    """A story that is still being read."""

    name: str
    kind: str
    where: str
    steps: list[AnyStep] = field(default_factory=list)
    named: bool = False

    def closed(self, file: str) -> Iterator[Story]:
        if self.named or self.steps:
            yield Story(self.name, self.kind, self.where, file, tuple(self.steps))


def _lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (index, line) for each line that is not blank, without its comments."""
    whole = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), "\n".join(lines))
    for index, line in enumerate(whole.split("\n")):
        if line.strip():
            yield index, line.strip()


def _is_intent(message: str) -> bool:
    return all(_INTENT.fullmatch(part) or _INTENT_AND_TEXT.fullmatch(part) for part in _OR.split(message))


def _step(line: str, where: str, end_to_end: bool, skipped: Skipped) -> AnyStep | None:
    mark, body = line[0], line[1:].strip()
    if mark not in "*->" or not body:
        skipped.add("line that is no step")
        return None
    if mark == ">":
        name, values = _name_and_values(body, where)
        return CheckpointStep(name, {slot_fact(slot): fact_of(value) for slot, value in values.items()})
    if re.match(r"form:\s", body):
        skipped.add("step inside a form")  # the form itself took it: no policy decides there
        return None
    if mark == "*":
        return _message(body, where, end_to_end)
    return _event(body, where, end_to_end, skipped)


def _message(body: str, where: str, end_to_end: bool) -> AnyStep | None:
    options = [_heard(part, where, end_to_end) for part in _alternatives(body)]
    if None in options:  # not a list of intents, so a text
        text, facts = strip_entity_marks(body)
        return UserStep(text, facts)
    found = tuple(option for option in options if option is not None)
    return found[0] if len(found) == 1 else AlternativeSteps(found)


def _alternatives(body: str) -> list[str]:
    """Split at ` OR `, but not inside of braces."""
    parts: list[str] = []
    for part in _OR.split(body):
        if parts and parts[-1].count("{") > parts[-1].count("}"):
            parts[-1] += f" OR {part}"
        else:
            parts.append(part)
    return parts


def _heard(part: str, where: str, end_to_end: bool) -> UserStep | None:
    match = _INTENT.fullmatch(part)
    if match and (match[2] or not end_to_end):
        return UserStep(None, _message_facts(match[1], match[2], where))
    match = None if end_to_end else _INTENT_AND_TEXT.fullmatch(part)
    if not match:
        return None
    text, marked = strip_entity_marks(match[3])
    return UserStep(text, _message_facts(match[1], match[2], where) | marked)


def _message_facts(intent: str, values: str | None, where: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"intent": intent}
    for name, value in _values(values, where).items():
        add_entity(facts, name, value)
    return facts


def _event(body: str, where: str, end_to_end: bool, skipped: Skipped) -> AnyStep | None:
    name, _, rest = body.partition("{")
    if name.strip() in ("slot", "form", "active_loop") and rest:
        values = _values("{" + rest, where)
        if name.strip() == "slot":
            return FactStep({slot_fact(slot): fact_of(value) for slot, value in values.items()})
        return FactStep({"active_loop": fact_of(values.get("name"))})
    match = _NAMED.fullmatch(body)
    if not match or (end_to_end and not match[2]):
        return ActionStep(" ".join(body.split()), body)
    if match[1] in _EVENTS:
        skipped.add(f"event {match[1]}")
        return None
    return ActionStep(match[1])


def _name_and_values(body: str, where: str) -> tuple[str, Mapping[str, Any]]:
    name, brace, rest = body.partition("{")
    return name.strip(), _values(brace + rest or None, where)


def _values(text: str | None, where: str) -> dict[str, Any]:
    if text is None:
        return {}
    values = parse_json(text, where)
    if not isinstance(values, dict):
        raise CorpusError(where, f"expected names and values, found {yaml_kind(values)}", "repair it")
    return values
