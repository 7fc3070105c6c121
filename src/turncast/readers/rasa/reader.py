"""Read the stories and rules of a Rasa project, or of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Turn
from turncast.readers.rasa.domain import Domain
from turncast.readers.rasa.expand import expand_stories
from turncast.readers.rasa.project import read_project
from turncast.readers.rasa.story_turns import story_turns
from turncast.readers.read_context import ReadContext


def read_rasa(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a Rasa project (YAML 2.0 to 3.1, or the markdown of Rasa 1), a part of one, or one file.

    Each action is a turn, with what the system saw since the last action: the user text without entity marks,
    and the facts `intent`, `entity.NAME` (`entity.NAME.ROLE`), `active_loop`, and each slot under its name
    (`slot.NAME` if the name is reserved). Null is the fact `null`; a slot or entity without a value is true.
    Most stories have intents and no texts: a turn with `intent` and without user text is a message whose
    words are unknown; a turn with neither has no user message.

    A `bot` step, and a reply in an end-to-end markdown file, is an action whose name and response are the
    text, as in Rasa. The response of any other action is the first text that the domain has for it.
    `action_listen` is an action only with the setting `listen`.

    Alternatives and checkpoints expand a story to at most `max_paths` dialogues. Their group is the name of
    the story. Rules are dialogues too; the facts of their conditions belong to their first turn. The metadata
    `kind` is story, rule or test.
    """
    config, skipped = context.config, context.skipped
    stories, domain = read_project(path, skipped)
    name_counts = Counter[str]()
    for story, steps in expand_stories(stories, config.max_paths, skipped):
        turns = story_turns(story, steps, domain.responses, config.listen, skipped)
        if not turns:
            skipped[f"{story.kind} without an action"] += 1
            continue
        _count_unknown_actions(turns, domain, skipped)
        name = f"{story.file}:{story.name}"
        name_counts[name] += 1
        unique = name if name_counts[name] == 1 else f"{name}#{name_counts[name]}"
        yield Dialogue(unique, turns, dict(story.metadata) | {"kind": story.kind}, story.name)


def _count_unknown_actions(turns: tuple[Turn, ...], domain: Domain, skipped: Counter[str]) -> None:
    for turn in turns:
        for action in turn.actions:
            if turn.response and action == " ".join(turn.response.split()):
                continue  # a reply, whose name is its text
            if not domain.has_action(action):
                skipped["action that is not in the domain, kept"] += 1
