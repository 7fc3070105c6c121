"""Dialogues out of stories: alternatives multiplied, checkpoints joined, never more than the limit."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.rasa.story import (
    NULL,
    AlternativeSteps,
    CheckpointStep,
    FactStep,
    Step,
    Story,
    UserStep,
    slot_fact,
)
from turncast.readers.read_context import Skipped


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A piece of a story between checkpoints; with nothing in `starts`, the beginning of a dialogue."""

    block: Story
    starts: tuple[CheckpointStep, ...]
    steps: tuple[Step | AlternativeSteps, ...]
    ends: tuple[str, ...]

    @property
    def variants(self) -> int:
        return math.prod(len(step.options) for step in self.steps if isinstance(step, AlternativeSteps))

    def written_out(self) -> Iterator[tuple[Step, ...]]:
        return itertools.product(
            *(step.options if isinstance(step, AlternativeSteps) else (step,) for step in self.steps)
        )


def expand_stories(
    blocks: Sequence[Story], most: int, skipped: Skipped
) -> Iterator[tuple[Story, tuple[Step, ...]]]:
    """Yield (the story that it begins with, its steps) for each dialogue, in the order of the stories.

    A story that ends with a checkpoint goes on with each story that begins with it, where its conditions
    hold; no part of a story comes twice in a dialogue. Counts stories that are never reached.

    Raises:
        CorpusError: for a story that becomes more than `most` dialogues; none of them is built.
    """
    parts = [part for block in blocks for part in _parts(block, skipped)]
    walk = _Walk(parts, most)
    for part in parts:
        if part.starts:
            continue
        if part.ends or part.variants > 1:
            found = sum(1 for _ in itertools.islice(walk.paths(part, Skipped()), most + 1))
            if found > most:
                raise _too_many(part.block, f"more than {most:,}", most)
        for steps in walk.paths(part, skipped):
            yield part.block, steps
    lost = sum(part not in walk.reached for part in parts)
    if lost:
        skipped.add("story that begins at a checkpoint that no dialogue reaches", lost)


def _too_many(block: Story, count: str, most: int) -> CorpusError:
    problem = f"the {block.kind} {block.name[:60]!r} becomes {count} dialogues"
    cure = f"the setting most_paths allows {most:,}: raise it, or give the story fewer alternatives"
    return CorpusError(block.where, problem, cure)


def _parts(block: Story, skipped: Skipped) -> Iterator[_Part]:
    starts: list[CheckpointStep] = []
    steps: list[Step | AlternativeSteps] = []
    ends: list[CheckpointStep] = []
    for step in block.steps:
        if isinstance(step, CheckpointStep):
            (ends if steps else starts).append(step)
            continue
        if ends:
            names = tuple(end.name for end in ends)
            yield _Part(block, tuple(starts), tuple(steps), names)
            starts, steps, ends = [CheckpointStep(name, {}) for name in names], [], []
        steps.append(step)
    if steps:
        yield _Part(block, tuple(starts), tuple(steps), tuple(end.name for end in ends))
    else:
        skipped.add(f"{block.kind} without steps")


class _Walk:
    """All ways through the parts."""

    def __init__(self, parts: Sequence[_Part], most: int) -> None:
        self.most = most
        self.reached: set[_Part] = set()
        self.after: defaultdict[str, list[tuple[_Part, CheckpointStep]]] = defaultdict(list)
        for part in parts:
            for start in part.starts:
                self.after[start.name].append((part, start))
        self.conditions = any(start.conditions for part in parts for start in part.starts)

    def paths(self, origin: _Part, skipped: Skipped) -> Iterator[tuple[Step, ...]]:
        """Yield each way from a part to an end; every part that is entered leads to at least one."""
        waiting: list[tuple[_Part, tuple[Step, ...], frozenset[_Part], Mapping[str, Fact]]]
        waiting = [(origin, (), frozenset(), {})]
        while waiting:
            part, before, entered, slots = waiting.pop()
            if part.variants > self.most:
                raise _too_many(part.block, f"{part.variants:,}", self.most)
            self.reached.add(part)
            entered |= {part}
            ways = []
            for steps in part.written_out():
                known = _after(slots, steps) if self.conditions else slots
                following = self._following(part, entered, known, skipped)
                ways.append((before + steps, known, following))
            if not part.ends:
                yield from (steps for steps, _, _ in ways)
                continue
            for steps, known, following in reversed(ways):
                waiting += [(other, steps, entered, known) for other in reversed(following)]
            yield from (steps for steps, _, following in ways if not following)

    def _following(
        self, part: _Part, entered: frozenset[_Part], slots: Mapping[str, Fact], skipped: Skipped
    ) -> list[_Part]:
        following: dict[_Part, None] = {}
        for name in part.ends:
            if name not in self.after:
                skipped.add("checkpoint that no story begins with")
            for other, start in self.after.get(name, ()):
                if other in entered:
                    skipped.add("checkpoint that leads back, stopped")
                elif any(slots.get(slot, NULL) != value for slot, value in start.conditions.items()):
                    skipped.add("checkpoint whose condition does not hold")
                else:
                    following[other] = None
        return list(following)


def _after(slots: Mapping[str, Fact], steps: Sequence[Step]) -> dict[str, Fact]:
    """Return the slots' values after some steps; an entity fills the slot of its name."""
    known = dict(slots)
    for step in steps:
        if isinstance(step, FactStep):
            known |= step.facts
        elif isinstance(step, UserStep):
            for name, value in step.facts.items():
                if name.startswith("entity."):
                    known[slot_fact(name.removeprefix("entity."))] = value
    return known
