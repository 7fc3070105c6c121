"""Layouts: what a network reads of a dialogue, and what it must answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from turncast.config import NetworkConfig
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn
from turncast.errors import CorpusError
from turncast.vocabulary import value_name

END = "<end>"
"""The answer that stands for the end of the dialogue, in the layouts that look ahead."""

Actions = tuple[str, ...]
Decision = tuple[Turn, Actions | None, Actions]
"""What a table of counts may see of a decision (a turn, the actions before it), and what is right."""

_LOOK_AHEAD = ("many-to-many-1", "one-to-many")
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network reads of one dialogue, and what it must answer.

    Attributes:
        turns: the turns that are read.
        answers: a row for each decision; each row holds its first answer, and those ahead of it.

    >>> tea = Lesson((Turn("tea", ("size",)), Turn("big", ("serve",))), ((("size",),), (("serve",),)))
    >>> [(turn.user, previous, right) for turn, previous, right in tea.decisions]
    [('tea', None, ('size',)), ('big', ('size',), ('serve',))]
    """

    turns: tuple[Turn, ...]
    answers: tuple[tuple[Actions, ...], ...]

    @property
    def decisions(self) -> Iterator[Decision]:
        """Yield what a table of counts may see of each decision, no more than the network sees.

        Where there is one decision to several turns, it is made at the last of them; where there are several
        to one turn, each is known by its place, which stands for the previous action.
        """
        rights = [row[0] for row in self.answers]
        if len(rights) > len(self.turns):
            for place, right in enumerate(rights):
                yield self.turns[0], (str(place),), right
            return
        previous = (None, *(turn.actions for turn in self.turns))
        first = len(self.turns) - len(rights)
        yield from zip(self.turns[first:], previous[first:-1], rights, strict=True)


def turns_read(config: NetworkConfig, dialogue: Dialogue) -> tuple[Turn, ...]:
    """Return the turns that a network of this layout reads.

    >>> dialogue = Dialogue("d1", [Turn("tea", ["size"]), Turn("big", ["serve"])])
    >>> [turn.user for turn in turns_read(NetworkConfig(layout="one-to-many"), dialogue)]
    ['tea']
    """
    if config.layout == "one-to-many":
        return dialogue.turns[:1]
    if config.layout == "many-to-one" and config.beginning:
        return dialogue.turns[: config.beginning]
    return dialogue.turns


def lesson(config: NetworkConfig, dialogue: Dialogue) -> Lesson:
    """Return what a network of this layout reads of a dialogue, and what it must answer.

    >>> dialogue = Dialogue("d1", [Turn("tea", ["size"]), Turn("big", ["serve"])], {"happy": True})
    >>> lesson(NetworkConfig(layout="many-to-many-1", horizon=2), dialogue).answers
    ((('size',), ('serve',)), (('serve',), ('<end>',)))
    >>> lesson(NetworkConfig(layout="one-to-many"), dialogue).answers
    ((('size',),), (('serve',),), (('<end>',),))
    >>> lesson(NetworkConfig(layout="many-to-one", outcome="happy"), dialogue).answers
    ((('true',),),)

    Raises:
        CorpusError: for a dialogue without the outcome, or with an action that is named as the end is.
    """
    turns = turns_read(config, dialogue)
    if config.layout == "many-to-one":
        outcome = _outcome(dialogue, config.outcome)
        if outcome is None:
            cure = "give it one, or choose another layout"
            raise CorpusError(f"dialogue {dialogue.id!r}", f"no {config.outcome!r} in the metadata", cure)
        return Lesson(turns, (((outcome,),),))
    taken = [turn.actions for turn in dialogue]
    if config.layout in _LOOK_AHEAD and any(END in actions for actions in taken):
        problem = f"an action is named {END!r}, which stands for the end of a dialogue"
        raise CorpusError(f"dialogue {dialogue.id!r}", problem, "rename it, or choose another layout")
    if config.layout == "one-to-many":
        return Lesson(turns, tuple((actions,) for actions in (*taken, (END,))))
    ahead = config.horizon if config.layout == "many-to-many-1" else 1
    filled = (*taken, *((END,),) * (ahead - 1))
    return Lesson(turns, tuple(filled[place : place + ahead] for place in range(len(taken))))


def acts_at_every_turn(config: NetworkConfig) -> bool:
    """Tell whether a network of this layout acts at every turn, and is told what was done at the one before.

    >>> [acts_at_every_turn(NetworkConfig(layout=layout)) for layout in ("one-to-one", "one-to-many")]
    [True, False]
    """
    return config.layout in ("many-to-many-2", "many-to-many-1", "one-to-one")


def answers_a_row(config: NetworkConfig) -> int:
    """Return k, how many answers each decision has."""
    return config.horizon if config.layout == "many-to-many-1" else 1


def labelled(config: NetworkConfig, corpus: Corpus) -> Corpus:
    """Return the dialogues that a network of this layout can learn from, as lazily as the corpus.

    For `many-to-one` those without the outcome are left out, and counted in `skipped`.

    Raises:
        CorpusError: at the end of a pass in which no dialogue had the outcome.

    >>> dialogues = [Dialogue(name, [Turn("tea")], {"happy": True} if name == "a" else {}) for name in "abc"]
    >>> kept = labelled(NetworkConfig(layout="many-to-one", outcome="happy"), Corpus("tea", dialogues))
    >>> [dialogue.id for dialogue in kept], kept.skipped
    (['a'], {"no 'happy' in the metadata": 2})
    """
    if config.layout != "many-to-one":
        return corpus
    return Corpus(corpus.name, _Labelled(corpus, config.outcome))


@dataclass(slots=True)
class _Labelled:
    """The dialogues of a corpus that have an outcome; each pass counts the others anew."""

    corpus: Corpus
    outcome: str
    without: int = 0

    def __iter__(self) -> Iterator[Dialogue]:
        without, found, names = 0, False, dict[str, None]()
        for dialogue in self.corpus:
            if _outcome(dialogue, self.outcome) is None:
                without += 1
                names.update(dict.fromkeys(dialogue.metadata))
            else:
                found = True
                yield dialogue
        self.without = without
        if without and not found:
            problem = f"no dialogue has a value of {self.outcome!r} in its metadata, {_listed(sorted(names))}"
            cure = "name another with --set outcome=NAME, or choose another layout"
            raise CorpusError(self.corpus.name, problem, cure)

    @property
    def skipped(self) -> Mapping[str, int]:
        reason = f"no {self.outcome!r} in the metadata"
        return {**self.corpus.skipped, **({reason: self.without} if self.without else {})}


def _outcome(dialogue: Dialogue, name: str) -> str | None:
    """Return a dialogue's outcome; an empty text is none."""
    return value_name(dialogue.metadata[name]) or None if name in dialogue.metadata else None


def _listed(names: list[str]) -> str:
    if not names:
        return "which is empty"
    shown = ", ".join(map(repr, names[:_MOST_NAMES]))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"which has {shown}{more}"
