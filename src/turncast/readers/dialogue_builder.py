"""A dialogue under construction, for the readers whose files hold one event after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Dialogue, Fact, Turn

AFTER_CUT = "turn after the cut of its dialogue"
"""Reason for counting the turns that follow a decision that is not understood."""


@dataclass(slots=True)
class DialogueBuilder:
    """Collects user texts and facts; each system decision becomes a turn that has those since the last one.

    A decision that is not understood must not become another action: the reader cuts the dialogue there.

    Attributes:
        skipped: counts what does not become part of a turn.
        pending: whether what comes after the last turn becomes the turn that has not happened yet.
        turns: the turns so far.
        facts: the facts of the next turn; a reader adds to them.
        is_cut: whether the dialogue has ended at something that is not understood.
        cut_path: where that was, in the values that were read.

    >>> builder = DialogueBuilder(Counter())
    >>> builder.add_user_text("hello")
    >>> builder.add_turn(["greet"], "Hi!")
    >>> builder.turns
    [Turn(user='hello', actions=('greet',), facts=mappingproxy({}), response='Hi!')]
    """

    skipped: Counter[str]
    pending: bool = False
    turns: list[Turn] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    is_cut: bool = False
    cut_path: str = ""
    _texts: list[str] = field(default_factory=list)

    def add_user_text(self, text: str | None) -> None:
        """Add user text to the next turn, on a line of its own; ignore a blank text, count it after a cut."""
        if not text or not text.strip():
            return
        if self.is_cut:
            self.skipped["user text after the cut of its dialogue"] += 1
        else:
            self._texts.append(text)

    def add_turn(self, actions: Iterable[str], response: str | None = None) -> None:
        """Add a turn with the user text and the facts since the last turn; count it after a cut."""
        user = "\n".join(self._texts) if self._texts else None
        self.append(Turn(user, tuple(actions), self.facts, response))
        if not self.is_cut:
            self._texts = []
        self.facts = {}

    def append(self, turn: Turn) -> None:
        """Add a turn that is complete; count it after a cut."""
        if self.is_cut:
            self.skipped[AFTER_CUT] += 1
        else:
            self.turns.append(turn)

    def cut(self, what: str, path: str = "") -> None:
        """End the dialogue before a decision that is not understood, and count it.

        Args:
            what: what is not understood, such as "a step of unknown kind".
            path: where it is.

        >>> builder = DialogueBuilder(Counter())
        >>> builder.add_turn(["greet"])
        >>> builder.cut("a step of unknown kind")
        >>> builder.add_turn(["respond"])
        >>> len(builder.turns), dict(builder.skipped)
        (1, {'dialogue cut at a step of unknown kind': 1, 'turn after the cut of its dialogue': 1})
        """
        if not self.is_cut:
            self.skipped[f"dialogue cut at {what}"] += 1
            self.is_cut, self.cut_path = True, path
        else:
            self.skipped[AFTER_CUT] += 1

    def build(
        self,
        name: str,
        metadata: Mapping[str, Fact] | None = None,
        group: str | None = None,
        count_facts_as: str | None = None,
    ) -> Iterator[Dialogue]:
        """Yield the dialogue, or count it when it has no turn.

        Args:
            name: the id of the dialogue.
            metadata: its metadata.
            group: its group.
            count_facts_as: the reason under which facts after the last turn are counted; None: they are not.
        """
        if self.pending and not self.is_cut and (self._texts or self.facts):
            self.add_turn(())
            pending = self.turns.pop()
            yield Dialogue(name, tuple(self.turns), metadata or {}, group, pending)
            return
        if self._texts:
            self.skipped["user text after the last system turn"] += len(self._texts)
        if self.facts and count_facts_as and not self.is_cut:
            self.skipped[count_facts_as] += 1
        if self.turns:
            yield Dialogue(name, tuple(self.turns), metadata or {}, group)
        else:
            self.skipped["dialogue without a system turn"] += 1
