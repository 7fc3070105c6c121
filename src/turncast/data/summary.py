"""Statistics of a corpus for people: counts, lengths, actions, words, scripts, groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import regex

from turncast.candidates import without_candidates
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.dialogue_sources import note_lines
from turncast.features.text.words import words
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class Summary:
    """Statistics of a corpus.

    Attributes:
        name: the corpus's name.
        lengths: number of turns -> number of dialogues.
        user_turns: turns with user text, of all turns.
        several_actions: turns with several actions, of all turns.
        no_action: turns without an action, of all turns.
        responses: turns with the system's text, of all turns.
        actions: how often each action was taken, the most frequent first.
        facts: the number of turns with each fact.
        metadata: the number of dialogues with each name in the metadata.
        words: the number of words of the users, with repetitions.
        single_words: words that occur only once, of the distinct words.
        scripts: the number of letters of each script in the users' texts.
        groups: the number of dialogues of each group.
        samples: a few dialogues.
        skipped: what the reader skipped: reason -> count.
        notes: how the files were read: a line -> the number of files.
    """

    name: str
    lengths: Mapping[int, int]
    user_turns: Fraction
    several_actions: Fraction
    no_action: Fraction
    responses: Fraction
    actions: Mapping[str, int]
    facts: Mapping[str, int]
    metadata: Mapping[str, int]
    words: int
    single_words: Fraction
    scripts: Mapping[str, int]
    groups: Mapping[str, int]
    samples: tuple[Dialogue, ...]
    skipped: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def dialogues(self) -> int:
        """The number of dialogues."""
        return sum(self.lengths.values())

    @property
    def turns(self) -> int:
        """The number of turns."""
        return self.user_turns.whole

    @property
    def length_figures(self) -> dict[str, float]:
        """The minimum, median, mean and maximum number of turns of a dialogue."""
        ordered = sorted(Counter(self.lengths).elements())
        median = ordered[len(ordered) // 2]
        return {"min": ordered[0], "median": median, "mean": self.turns / len(ordered), "max": ordered[-1]}

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "name": self.name,
            "read_as": note_lines(self.notes),
            "dialogues": self.dialogues,
            "turns": self.turns,
            "turns_with_user_text": self.user_turns.part,
            "turns_with_response": self.responses.part,
            "turns_with_several_actions": self.several_actions.part,
            "turns_without_action": self.no_action.part,
            "lengths": self.length_figures,
            "length_counts": {str(length): count for length, count in sorted(self.lengths.items())},
            "actions": dict(self.actions),
            "facts": dict(self.facts),
            "metadata": dict(self.metadata),
            "words": {
                "total": self.words,
                "distinct": self.single_words.whole,
                "occurring_once": self.single_words.part,
            },
            "scripts": dict(self.scripts),
            "groups": {
                "number": len(self.groups),
                "dialogues": sum(self.groups.values()),
                "largest": max(self.groups.values(), default=0),
            },
            "skipped": dict(self.skipped),
        }


def summarise(corpus: Corpus, samples: int = 2, progress: Callable[[int], None] | None = None) -> Summary:
    """Read a corpus once and return its statistics.

    Args:
        corpus: the dialogues; they are never all in memory.
        samples: how many of the first dialogues to keep as samples.
        progress: called with the number of turns read so far.

    >>> from turncast import simulate
    >>> summary = summarise(simulate(dialogues=3, seed=1))
    >>> summary.dialogues, summary.actions["goodbye"], list(summary.scripts)
    (3, 3, ['Latin'])
    """
    counts, first = _CorpusCounts(), list[Dialogue]()
    for dialogue in corpus:
        counts.add(dialogue)
        if len(first) < samples:
            first.append(dialogue)
        if progress:
            progress(counts.turns)
    texts, turns = counts.texts, counts.turns
    return Summary(
        name=corpus.name,
        lengths=dict(counts.lengths),
        user_turns=Fraction(counts.user_turns, turns),
        several_actions=Fraction(counts.several_actions, turns),
        no_action=Fraction(counts.no_action, turns),
        responses=Fraction(counts.responses, turns),
        actions=dict(counts.actions.most_common()),
        facts=dict(counts.facts.most_common()),
        metadata=dict(counts.metadata.most_common()),
        words=texts.total(),
        single_words=Fraction(sum(count == 1 for count in texts.values()), len(texts)),
        scripts=count_scripts(counts.characters),
        groups=dict(counts.groups.most_common()),
        samples=tuple(first),
        skipped=dict(corpus.skipped),
        notes=dict(corpus.notes),
    )


@dataclass(slots=True)
class _CorpusCounts:
    """The counts of one pass over a corpus."""

    turns: int = 0
    user_turns: int = 0
    several_actions: int = 0
    no_action: int = 0
    responses: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    metadata: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)

    def add(self, dialogue: Dialogue) -> None:
        self.lengths[len(dialogue)] += 1
        self.turns += len(dialogue)
        self.metadata.update(dialogue.metadata.keys())
        if dialogue.group is not None:
            self.groups[dialogue.group] += 1
        for turn in dialogue:
            self.responses += turn.response is not None
            self.several_actions += len(turn.actions) > 1
            self.no_action += not turn.actions
            self.actions.update(turn.actions)
            self.facts.update(without_candidates(turn.facts).keys())
            if turn.user is not None:
                self.user_turns += 1
                self.texts.update(words(turn.user))
                self.characters.update(turn.user)


_OTHER = "other"
# The most used scripts, the frequent ones first: each letter is matched in this order.
_SCRIPT_NAMES = (
    "Latin Han Cyrillic Arabic Devanagari Hiragana Katakana Hangul Greek Hebrew Thai Bengali "
    "Tamil Telugu Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala Georgian Armenian Ethiopic "
    "Khmer Lao Myanmar Tibetan Mongolian Bopomofo Thaana Cherokee Canadian_Aboriginal Javanese "
    "Tifinagh Syriac Nko Vai Yi"
)
_SCRIPTS = tuple(_SCRIPT_NAMES.split())
_LETTER = regex.compile(r"\p{L}")


def count_scripts(characters: Mapping[str, int]) -> dict[str, int]:
    """Return the number of letters of each script, the most frequent first; other characters are ignored.

    >>> count_scripts(Counter("Tokyo: 東京!"))
    {'Latin': 5, 'Han': 2}
    """
    counts = Counter[str]()
    for character, count in characters.items():
        if _LETTER.match(character):
            counts[_script(character)] += count
    return dict(counts.most_common())


@cache
def _script(letter: str) -> str:
    return next((name for name in _SCRIPTS if _script_pattern(name).match(letter)), _OTHER)


@cache
def _script_pattern(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"\p{{Script={name}}}")
