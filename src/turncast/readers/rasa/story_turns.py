"""Turns out of a dialogue's steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turncast.dialogue import Fact, Turn
from turncast.readers.rasa.story import ActionStep, Step, Story, UserStep
from turncast.readers.read_context import Skipped

LISTEN = "action_listen"


def story_turns(
    block: Story, steps: Iterable[Step], responses: Mapping[str, str], listen: bool, skipped: Skipped
) -> tuple[Turn, ...]:
    """Return a turn for each action; it has the text and the facts that came since the action before.

    With `listen`, the end of what the system does is an action too: `action_listen`, before each user
    message but the first, and at the end.
    """
    making = _Turns(dict(block.begins), listen, skipped)
    for step in steps:
        if isinstance(step, UserStep):
            making.hear(step)
        elif isinstance(step, ActionStep):
            making.act(step.action, step.response or responses.get(step.action))
        else:
            making.facts |= step.facts
    return making.closed(block.waits)


class _Turns:
    """The turns of a dialogue that is still being read."""

    def __init__(self, facts: dict[str, Fact], listen: bool, skipped: Skipped) -> None:
        self.facts, self.listen, self.skipped = facts, listen, skipped
        self.turns: list[Turn] = []
        self.texts: list[str] = []
        self.heard = False
        self.acted = False  # since the system last listened

    def hear(self, step: UserStep) -> None:
        if self.listen and (self.acted or self.heard):
            self.act(LISTEN, None)
        elif self.heard:
            self.skipped.add("user message that the system did not answer, joined with the next")
        self.texts += [step.text] if step.text is not None else []
        self.facts |= step.facts
        self.heard = True

    def act(self, action: str, response: str | None) -> None:
        if action == LISTEN and not self.listen:
            self.skipped.add(LISTEN)
            return
        said = "\n".join(self.texts) if self.texts else None
        self.turns.append(Turn(said, (action,), self.facts, response))
        self.texts, self.facts, self.heard, self.acted = [], {}, False, action != LISTEN

    def closed(self, waits: bool) -> tuple[Turn, ...]:
        if self.listen and waits and (self.acted or self.heard):
            self.act(LISTEN, None)
        if self.heard:
            self.skipped.add("user message after the last action")
        elif self.facts:
            self.skipped.add("slots or loop after the last action")
        return tuple(self.turns)
