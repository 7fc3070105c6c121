"""A statistics of a corpus: what encoders and action spaces are learned from, counted in one pass."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.candidates import without_candidates
from turncast.config import EncoderConfig, NetworkConfig
from turncast.dialogue import Dialogue, Fact, is_number
from turncast.features.block import Block
from turncast.features.blocks.facts import learn_facts
from turncast.features.blocks.last_response import LastResponse
from turncast.features.blocks.past_actions import PastActions
from turncast.features.blocks.persistent_facts import PersistentFacts
from turncast.features.blocks.position import Position
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.features.blocks.remaining_results import RemainingResults
from turncast.features.blocks.slots import Slots
from turncast.features.blocks.user_ngrams import UserCharacters, UserPairs, pairs, runs
from turncast.features.blocks.user_vectors import learn_user_vectors
from turncast.features.blocks.user_words import UserWords
from turncast.features.encoder import TurnEncoder
from turncast.features.responses.learn_responder import ResponderCounts
from turncast.features.responses.learn_slot_values import learn_slot_values
from turncast.features.text.slot_values import SlotValues
from turncast.features.text.tokens import learn_tokens
from turncast.features.text.vectors import Vectors, open_vectors
from turncast.features.text.vectors.load import CACHED
from turncast.layouts import Actions, Example
from turncast.vocabulary import ActionSpace, Vocabulary

# So many values of a fact, and replies of an action, are told apart: without a bound memory would have none.
_MOST_VALUES = 10_000
_MOST_RESPONSES = 1_000


@dataclass(slots=True)
class CorpusStatistics:
    """Counts over the dialogues of a training part.

    Attributes:
        config: what is to be seen of a turn; what it does not ask for is not counted.
        slot_values: the values whose slots' names stand in their place.
        vectors: of texts, where the config asks for them.
        dialogues: how many there are.
        turns: how many turns they have.
        words: of the users, in the turns that are read.
        pairs: of neighbouring words of the users.
        characters: runs of them in the users' words.
        texts: of the users, the first of those that differ, where there are vectors.
        said: the words of the system.
        actions: taken in the turns that are read.
        facts: how often each value was seen in the turns that are read.
        answers: how often each answer, a set of actions, is right.
        responses: the surface texts of each action.
        responder_counts: which source had the value of each placeholder.
    """

    config: EncoderConfig = field(default_factory=EncoderConfig)
    slot_values: SlotValues = field(default_factory=SlotValues)
    vectors: Vectors | None = None
    dialogues: int = 0
    turns: int = 0
    words: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: dict[str, Counter[Fact]] = field(default_factory=dict)
    answers: Counter[Actions] = field(default_factory=Counter)
    responses: dict[str, Counter[str]] = field(default_factory=dict)
    responder_counts: ResponderCounts = field(init=False)
    _hash: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    def __post_init__(self) -> None:
        self.responder_counts = ResponderCounts(self.slot_values)

    @classmethod
    def from_corpus(
        cls,
        dialogues: Iterable[Dialogue],
        network: NetworkConfig | None = None,
        config: EncoderConfig | None = None,
    ) -> CorpusStatistics:
        """Count all dialogues, which are read twice, as a network of that layout reads them."""
        statistics, layout = cls.first_pass(dialogues, config), (network or NetworkConfig()).layout_row
        for dialogue in dialogues:
            statistics.add(dialogue, layout.example(dialogue))
        return statistics

    @classmethod
    def first_pass(
        cls,
        dialogues: Iterable[Dialogue],
        config: EncoderConfig | None = None,
        values: Mapping[str, Iterable[str]] | None = None,
    ) -> CorpusStatistics:
        """Return empty statistics that know the given slot values and those that responses fill in."""
        config = config or EncoderConfig()
        vectors = open_vectors(config.vectors) if config.vectors else None
        statistics = cls(config, learn_slot_values(dialogues if config.learn_values else (), values), vectors)
        if vectors:
            statistics._hash.update(vectors.sha256.encode())
        if values:
            statistics._hash.update(repr(sorted(values.items())).encode())
        return statistics

    def add(self, dialogue: Dialogue, example: Example) -> None:
        """Count one more dialogue: what the example holds, and for the fingerprint and the responses all."""
        self.dialogues += 1
        self.turns += len(dialogue)
        for turn in example.turns:
            if turn.user is not None:
                self._count_words(turn.user)
            if turn.response is not None and self.config.last_response:
                self.said.update(self.slot_values.read(turn.response).words)
            self.actions.update(turn.actions)
            for name, value in without_candidates(turn.facts).items():
                _count(self.facts.setdefault(name, Counter()), value, _MOST_VALUES)
        for row in example.targets:
            self.answers.update(row)
        for turn in dialogue:
            self._hash.update(repr((turn.user, turn.actions, sorted(turn.facts.items()))).encode())
            if turn.response is not None:
                for action in turn.actions:
                    _count(self.responses.setdefault(action, Counter()), turn.response, _MOST_RESPONSES)
        if dialogue.metadata:
            self._hash.update(repr(sorted(dialogue.metadata.items())).encode())
        self._hash.update(b"\n")
        self.responder_counts.add(dialogue)

    def _count_words(self, text: str) -> None:
        words = self.slot_values.read(text).words
        self.words.update(words)
        if self.config.word_pairs:
            self.pairs.update(pairs(words))
        if self.config.characters:
            self.characters.update(runs(words))
        if self.vectors and words:
            _count(self.texts, text, CACHED)

    @property
    def fingerprint(self) -> str:
        """A hash of all that was counted, in order, and of given values and vectors."""
        return str(self._hash.hexdigest())

    def action_space(self) -> ActionSpace:
        """Return the actions of the answers; an answer is exactly one action only where every one was."""
        counts, sizes = Counter[str](), set[int]()
        for answer, count in self.answers.items():
            sizes.add(len(answer))
            for action in answer:
                counts[action] += count
        return ActionSpace(Vocabulary.from_counts(counts), multi=sizes != {1}, may_be_empty=0 in sizes)

    def encoder(self, words: str = "bits") -> TurnEncoder:
        """Return the encoder that this corpus teaches.

        Args:
            words: how the network reads the users' words: as `bits`, or in order, as tokens.
        """
        responder = self.responder_counts.responder()
        if words != "bits":
            tokens = learn_tokens(self.words, self.config)
            return TurnEncoder(self._blocks(), tokens, self.slot_values, responder)
        user_words = UserWords(self._vocabulary(self.words))
        return TurnEncoder([user_words, *self._blocks()], None, self.slot_values, responder)

    def _blocks(self) -> Iterator[Block]:
        config, actions = self.config, Vocabulary.from_counts(self.actions)
        facts = learn_facts(self.facts, config)
        yield PreviousActions(actions)
        yield facts
        if config.word_pairs:
            yield UserPairs(self._vocabulary(self.pairs))
        if config.characters:
            yield UserCharacters(self._vocabulary(self.characters))
        if self.vectors and (vectors := learn_user_vectors(self.texts, self.vectors, config)):
            yield vectors
        if config.last_response and self.said:
            usual = self.most_frequent_responses().items()
            usual_words = {action: self.slot_values.read(text).words for action, text in usual}
            yield LastResponse(self._vocabulary(self.said), usual_words)
        if config.past_actions:
            yield PastActions(actions)
        if config.position:
            yield Position()
        if config.persistent_facts:
            yield PersistentFacts(facts)
        if self.slot_values.slots:
            yield Slots(self.slot_values.slots)
            numbers = [name for name, seen in sorted(self.facts.items()) if all(map(is_number, seen))]
            if numbers:
                yield RemainingResults(tuple(numbers))

    def _vocabulary(self, counts: Counter[str]) -> Vocabulary:
        return Vocabulary.from_counts(counts, self.config.min_count, self.config.max_words)

    def most_frequent_responses(self) -> dict[str, str]:
        """Return each action's most frequent response, the first in order of text among equals."""
        return {
            action: min(counts, key=lambda text: (-counts[text], text))
            for action, counts in self.responses.items()
        }


def _count(counter: Counter[Any], value: Any, most: int) -> None:
    if value in counter or len(counter) < most:
        counter[value] += 1
