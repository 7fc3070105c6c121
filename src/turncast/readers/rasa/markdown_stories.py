"""Read stories in the markdown of Rasa 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError, kind_of
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

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INTENT = re.compile(r"/?([^\s{}:]+)\s*(\{.*\})?")
_INTENT_AND_TEXT = re.compile(r"/?([^\s{}:]+)(?:\s*(\{.*?\}))?\s*:\s+(\S.*)")
_UNCLOSED = re.compile(r"""/?[^\s{}:]+\s*\{\s*["'][^}]*""")
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
    uncommented = list(_lines_without_comments([line for _, line in numbered]))
    messages = [line[1:].strip() for _, line in uncommented if line.startswith("*")]
    end_to_end = 2 * sum(map(_is_intent, messages)) <= len(messages)
    story = _OpenStory(file, kind, f"{path} line 1")
    for index, line in uncommented:
        number, raw = numbered[index]
        where = f"{path} line {number}"
        if line.startswith("#") or line.startswith(">>"):
            yield from story.close(file)
            name = line.lstrip("#> ").rstrip("# ") or file
            story = _OpenStory(name, "rule" if line.startswith(">") else kind, where, has_heading=True)
        else:
            step = _Line(line, raw, where, end_to_end).step(skipped)
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a story.

    Attributes:
        text: the line without comments and outer blanks.
        raw: the line as it is in the file.
        where: the file and the number of the line.
        end_to_end: whether all user lines of the file are texts.
    """

    text: str
    raw: str
    where: str
    end_to_end: bool

    def step(self, skipped: Counter[str]) -> AnyStep | None:
        mark, body = self.text[0], self.text[1:].strip()
        if mark not in "*->" or not body:
            skipped["line that is not a step"] += 1
            return None
        if mark == ">":
            name, values = self._name_and_values(body)
            conditions = {slot_fact(slot): value_as_fact(value) for slot, value in values.items()}
            return CheckpointStep(name, conditions)
        if re.match(r"form:\s", body):
            skipped["step inside a form"] += 1  # taken by the form, not by a policy
            return None
        return self._message(body) if mark == "*" else self._event(body, skipped)

    def _message(self, body: str) -> AnyStep | None:
        options = [self._intent_step(part) for part in _alternatives(body)]
        if None in options:  # a text, not a list of intents
            if _UNCLOSED.fullmatch(body):
                problem = f"the entities of {body[:60]!r} do not end with a brace"
                raise CorpusError(self.where, problem, 'write intent{"entity": "value"}')
            text, facts = strip_entity_marks(body, self.where)
            return UserStep(text, facts)
        steps = tuple(option for option in options if option is not None)
        return steps[0] if len(steps) == 1 else AlternativeSteps(steps)

    def _intent_step(self, part: str) -> UserStep | None:
        match = _INTENT.fullmatch(part)
        if match and (match[2] or not self.end_to_end):
            return UserStep(None, self._message_facts(match[1], match[2]))
        match = None if self.end_to_end else _INTENT_AND_TEXT.fullmatch(part)
        if not match:
            return None
        text, marked = strip_entity_marks(match[3], self.where)
        return UserStep(text, self._message_facts(match[1], match[2]) | marked)

    def _message_facts(self, intent: str, values: str | None) -> dict[str, Fact]:
        facts: dict[str, Fact] = {"intent": intent}
        for name, value in self._values(values).items():
            add_entity(facts, name, value)
        return facts

    def _event(self, body: str, skipped: Counter[str]) -> AnyStep | None:
        name, _, rest = body.partition("{")
        if name.strip() in ("slot", "form", "active_loop") and rest:
            if len(_alternatives(body)) > 1:
                problem = f"OR joins user messages, not a {name.strip()}"
                raise CorpusError(self.where, problem, "write a story for each alternative")
            values = self._values("{" + rest)
            if name.strip() == "slot":
                return FactStep({slot_fact(slot): value_as_fact(value) for slot, value in values.items()})
            return FactStep({"active_loop": value_as_fact(values.get("name"))})
        match = _NAMED.fullmatch(body)
        if not match or (self.end_to_end and not match[2]):
            return ActionStep(" ".join(body.split()), body)
        if match[1] in _EVENTS:
            skipped[f"event {match[1]}"] += 1
            return None
        return ActionStep(match[1])

    def _name_and_values(self, body: str) -> tuple[str, Mapping[str, Any]]:
        name, brace, rest = body.partition("{")
        return name.strip(), self._values(brace + rest or None)

    def _values(self, text: str | None) -> dict[str, Any]:
        if text is None:
            return {}
        # The column is that of the line in the file; a comment inside the text hides where it begins.
        values = parse_json(text, self.where, max(self.raw.find(text), 0) + 1)
        if not isinstance(values, dict):
            problem = f"expected an object of names and values, got {kind_of(values)}"
            raise CorpusError(self.where, problem, "correct it")
        return values


def _alternatives(body: str) -> list[str]:
    """Split at ` OR `, except inside braces."""
    parts: list[str] = []
    for part in _OR.split(body):
        if parts and parts[-1].count("{") > parts[-1].count("}"):
            parts[-1] += f" OR {part}"
        else:
            parts.append(part)
    return parts
