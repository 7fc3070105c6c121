"""Rasa: stories and rules of a project, or of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Turn
from turncast.readers.rasa.domain import Domain
from turncast.readers.rasa.expand import expand_stories
from turncast.readers.rasa.project import read_project
from turncast.readers.rasa.story_turns import story_turns
from turncast.readers.read_context import ReadContext, Skipped


def read_rasa(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a Rasa project (YAML 2.0 to 3.1, or the markdown of Rasa 1), a part of one, or one file.

    Each action is a turn. What came since the action before is what the system saw: the user's text without
    entity marks, and the facts `intent`, `entity.NAME` (`entity.NAME.ROLE`), `active_loop`, and each slot by
    its name (`slot.NAME` where that is taken); null is the fact `null`, a slot or entity without a value
    is true. Most stories have intents and no texts: a turn with `intent` and no user text is a user message
    whose words are not known, a turn with neither is one in which the user was silent.

    A `bot` step, and a reply in an end-to-end markdown file, is an action of its own: the text is its
    name, as in Rasa, and its response. Every other action's response is the first text that the domain has.
    `action_listen` is an action only with the setting `listen`.

    Alternatives and checkpoints multiply a story into dialogues, at most `max_paths`. They share the group:
    the story's name. Rules are dialogues too, what their conditions state are facts of their first turn;
    the metadata `kind` says story, rule or test.
    """
    domain, config, skipped = Domain(), context.config, context.skipped
    blocks = read_project(path, domain, skipped)
    seen = Counter[str]()
    for block, steps in expand_stories(blocks, config.max_paths, skipped):
        turns = story_turns(block, steps, domain.responses, config.listen, skipped)
        if not turns:
            skipped.add(f"{block.kind} without an action")
            continue
        _count_unknown(turns, domain, skipped)
        name = f"{block.file}:{block.name}"
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}#{seen[name]}"
        metadata = dict(block.metadata) | {"kind": block.kind}
        yield Dialogue(unique, turns, metadata, block.name)


def _count_unknown(turns: tuple[Turn, ...], domain: Domain, skipped: Skipped) -> None:
    for turn in turns:
        for action in turn.actions:
            if turn.response and action == " ".join(turn.response.split()):
                continue  # a reply that is its own action
            if not domain.names(action):
                skipped.add("action that the domain does not name, kept")
