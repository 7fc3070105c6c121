"""The steps of a dialogue -> its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from turncast.dialogue import Turn
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.rasa.story import ActionStep, SimpleStep, Story, UserStep

LISTEN = "action_listen"


def story_turns(
    story: Story,
    steps: Iterable[SimpleStep],
    responses: Mapping[str, str],
    listen: bool,
    skipped: Counter[str],
) -> tuple[Turn, ...]:
    """Return a turn for each action, with the user text and the facts since the last action.

    With `listen`, the system also takes the action `action_listen` when it has finished: before each user
    message except the first, and at the end.
    """
    reader = _StepReader(DialogueBuilder(skipped, facts=dict(story.initial_facts)), listen)
    for step in steps:
        if isinstance(step, UserStep):
            reader.add_message(step)
        elif isinstance(step, ActionStep):
            reader.add_action(step.action, step.response or responses.get(step.action))
        else:
            reader.builder.facts |= step.facts
    return reader.close(story.waits)


class _StepReader:
    """Adds steps to a dialogue, one after another."""

    def __init__(self, builder: DialogueBuilder, listen: bool) -> None:
        self.builder, self.listen = builder, listen
        self.user_spoke = False  # since the last action
        self.acted = False  # since the system last listened

    def add_message(self, step: UserStep) -> None:
        if self.listen and (self.acted or self.user_spoke):
            self.add_action(LISTEN, None)
        elif self.user_spoke:
            self.builder.skipped["user message without an action after it, joined with the next"] += 1
        self.builder.add_user_text(step.text)
        self.builder.facts |= step.facts
        self.user_spoke = True

    def add_action(self, action: str, response: str | None) -> None:
        if action == LISTEN and not self.listen:
            self.builder.skipped[LISTEN] += 1
            return
        self.builder.add_turn([action], response)
        self.user_spoke, self.acted = False, action != LISTEN

    def close(self, waits: bool) -> tuple[Turn, ...]:
        if self.listen and waits and (self.acted or self.user_spoke):
            self.add_action(LISTEN, None)
        if self.user_spoke:
            self.builder.skipped["user message after the last action"] += 1
        elif self.builder.facts:
            self.builder.skipped["slots or loop after the last action"] += 1
        return tuple(self.builder.turns)
