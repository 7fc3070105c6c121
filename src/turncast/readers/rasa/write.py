"""Write dialogues as Rasa stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact, Turn
from turncast.readers.rasa.story import NULL, fact_slot
from turncast.readers.rasa.story_turns import LISTEN
from turncast.readers.safe_yaml import PLAIN_WORD, yaml_scalar


def to_rasa_yaml(corpus: Corpus) -> str:
    """Return a corpus as stories, rules and responses of Rasa 3.1; the corpus is loaded into memory.

    Reading them gives the same dialogues, except for what Rasa does not have: several actions at once become
    actions in a row, a turn without an action is joined with the next, an action has one response, and
    metadata other than simple values are lost. The name of a story is the group of the dialogue, or its id if
    it has no group. `action_listen` is omitted, because Rasa adds it.

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
    for section, kind in (("stories", "story"), ("rules", "rule")):
        chosen = [each for each in dialogues if (each.metadata.get("kind") == "rule") == (kind == "rule")]
        if chosen:
            lines.append(f"{section}:")
        for dialogue in chosen:
            lines += _story(dialogue, kind)
    responses = _responses(dialogues)
    if responses:
        lines.append("responses:")
    for action, text in responses.items():
        lines += [f"  {yaml_scalar(action)}:", f"  - text: {yaml_scalar(text)}"]
    return "\n".join(lines) + "\n"


def _story(dialogue: Dialogue, kind: str) -> Iterator[str]:
    yield f"- {kind}: {yaml_scalar(dialogue.group or dialogue.id)}"
    metadata = {name: value for name, value in dialogue.metadata.items() if name != "kind"}
    if metadata:
        yield "  metadata:"
    for name, value in metadata.items():
        yield f"    {yaml_scalar(name)}: {yaml_scalar(value)}"
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
        yield f"  - active_loop: {'null' if loop == NULL else yaml_scalar(loop)}"
        del facts["active_loop"]
    if facts:
        yield "  - slot_was_set:"
    for name, value in facts.items():
        yield f"    - {yaml_scalar(fact_slot(name))}: {_value(value)}"
    for action in turn.actions:
        if turn.response is not None and _is_reply(action, turn.response):
            yield f"  - bot: {yaml_scalar(turn.response)}"
        elif action != LISTEN:
            yield f"  - action: {yaml_scalar(action)}"


def _is_reply(action: str, response: str) -> bool:
    """Return whether an action is a reply, whose name is its text."""
    return action == " ".join(response.split()) and not PLAIN_WORD.fullmatch(action)


def _message(user: str | None, facts: dict[str, Fact]) -> Iterator[str]:
    """Yield a user step, and remove its facts from those of the turn."""
    intent = facts.get("intent")
    lines = []
    if isinstance(intent, str):
        lines.append(f"intent: {yaml_scalar(facts.pop('intent'))}")
    if user is not None:
        lines.append(f"user: {yaml_scalar(user)}")
    entities = [name for name in facts if name.startswith("entity.")]
    yield f"  - {lines[0]}"
    yield from (f"    {line}" for line in lines[1:])
    if entities:
        yield "    entities:"
    for name in entities:
        yield f"    - {yaml_scalar(name.removeprefix('entity.'))}: {_value(facts.pop(name))}"


def _responses(dialogues: Iterable[Dialogue]) -> Mapping[str, str]:
    responses: dict[str, str] = {}
    for dialogue in dialogues:
        for turn in dialogue:
            if turn.response is not None:
                for action in turn.actions:
                    if action != LISTEN and not _is_reply(action, turn.response):
                        responses.setdefault(action, turn.response)
    return responses


def _value(value: Fact) -> str:
    return "null" if value == NULL else yaml_scalar(value)
