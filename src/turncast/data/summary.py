"""What a corpus holds: counts, lengths, actions, words, scripts, groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.candidates import without_candidates
from turncast.corpus import Corpus
from turncast.data.scripts import scripts
from turncast.dialogue import Dialogue
from turncast.features.text.words import words
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class Summary:
    """What a corpus holds.

    Attributes:
        name: the corpus's name.
        lengths: how many dialogues have so many turns, by length.
        user_turns: turns with user text, of all.
        several: turns with several actions, of all.
        none: turns without an action, of all.
        responses: turns with the system's surface text, of all.
        actions: how often each was taken, the most frequent first.
        facts: in how many turns each comes.
        metadata: in how many dialogues each comes.
        words: how many words the users said, with repetitions.
        seen_once: words that come only once, of the distinct ones.
        scripts: letters in the users' texts by script.
        groups: dialogues of each group; those without a group are in none.
        samples: a few dialogues.
        skipped: what the reader left out.
    """

    name: str
    lengths: Mapping[int, int]
    user_turns: Fraction
    several: Fraction
    none: Fraction
    responses: Fraction
    actions: Mapping[str, int]
    facts: Mapping[str, int]
    metadata: Mapping[str, int]
    words: int
    seen_once: Fraction
    scripts: Mapping[str, int]
    groups: Mapping[str, int]
    samples: tuple[Dialogue, ...]
    skipped: Mapping[str, int]

    @property
    def dialogues(self) -> int:
        """How many dialogues there are."""
        return sum(self.lengths.values())

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return self.user_turns.whole

    @property
    def length_figures(self) -> dict[str, float]:
        """The shortest, middle, mean and longest number of turns."""
        ordered = sorted(Counter(self.lengths).elements())
        middle = ordered[len(ordered) // 2]
        return {"min": ordered[0], "median": middle, "mean": self.turns / len(ordered), "max": ordered[-1]}

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "name": self.name,
            "dialogues": self.dialogues,
            "turns": self.turns,
            "turns_with_user_text": self.user_turns.part,
            "turns_with_response": self.responses.part,
            "turns_with_several_actions": self.several.part,
            "turns_without_action": self.none.part,
            "lengths": self.length_figures,
            "length_counts": {str(length): count for length, count in sorted(self.lengths.items())},
            "actions": dict(self.actions),
            "facts": dict(self.facts),
            "metadata": dict(self.metadata),
            "words": {
                "total": self.words,
                "distinct": self.seen_once.whole,
                "seen_once": self.seen_once.part,
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
    """Read a corpus once and say what it holds.

    Args:
        corpus: the dialogues; they are never all in memory.
        samples: how many dialogues to keep as samples, the first ones.
        progress: called with the number of turns read so far.

    >>> from turncast import simulate
    >>> summary = summarise(simulate(dialogues=3, seed=1))
    >>> summary.dialogues, summary.actions["goodbye"], list(summary.scripts)
    (3, 3, ['Latin'])
    """
    counts, kept = _Counts(), list[Dialogue]()
    for dialogue in corpus:
        counts.add(dialogue)
        if len(kept) < samples:
            kept.append(dialogue)
        if progress:
            progress(counts.turns)
    texts, turns = counts.texts, counts.turns
    return Summary(
        name=corpus.name,
        lengths=dict(counts.lengths),
        user_turns=Fraction(counts.user_turns, turns),
        several=Fraction(counts.several, turns),
        none=Fraction(counts.none, turns),
        responses=Fraction(counts.responses, turns),
        actions=dict(counts.actions.most_common()),
        facts=dict(counts.facts.most_common()),
        metadata=dict(counts.metadata.most_common()),
        words=texts.total(),
        seen_once=Fraction(sum(count == 1 for count in texts.values()), len(texts)),
        scripts=scripts(counts.letters),
        groups=dict(counts.groups.most_common()),
        samples=tuple(kept),
        skipped=dict(corpus.skipped),
    )


@dataclass(slots=True)
class _Counts:
    """What one pass counts."""

    turns: int = 0
    user_turns: int = 0
    several: int = 0
    none: int = 0
    responses: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    metadata: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)

    def add(self, dialogue: Dialogue) -> None:
        self.lengths[len(dialogue)] += 1
        self.turns += len(dialogue)
        self.metadata.update(dialogue.metadata.keys())
        if dialogue.group is not None:
            self.groups[dialogue.group] += 1
        for turn in dialogue:
            self.responses += turn.response is not None
            self.several += len(turn.actions) > 1
            self.none += not turn.actions
            self.actions.update(turn.actions)
            self.facts.update(without_candidates(turn.facts).keys())
            if turn.user is not None:
                self.user_turns += 1
                self.texts.update(words(turn.user))
                self.letters.update(turn.user)
