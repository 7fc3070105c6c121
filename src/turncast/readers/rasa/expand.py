"""Expand stories into dialogues: multiply alternatives and join checkpoints, up to a limit."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.rasa.story import (
    NULL,
    AlternativeSteps,
    CheckpointStep,
    FactStep,
    SimpleStep,
    Story,
    UserStep,
    slot_fact,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """A part of a story between checkpoints; if `starts` is empty, the beginning of a dialogue."""

    story: Story
    starts: tuple[CheckpointStep, ...]
    steps: tuple[SimpleStep | AlternativeSteps, ...]
    ends: tuple[str, ...]

    @property
    def num_variants(self) -> int:
        return math.prod(len(step.options) for step in self.steps if isinstance(step, AlternativeSteps))

    def variants(self) -> Iterator[tuple[SimpleStep, ...]]:
        """Yield the steps once for each choice of alternatives."""
        return itertools.product(
            *(step.options if isinstance(step, AlternativeSteps) else (step,) for step in self.steps)
        )


def expand_stories(
    stories: Sequence[Story], max_paths: int, skipped: Counter[str]
) -> Iterator[tuple[Story, tuple[SimpleStep, ...]]]:
    """Yield (the story with which it begins, its steps) for each dialogue, in the order of the stories.

    A story that ends with a checkpoint continues with each story that begins with it, if its conditions hold.
    No segment of a story is twice in a dialogue. Stories that no dialogue reaches are counted.

    Raises:
        CorpusError: for a story that expands to more than `max_paths` dialogues; none of them is built.
    """
    segments = [segment for story in stories for segment in _segments(story, skipped)]
    graph = _SegmentGraph(segments, max_paths)
    for segment in segments:
        if segment.starts:
            continue
        if segment.ends or segment.num_variants > 1:
            first_paths = itertools.islice(graph.paths(segment, Counter()), max_paths + 1)
            if sum(1 for _ in first_paths) > max_paths:
                raise _too_many(segment.story, f"more than {max_paths:,}", max_paths)
        for steps in graph.paths(segment, skipped):
            yield segment.story, steps
    unreached = sum(segment not in graph.reached for segment in segments)
    if unreached:
        skipped["story that begins at a checkpoint that no dialogue reaches"] += unreached


def _too_many(story: Story, count: str, max_paths: int) -> CorpusError:
    problem = f"the {story.kind} {story.name[:60]!r} expands to {count} dialogues"
    cure = f"the setting max_paths allows {max_paths:,}: raise it, or give the story fewer alternatives"
    return CorpusError(story.where, problem, cure)


def _segments(story: Story, skipped: Counter[str]) -> Iterator[_Segment]:
    starts: list[CheckpointStep] = []
    steps: list[SimpleStep | AlternativeSteps] = []
    ends: list[CheckpointStep] = []
    for step in story.steps:
        if isinstance(step, CheckpointStep):
            (ends if steps else starts).append(step)
            continue
        if ends:
            names = tuple(end.name for end in ends)
            yield _Segment(story, tuple(starts), tuple(steps), names)
            starts, steps, ends = [CheckpointStep(name, {}) for name in names], [], []
        steps.append(step)
    if not steps and len(starts) > 1:  # a story that only joins checkpoints
        ends.append(starts.pop())
    if steps or ends:
        yield _Segment(story, tuple(starts), tuple(steps), tuple(end.name for end in ends))
    else:
        skipped[f"{story.kind} without steps"] += 1


class _SegmentGraph:
    """The segments of all stories, joined at their checkpoints."""

    def __init__(self, segments: Sequence[_Segment], max_paths: int) -> None:
        self.max_paths = max_paths
        self.reached: set[_Segment] = set()
        self.by_checkpoint: defaultdict[str, list[tuple[_Segment, CheckpointStep]]] = defaultdict(list)
        for segment in segments:
            for start in segment.starts:
                self.by_checkpoint[start.name].append((segment, start))
        self.has_conditions = any(start.conditions for segment in segments for start in segment.starts)

    def paths(self, origin: _Segment, skipped: Counter[str]) -> Iterator[tuple[SimpleStep, ...]]:
        """Yield the steps of each path from a segment to an end.

        Every segment that is entered leads to at least one path, so that the time is linear in the paths.
        """
        # (segment, the steps before it, the segments before it, the values of the slots)
        stack: list[tuple[_Segment, tuple[SimpleStep, ...], frozenset[_Segment], Mapping[str, Fact]]]
        stack = [(origin, (), frozenset(), {})]
        while stack:
            segment, before, entered, slots = stack.pop()
            if segment.num_variants > self.max_paths:
                raise _too_many(segment.story, f"{segment.num_variants:,}", self.max_paths)
            self.reached.add(segment)
            entered |= {segment}
            branches = []
            for steps in segment.variants():
                slots_after = _slots_after(slots, steps) if self.has_conditions else slots
                following = self._following(segment, entered, slots_after, skipped)
                branches.append((before + steps, slots_after, following))
            if not segment.ends:
                yield from (steps for steps, _, _ in branches)
                continue
            for steps, slots_after, following in reversed(branches):
                stack += [(other, steps, entered, slots_after) for other in reversed(following)]
            yield from (steps for steps, _, following in branches if not following)

    def _following(
        self,
        segment: _Segment,
        entered: frozenset[_Segment],
        slots: Mapping[str, Fact],
        skipped: Counter[str],
    ) -> list[_Segment]:
        following: dict[_Segment, None] = {}
        for name in segment.ends:
            if name not in self.by_checkpoint:
                skipped["checkpoint with which no story begins"] += 1
            for other, start in self.by_checkpoint.get(name, ()):
                if other in entered:
                    skipped["checkpoint that leads back, not followed"] += 1
                elif any(slots.get(slot, NULL) != value for slot, value in start.conditions.items()):
                    skipped["checkpoint whose condition does not hold"] += 1
                else:
                    following[other] = None
        return list(following)


def _slots_after(slots: Mapping[str, Fact], steps: Sequence[SimpleStep]) -> dict[str, Fact]:
    """Return the values of the slots after some steps; an entity fills the slot with the same name."""
    values = dict(slots)
    for step in steps:
        if isinstance(step, FactStep):
            values |= step.facts
        elif isinstance(step, UserStep):
            for name, value in step.facts.items():
                if name.startswith("entity."):
                    values[slot_fact(name.removeprefix("entity."))] = value
    return values
