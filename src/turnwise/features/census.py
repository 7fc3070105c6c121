"""A census of a corpus: what encoders and action spaces are learned from, counted in one pass."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from turnwise.config import EncoderConfig, NetworkConfig
from turnwise.dialogue import Dialogue, Fact
from turnwise.features.block import Block
from turnwise.features.encoder import TurnEncoder
from turnwise.features.facts import learn_facts
from turnwise.features.previous_actions import PreviousActions
from turnwise.features.tokens import learn_tokens
from turnwise.features.user_words import UserWords
from turnwise.features.words import words
from turnwise.layouts import Actions, Lesson, lesson
from turnwise.vocabulary import ActionSpace, Vocabulary

# So many values of a fact, and replies of an action, are told apart: without a bound memory would have none.
_MOST_VALUES = 10_000
_MOST_RESPONSES = 1_000


@dataclass(slots=True)
class Census:
    """Counts over the dialogues of a training part.

    Attributes:
        dialogues: how many there are.
        turns: how many turns they have.
        words: of the users, in the turns that are read.
        actions: taken in the turns that are read.
        facts: how often each value was seen in the turns that are read.
        answers: how often each answer, a set of actions, is right.
        responses: the surface texts of each action.
    """

    dialogues: int = 0
    turns: int = 0
    words: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: dict[str, Counter[Fact]] = field(default_factory=dict)
    answers: Counter[Actions] = field(default_factory=Counter)
    responses: dict[str, Counter[str]] = field(default_factory=dict)
    _hash: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    @classmethod
    def of(cls, dialogues: Iterable[Dialogue], config: NetworkConfig | None = None) -> Census:
        """Count all dialogues, as a network of that layout reads them."""
        census, config = cls(), config or NetworkConfig()
        for dialogue in dialogues:
            census.add(dialogue, lesson(config, dialogue))
        return census

    def add(self, dialogue: Dialogue, lesson: Lesson) -> None:
        """Count one more dialogue: what the lesson holds, and for the fingerprint and the responses all."""
        self.dialogues += 1
        self.turns += len(dialogue)
        for turn in lesson.turns:
            if turn.user is not None:
                self.words.update(words(turn.user))
            self.actions.update(turn.actions)
            for name, value in turn.facts.items():
                _count(self.facts.setdefault(name, Counter()), value, _MOST_VALUES)
        for row in lesson.answers:
            self.answers.update(row)
        for turn in dialogue:
            self._hash.update(repr((turn.user, turn.actions, sorted(turn.facts.items()))).encode())
            if turn.response is not None:
                for action in turn.actions:
                    _count(self.responses.setdefault(action, Counter()), turn.response, _MOST_RESPONSES)
        if dialogue.metadata:
            self._hash.update(repr(sorted(dialogue.metadata.items())).encode())
        self._hash.update(b"\n")

    @property
    def fingerprint(self) -> str:
        """A hash of all that was counted, in order: the same corpus has the same."""
        return str(self._hash.hexdigest())

    def action_space(self) -> ActionSpace:
        """Return the actions of the answers; an answer is exactly one action only where every one was."""
        counts, sizes = Counter[str](), set[int]()
        for answer, count in self.answers.items():
            sizes.add(len(answer))
            for action in answer:
                counts[action] += count
        return ActionSpace(Vocabulary.from_counts(counts), multi=sizes != {1}, may_be_empty=0 in sizes)

    def encoder(self, config: EncoderConfig, words: str = "bits") -> TurnEncoder:
        """Return the encoder that this corpus teaches: words, previous actions, facts.

        Args:
            config: what is seen.
            words: how the network reads the users' words: as `bits`, or in order, as tokens.
        """
        blocks: list[Block] = [
            PreviousActions(Vocabulary.from_counts(self.actions)),
            learn_facts(self.facts, config),
        ]
        if words != "bits":
            return TurnEncoder(blocks, learn_tokens(self.words, config))
        vocabulary = Vocabulary.from_counts(self.words, config.min_count, config.max_words)
        return TurnEncoder([UserWords(vocabulary), *blocks])

    def most_frequent_responses(self) -> dict[str, str]:
        """Return each action's most frequent response, the first in order of text among equals."""
        return {
            action: min(counts, key=lambda text: (-counts[text], text))
            for action, counts in self.responses.items()
        }


def _count(counter: Counter[Any], value: Any, most: int) -> None:
    if value in counter or len(counter) < most:
        counter[value] += 1
