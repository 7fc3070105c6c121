"""Read stories in the markdown of Rasa 1."""

from __future__ import annotations

import re
from collections import Counter
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
    slot_fact,
    value_as_fact,
)
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
    """Return whether a text has headings, user lines and action lines, and almost nothing else."""
    lines = [line for _, line in _lines_without_comments(text.splitlines())]
    marks = "".join(line[0] for line in lines)
    users, answered = marks.count("*"), marks.count("*-")
    if not users or "-" not in marks or "#" not in marks or _NLU_HEADING.match(lines[0]):
        return False
    intents = sum(line.startswith("*") and _is_intent(line[1:].strip()) for line in lines)
    story_lines = sum(marks.count(mark) for mark in "#*->")
    return story_lines >= 0.95 * len(lines) and (2 * intents >= users or answered >= 0.8 * users)


def markdown_stories(
    lines: Iterable[tuple[int, str]], path: str, file: str, kind: str, skipped: Counter[str]
) -> Iterator[Story]:
    """Yield the stories of a file.

    `## name` begins a story and `>> name` a rule. `* intent{"entity": "value"}` and `* intent: text` are user
    messages, and ` - action` is an action. In an end-to-end file, in which at least half of the user lines
    are texts, all user lines are texts. An action line of several words is a reply.
    """
    numbered = list(lines)
    numbers = [number for number, _ in numbered]
    text = "\n".join(line for _, line in numbered)
    if text.rfind("<!--") > text.rfind("-->"):
        number = numbers[text.count("\n", 0, text.rfind("<!--"))]
        raise CorpusError(f"{path} line {number}", "a comment does not end", "end it with -->")
    uncommented = _lines_without_comments([line for _, line in numbered])
    lines = [(numbers[index], line) for index, line in uncommented]
    messages = [line[1:].strip() for _, line in lines if line.startswith("*")]
    end_to_end = 2 * sum(map(_is_intent, messages)) <= len(messages)
    story = _OpenStory(file, kind, f"{path} line 1")
    for number, line in lines:
        where = f"{path} line {number}"
        if line.startswith("#") or line.startswith(">>"):
            yield from story.close(file)
            name = line.lstrip("#> ").rstrip("# ") or file
            story = _OpenStory(name, "rule" if line.startswith(">") else kind, where, has_heading=True)
        else:
            step = _step(line, where, end_to_end, skipped)
            if step is not None:
                story.steps.append(step)
    yield from story.close(file)


@dataclass(slots=True)
class _OpenStory:
    """A story that is not complete yet."""

    name: str
    kind: str
    where: str
    steps: list[AnyStep] = field(default_factory=list)
    has_heading: bool = False

    def close(self, file: str) -> Iterator[Story]:
        if self.has_heading or self.steps:
            yield Story(name=self.name, kind=self.kind, where=self.where, file=file, steps=tuple(self.steps))


def _lines_without_comments(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (index, line) for each line, without comments; blank lines are omitted."""
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), "\n".join(lines))
    for index, line in enumerate(text.split("\n")):
        if line.strip():
            yield index, line.strip()


def _is_intent(message: str) -> bool:
    return all(_INTENT.fullmatch(part) or _INTENT_AND_TEXT.fullmatch(part) for part in _OR.split(message))


def _step(line: str, where: str, end_to_end: bool, skipped: Counter[str]) -> AnyStep | None:
    mark, body = line[0], line[1:].strip()
    if mark not in "*->" or not body:
        skipped["line that is not a step"] += 1
        return None
    if mark == ">":
        name, values = _name_and_values(body, where)
        return CheckpointStep(name, {slot_fact(slot): value_as_fact(value) for slot, value in values.items()})
    if re.match(r"form:\s", body):
        skipped["step inside a form"] += 1  # taken by the form, not by a policy
        return None
    if mark == "*":
        return _message(body, where, end_to_end)
    return _event(body, where, end_to_end, skipped)


def _message(body: str, where: str, end_to_end: bool) -> AnyStep | None:
    options = [_intent_step(part, where, end_to_end) for part in _alternatives(body)]
    if None in options:  # a text, not a list of intents
        text, facts = strip_entity_marks(body)
        return UserStep(text, facts)
    steps = tuple(option for option in options if option is not None)
    return steps[0] if len(steps) == 1 else AlternativeSteps(steps)


def _alternatives(body: str) -> list[str]:
    """Split at ` OR `, except inside braces."""
    parts: list[str] = []
    for part in _OR.split(body):
        if parts and parts[-1].count("{") > parts[-1].count("}"):
            parts[-1] += f" OR {part}"
        else:
            parts.append(part)
    return parts


def _intent_step(part: str, where: str, end_to_end: bool) -> UserStep | None:
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


def _event(body: str, where: str, end_to_end: bool, skipped: Counter[str]) -> AnyStep | None:
    name, _, rest = body.partition("{")
    if name.strip() in ("slot", "form", "active_loop") and rest:
        values = _values("{" + rest, where)
        if name.strip() == "slot":
            return FactStep({slot_fact(slot): value_as_fact(value) for slot, value in values.items()})
        return FactStep({"active_loop": value_as_fact(values.get("name"))})
    match = _NAMED.fullmatch(body)
    if not match or (end_to_end and not match[2]):
        return ActionStep(" ".join(body.split()), body)
    if match[1] in _EVENTS:
        skipped[f"event {match[1]}"] += 1
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
        raise CorpusError(
            where, f"expected an object of names and values, got {yaml_kind(values)}", "correct it"
        )
    return values
