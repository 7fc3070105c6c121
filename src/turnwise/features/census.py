"""A census of a corpus: what encoders and action spaces are learned from, counted in one pass."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from turnwise.config import EncoderConfig
from turnwise.dialogue import Dialogue, Fact
from turnwise.features.encoder import TurnEncoder
from turnwise.features.facts import learn_facts
from turnwise.features.previous_actions import PreviousActions
from turnwise.features.user_words import UserWords
from turnwise.features.words import words
from turnwise.vocabulary import ActionSpace, Vocabulary

# So many values of a fact, and replies of an action, are told apart: without a bound memory would have none.
_MOST_VALUES = 10_000
_MOST_RESPONSES = 1_000


@dataclass(slots=True)
class Census:
    """Counts over the dialogues of a training part."""

    dialogues: int = 0
    turns: int = 0
    words: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    actions_a_turn: Counter[int] = field(default_factory=Counter)
    facts: dict[str, Counter[Fact]] = field(default_factory=dict)
    responses: dict[str, Counter[str]] = field(default_factory=dict)
    _hash: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    @classmethod
    def of(cls, dialogues: Iterable[Dialogue]) -> Census:
        """Count all dialogues."""
        census = cls()
        for dialogue in dialogues:
            census.add(dialogue)
        return census

    def add(self, dialogue: Dialogue) -> None:
        """Count one more dialogue."""
        self.dialogues += 1
        self.turns += len(dialogue)
        for turn in dialogue:
            self._hash.update(repr((turn.user, turn.actions, sorted(turn.facts.items()))).encode())
            if turn.user is not None:
                self.words.update(words(turn.user))
            self.actions.update(turn.actions)
            self.actions_a_turn[len(turn.actions)] += 1
            for name, value in turn.facts.items():
                _count(self.facts.setdefault(name, Counter()), value, _MOST_VALUES)
            if turn.response is not None:
                for action in turn.actions:
                    _count(self.responses.setdefault(action, Counter()), turn.response, _MOST_RESPONSES)
        self._hash.update(b"\n")

    @property
    def fingerprint(self) -> str:
        """A hash of all that was counted, in order: the same corpus has the same."""
        return str(self._hash.hexdigest())

    def action_space(self) -> ActionSpace:
        """Return the actions seen; a turn takes exactly one only where every turn did."""
        return ActionSpace(
            Vocabulary.from_counts(self.actions),
            multi=set(self.actions_a_turn) != {1},
            may_be_empty=self.actions_a_turn[0] > 0,
        )

    def encoder(self, config: EncoderConfig) -> TurnEncoder:
        """Return the encoder that this corpus teaches: words, previous actions, facts."""
        vocabulary = Vocabulary.from_counts(self.words, config.min_count, config.max_words)
        return TurnEncoder(
            [
                UserWords(vocabulary),
                PreviousActions(Vocabulary.from_counts(self.actions)),
                learn_facts(self.facts, config),
            ]
        )

    def most_frequent_responses(self) -> dict[str, str]:
        """Return each action's most frequent response, the first in order of text among equals."""
        return {
            action: min(counts, key=lambda text: (-counts[text], text))
            for action, counts in self.responses.items()
        }


def _count(counter: Counter[Any], value: Any, most: int) -> None:
    if value in counter or len(counter) < most:
        counter[value] += 1
