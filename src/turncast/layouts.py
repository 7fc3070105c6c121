"""Layouts: what a network reads of a dialogue, and when it must answer what.

Each layout is a row of `LAYOUTS`. Settings take its name; everything else asks for its attributes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn, value_name
from turncast.errors import CorpusError

END = "<end>"
"""The action that marks the end of the dialogue, in the layouts that predict future turns."""

Actions = tuple[str, ...]
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Example:
    """What a network reads of one dialogue, and what it should answer.

    Attributes:
        turns: T, the turns that are read.
        targets: N rows, one per decision; each row holds its k answers, the first of them for this decision.

    >>> tea = Example((Turn("tea", ("size",)), Turn("big", ("serve",))), ((("size",),), (("serve",),)))
    >>> [(turn.user, previous, target) for turn, previous, target in tea.decisions]
    [('tea', None, ('size',)), ('big', ('size',), ('serve',))]
    """

    turns: tuple[Turn, ...]
    targets: tuple[tuple[Actions, ...], ...]

    @property
    def decisions(self) -> Iterator[tuple[Turn, Actions | None, Actions]]:
        """Yield what a baseline may know of each decision (its turn, the actions before), and its target.

        A baseline knows no more than the network. One decision on several turns is made at the last of them.
        Of several decisions on one turn, the number of the decision takes the place of the previous action.
        """
        targets = [row[0] for row in self.targets]
        if len(targets) > len(self.turns):
            for number, target in enumerate(targets):
                yield self.turns[0], (str(number),), target
            return
        previous = (None, *(turn.actions for turn in self.turns))
        first = len(self.turns) - len(targets)
        yield from zip(self.turns[first:], previous[first:-1], targets, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """When a network reads input, and when it must answer.

    Attributes:
        name: as it is given in the settings.
        title: its name in words.
        summary: what it answers, in a few words.
        answer: the kind of its answers: an `action` of the system, or an `outcome` of the dialogue.
        decisions: what a report calls its decisions: `turns`, `dialogues` or `decisions`.
        bigram_context: what the bigram baseline conditions on, in words.
        memory: whether the network carries memory from turn to turn.
        first_turn_only: whether it reads the first turn alone, and answers with all actions up to the end.
        last_turn_only: whether it answers once per dialogue, at the last turn that it reads.
        decoder: whether a decoder answers at every turn, with the next k actions.
        horizon: k, how many answers each decision has; 1 without a decoder.
        outcome: the name of the outcome among a dialogue's metadata.
        beginning: how many turns are read at most; 0 is all of them.
    """

    name: str
    title: str
    summary: str
    answer: Literal["action", "outcome"] = "action"
    decisions: str = "turns"
    bigram_context: str = "after the previous"
    memory: bool = True
    first_turn_only: bool = False
    last_turn_only: bool = False
    decoder: bool = False
    horizon: int = 1
    outcome: str = "outcome"
    beginning: int = 0

    def with_settings(self, *, horizon: int, outcome: str, beginning: int) -> Layout:
        """Return the layout with those of these settings that apply to it."""
        return replace(
            self,
            horizon=horizon if self.decoder else 1,
            outcome=outcome,
            beginning=beginning if self.last_turn_only else 0,
        )

    @property
    def acts_at_every_turn(self) -> bool:
        """Whether it predicts an action at every turn, and reads what was done at the turn before."""
        return self.answer == "action" and not self.first_turn_only

    @property
    def question(self) -> str:
        """What it answers; policies with the same question can be compared."""
        if self.answer == "outcome":
            when = "of a dialogue" if self.last_turn_only else "at every turn"
            return f"the {self.outcome!r} {when}"
        return "all actions of a dialogue" if self.first_turn_only else "every turn"

    def turns_read(self, dialogue: Dialogue) -> tuple[Turn, ...]:
        """Return the turns that the network reads.

        >>> dialogue = Dialogue("d1", [Turn("tea", ["size"]), Turn("big", ["serve"])])
        >>> [turn.user for turn in LAYOUTS["one-to-many"].turns_read(dialogue)]
        ['tea']
        """
        return dialogue.turns[: 1 if self.first_turn_only else self.beginning or None]

    def example(self, dialogue: Dialogue) -> Example:
        """Return what the network reads of a dialogue, and what it should answer.

        >>> dialogue = Dialogue("d1", [Turn("tea", ["size"]), Turn("big", ["serve"])], {"outcome": True})
        >>> replace(LAYOUTS["many-to-many-1"], horizon=2).example(dialogue).targets
        ((('size',), ('serve',)), (('serve',), ('<end>',)))
        >>> LAYOUTS["one-to-many"].example(dialogue).targets
        ((('size',),), (('serve',),), (('<end>',),))
        >>> LAYOUTS["many-to-one"].example(dialogue).targets
        ((('true',),),)

        Raises:
            CorpusError: for a dialogue without the outcome, or with an action that has the name of the end.
        """
        turns = self.turns_read(dialogue)
        if self.answer == "outcome":
            outcome = _outcome(dialogue, self.outcome)
            if outcome is None:
                cure = "give it one, or choose another layout"
                raise CorpusError(f"dialogue {dialogue.id!r}", f"no {self.outcome!r} in the metadata", cure)
            return Example(turns, (((outcome,),),) * (1 if self.last_turn_only else len(turns)))
        actions = [turn.actions for turn in dialogue]
        if (self.decoder or self.first_turn_only) and any(END in names for names in actions):
            problem = f"an action is named {END!r}, which stands for the end of a dialogue"
            raise CorpusError(f"dialogue {dialogue.id!r}", problem, "rename it, or choose another layout")
        if self.first_turn_only:
            actions.append((END,))
        padded = (*actions, *((END,),) * (self.horizon - 1))
        return Example(turns, tuple(padded[at : at + self.horizon] for at in range(len(actions))))

    def labelled(self, corpus: Corpus) -> Corpus:
        """Return the dialogues that the network can learn from, as lazily as the corpus.

        Dialogues of which no turn has happened yet are left out, and those without the outcome where it
        answers with one; they are counted in `skipped`.

        Raises:
            CorpusError: at the end of a pass in which no dialogue had the outcome.

        >>> dialogues = [Dialogue("a", [Turn("tea")], {"outcome": 1}), Dialogue("b", [Turn("milk")])]
        >>> labelled = LAYOUTS["many-to-one"].labelled(Corpus("drinks", dialogues))
        >>> [dialogue.id for dialogue in labelled], labelled.skipped
        (['a'], {"no 'outcome' in the metadata": 1})
        """
        if not (isinstance(corpus.dialogues, tuple) and all(dialogue.turns for dialogue in corpus.dialogues)):
            corpus = corpus.filter(lambda _, dialogue: bool(dialogue.turns), "dialogue without a turn yet")
        return _with_outcome(corpus, self.outcome) if self.answer == "outcome" else corpus


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            name="many-to-many-2",
            title="many to many (2)",
            summary="an action at every turn",
        ),
        Layout(
            name="many-to-many-1",
            title="many to many (1)",
            summary="at every turn the next actions",
            decoder=True,
        ),
        Layout(
            name="many-to-one",
            title="many to one",
            summary="the outcome of a dialogue",
            answer="outcome",
            decisions="dialogues",
            bigram_context="after the last action seen",
            last_turn_only=True,
        ),
        Layout(
            name="one-to-many",
            title="one to many",
            summary="all actions from the first turn",
            decisions="decisions",
            bigram_context="at the same place of a dialogue",
            first_turn_only=True,
        ),
        Layout(
            name="one-to-one",
            title="one to one",
            summary="an action at every turn, without memory",
            memory=False,
        ),
    )
}
"""The layouts by name, the default first. A further layout is one row more."""


def layout_name(given: Any) -> str:
    """Return the name of a layout, checked.

    Raises:
        ValueError: for anything else; the message lists the names.

    >>> layout_name("one-to-two")
    Traceback (most recent call last):
    ValueError: input should be 'many-to-many-2', 'many-to-many-1', 'many-to-one', 'one-to-many' or
    'one-to-one'
    """
    if not isinstance(given, str) or given not in LAYOUTS:
        *names, last = map(repr, LAYOUTS)
        raise ValueError(f"input should be {', '.join(names)} or {last}")
    return given


def _with_outcome(corpus: Corpus, outcome: str) -> Corpus:
    """Return a view of the dialogues that have an outcome, which counts the others."""

    def select(dialogues: Iterator[Dialogue], skipped: Counter[str]) -> Iterator[Dialogue]:
        any_has_one, names = False, dict[str, None]()
        for dialogue in dialogues:
            if _outcome(dialogue, outcome) is not None:
                any_has_one = True
                yield dialogue
            else:
                skipped[f"no {outcome!r} in the metadata"] += 1
                names.update(dict.fromkeys(dialogue.metadata))
        if skipped and not any_has_one:
            problem = f"no dialogue has a value of {outcome!r} in its metadata, {_listed(sorted(names))}"
            cure = "name another by the setting outcome, or choose another layout"
            raise CorpusError(corpus.name, problem, cure)

    return corpus.transform(select)


def _outcome(dialogue: Dialogue, name: str) -> str | None:
    """Return a dialogue's outcome; an empty text is none."""
    return value_name(dialogue.metadata[name]) or None if name in dialogue.metadata else None


def _listed(names: list[str]) -> str:
    if not names:
        return "which is empty"
    shown = ", ".join(map(repr, names[:_MOST_NAMES]))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"which has {shown}{more}"
