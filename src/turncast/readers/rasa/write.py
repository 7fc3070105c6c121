"""Dialogues as stories of Rasa."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact, Turn
from turncast.readers.rasa.story import NULL, fact_slot
from turncast.readers.rasa.story_turns import LISTEN

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_rasa_yaml(corpus: Corpus) -> str:
    """Return a corpus as stories, rules and responses of Rasa 3.1; the corpus is loaded into memory.

    What is read back is the same dialogue but for what Rasa has not: several actions at once become
    actions in a row, a turn without an action is joined with the next, an action has one response, metadata
    other than simple values are lost, and so are the names of dialogues that have a group. A dialogue's
    group (its id where it has none) is the story's name. `action_listen` is left out: Rasa adds it.

    >>> turn = Turn("hello", ["greet"], {"intent": "hi"}, "Hi!")
    >>> print(to_rasa_yaml(Corpus("tiny", [Dialogue("d1", [turn])])))
    version: "3.1"
    stories:
    - story: d1
      steps:
      - intent: hi
        user: hello
      - action: greet
    responses:
      greet:
      - text: "Hi!"
    <BLANKLINE>
    """
    dialogues = list(corpus)
    lines = ['version: "3.1"']
    for section, title in (("stories", "story"), ("rules", "rule")):
        chosen = [one for one in dialogues if (one.metadata.get("kind") == "rule") == (title == "rule")]
        if chosen:
            lines.append(f"{section}:")
        for dialogue in chosen:
            lines += _block(dialogue, title)
    responses = _responses(dialogues)
    if responses:
        lines.append("responses:")
    for action, text in responses.items():
        lines += [f"  {_scalar(action)}:", f"  - text: {_scalar(text)}"]
    return "\n".join(lines) + "\n"


def _block(dialogue: Dialogue, title: str) -> Iterator[str]:
    yield f"- {title}: {_scalar(dialogue.group or dialogue.id)}"
    metadata = {name: value for name, value in dialogue.metadata.items() if name != "kind"}
    if metadata:
        yield "  metadata:"
    for name, value in metadata.items():
        yield f"    {_scalar(name)}: {_scalar(value)}"
    yield "  steps:"
    for turn in dialogue:
        yield from _steps(turn)


def _steps(turn: Turn) -> Iterator[str]:
    facts = dict(turn.facts)
    intent = facts.get("intent")
    if turn.user is not None or isinstance(intent, str):
        yield from _message(turn.user, facts)
    loop = facts.get("active_loop")
    if isinstance(loop, str):
        yield f"  - active_loop: {'null' if loop == NULL else _scalar(loop)}"
        del facts["active_loop"]
    if facts:
        yield "  - slot_was_set:"
    for name, value in facts.items():
        yield f"    - {_scalar(fact_slot(name))}: {_value(value)}"
    for action in turn.actions:
        if turn.response is not None and _is_reply(action, turn.response):
            yield f"  - bot: {_scalar(turn.response)}"
        elif action != LISTEN:
            yield f"  - action: {_scalar(action)}"


def _is_reply(action: str, response: str) -> bool:
    """Tell whether an action is the name of nothing, but what is said."""
    return action == " ".join(response.split()) and not _PLAIN.fullmatch(action)


def _message(user: str | None, facts: dict[str, Fact]) -> Iterator[str]:
    """Yield a user step, and take its facts out of the turn's."""
    intent = facts.get("intent")
    given = []
    if isinstance(intent, str):
        given.append(f"intent: {_scalar(facts.pop('intent'))}")
    if user is not None:
        given.append(f"user: {_scalar(user)}")
    entities = [name for name in facts if name.startswith("entity.")]
    yield f"  - {given[0]}"
    yield from (f"    {line}" for line in given[1:])
    if entities:
        yield "    entities:"
    for name in entities:
        yield f"    - {_scalar(name.removeprefix('entity.'))}: {_value(facts.pop(name))}"


def _responses(dialogues: Iterable[Dialogue]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for dialogue in dialogues:
        for turn in dialogue:
            if turn.response is not None:
                for action in turn.actions:
                    if action != LISTEN and not _is_reply(action, turn.response):
                        found.setdefault(action, turn.response)
    return found


def _value(value: Fact) -> str:
    return "null" if value == NULL else _scalar(value)


def _scalar(value: Fact) -> str:
    """Return a value in YAML: a plain word where it is one, otherwise in quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
