"""Dialogue acts: how they are named, and how what the system saw and did becomes turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.json_record import JsonRecord, as_name
from turncast.readers.read_context import ReadContext, Skipped

RESPOND = "respond"
"""The action of a system that talks and calls no service."""

UNANNOTATED = "system turn without annotated acts"
"""Counted where a turn says nothing of its acts; where it says that there are none, nothing is counted."""


def act_name(act: str, slot: str | None, context: ReadContext) -> str:
    """Return an act's name, with its slot where slots are read.

    >>> from turncast.readers.read_context import ReadConfig
    >>> [act_name("ask", "area", ReadContext(ReadConfig(actions=what))) for what in ("acts", "slots")]
    ['ask', 'ask:area']
    """
    bare = context.config.actions != "slots" or not slot or slot == "none"
    return act if bare else f"{act}:{slot}"


def act_names(acts: JsonRecord, context: ReadContext) -> list[str]:
    """Return the names of acts in the form `{"inform": [["area", "north"], ["food", "thai"]]}`.

    >>> acts = JsonRecord({"inform": [["area", "north"], ["food", "thai"]], "bye": []}, "turn 2")
    >>> act_names(acts, ReadContext())
    ['inform', 'inform', 'bye']

    Raises:
        CorpusError: for any other form.
    """
    named = []
    for act in acts.values:
        if not act:
            raise CorpusError(acts.where, "an act has an empty name", "name it, or leave it out")
        slots = [slot for slot, _ in slot_pairs(acts, act)]
        named += [act_name(act, slot, context) for slot in slots or [None]]
    return named


def slot_pairs(record: JsonRecord, key: str) -> list[tuple[str | None, object]]:
    """Return the pairs of a list such as `[["area", "north"], ["food", "?"]]`.

    Raises:
        CorpusError: for any other form.
    """
    pairs: list[tuple[str | None, object]] = []
    for pair in record.array(key):
        if not isinstance(pair, list) or len(pair) != 2:
            came = f"a list of {len(pair)}" if isinstance(pair, list) else kind_of(pair)
            problem = f"in {key!r} a slot and its value are {came}"
            raise CorpusError(record.where, problem, "give a list of two")
        slot, value = pair
        pairs.append((None if slot is None else as_name(slot, f"{record.where} {key!r}"), value))
    return pairs


@dataclass(slots=True)
class Course:
    """A dialogue that is being read: what is seen goes into the next decision, and into no earlier one.

    >>> course = Course()
    >>> course.hear("hello")
    >>> course.decide(["greet"], "Hi!")
    >>> course.turns
    [Turn(user='hello', actions=('greet',), facts=mappingproxy({}), response='Hi!')]
    """

    turns: list[Turn] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _facts: dict[str, Fact] = field(default_factory=dict)

    def hear(self, text: str | None) -> None:
        """Take what the user said; several texts before a decision are joined by line ends."""
        if text and text.strip():
            self._texts.append(text)

    def see(self, facts: Mapping[str, Fact]) -> None:
        """Take what else the system saw."""
        self._facts |= facts

    def decide(self, actions: Iterable[str], response: str | None = None) -> None:
        """Add a turn: what was seen since the last one, and these actions."""
        user = "\n".join(self._texts) if self._texts else None
        self.turns.append(Turn(user, tuple(actions), self._facts, response))
        self._texts, self._facts = [], {}

    def closed(
        self, name: str, skipped: Skipped, metadata: Mapping[str, Fact], group: str | None = None
    ) -> Iterator[Dialogue]:
        """Yield the dialogue, or count it where it has no turn."""
        if self._texts:
            skipped.add("user text after the last system decision", len(self._texts))
        if self.turns:
            yield Dialogue(name, tuple(self.turns), metadata, group)
        else:
            skipped.add("dialogue without a system decision")


def require_actions(dialogues: Iterable[Dialogue], path: Path) -> Iterator[Dialogue]:
    """Yield the dialogues.

    Raises:
        CorpusError: where they end and no turn had an action: there is nothing to learn.
    """
    empty = found = False
    for dialogue in dialogues:
        found = found or any(turn.actions for turn in dialogue)
        empty = not found
        yield dialogue
    if empty:
        raise CorpusError(str(path), "no system turn has an action", "take the files with the system's acts")


def true_facts(kind: str, names: Iterable[str]) -> dict[str, Fact]:
    """Return the fact `kind.name` for each name.

    >>> true_facts("state", ["area", "food"])
    {'state.area': True, 'state.food': True}
    """
    return {f"{kind}.{name}": True for name in names}
