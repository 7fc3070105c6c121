"""Corpus statistics: the counts from which encoders and action spaces are learned."""

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
from turncast.features.blocks.user_ngrams import (
    UserCharacterTrigrams,
    UserWordBigrams,
    character_trigrams,
    word_bigrams,
)
from turncast.features.blocks.user_vectors import learn_user_vectors
from turncast.features.blocks.user_words import UserWords
from turncast.features.encoder import TurnEncoder
from turncast.features.responses.learn_responder import ResponderCounts, learn_slot_values
from turncast.features.text.slot_values import SlotValues
from turncast.features.text.tokens import learn_tokens
from turncast.features.text.vectors import Vectors, open_vectors
from turncast.features.text.vectors.load import CACHED
from turncast.layouts import Actions, Example
from turncast.vocabulary import ActionSpace, Vocabulary

# The most different values that are counted of a fact, and responses of an action, so that memory is bounded.
_MAX_VALUES = 10_000
_MAX_RESPONSES = 1_000


@dataclass(slots=True)
class CorpusStatistics:
    """Counts over the dialogues of a training part.

    Attributes:
        config: the encoder's settings; only the inputs that it asks for are counted.
        slot_values: the values that are replaced by the name of their slot.
        vectors: the vectors of texts, where the config asks for them.
        num_dialogues: the number of dialogues.
        num_turns: the number of their turns.
        num_texts: the number of turns with user text that the network reads.
        words: the users' words, in the turns that the network reads.
        word_bigrams: pairs of neighbouring words of the users.
        character_trigrams: runs of three characters in the users' words.
        texts: the first different texts of the users, where there are vectors.
        response_words: the system's words.
        actions: the actions in the turns that the network reads.
        facts: the values of each fact in the turns that the network reads.
        targets: the targets; each is a set of actions.
        responses: the texts of each action, where it was taken alone.
        set_responses: the texts of each set of several actions, in order of name.
        responder_counts: how often each source had the value of a placeholder.
    """

    config: EncoderConfig = field(default_factory=EncoderConfig)
    slot_values: SlotValues = field(default_factory=SlotValues)
    vectors: Vectors | None = None
    num_dialogues: int = 0
    num_turns: int = 0
    num_texts: int = 0
    words: Counter[str] = field(default_factory=Counter)
    word_bigrams: Counter[str] = field(default_factory=Counter)
    character_trigrams: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    response_words: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: dict[str, Counter[Fact]] = field(default_factory=dict)
    targets: Counter[Actions] = field(default_factory=Counter)
    responses: dict[str, Counter[str]] = field(default_factory=dict)
    set_responses: dict[Actions, Counter[str]] = field(default_factory=dict)
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
        """Return the counts of a corpus as a network reads it, in two passes over the dialogues.

        The first pass learns the values of slots, which the second replaces in the texts that it counts.
        """
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
        """Return empty statistics, with the given slot values and those learned from the dialogues."""
        config = config or EncoderConfig()
        vectors = open_vectors(config.vectors) if config.vectors else None
        statistics = cls(config, learn_slot_values(dialogues if config.learn_values else (), values), vectors)
        if vectors:
            statistics._hash.update(vectors.sha256.encode())
        if values:
            statistics._hash.update(repr(sorted(values.items())).encode())
        return statistics

    def add(self, dialogue: Dialogue, example: Example) -> None:
        """Count one more dialogue.

        Args:
            dialogue: all its turns count for the fingerprint and the responses.
            example: what the network reads of it, and the targets: these count for all else.
        """
        self.num_dialogues += 1
        self.num_turns += len(dialogue)
        for turn in example.turns:
            if turn.user is not None:
                self.num_texts += 1
                self._count_words(turn.user)
            if turn.response is not None and self.config.last_response:
                self.response_words.update(self.slot_values.parse(turn.response).words)
            self.actions.update(turn.actions)
            for name, value in without_candidates(turn.facts).items():
                _count(self.facts.setdefault(name, Counter()), value, _MAX_VALUES)
        for row in example.targets:
            self.targets.update(row)
        for turn in dialogue:
            self._hash.update(repr((turn.user, turn.actions, sorted(turn.facts.items()))).encode())
            if turn.response is not None:
                self._count_response(turn.actions, turn.response)
        if dialogue.metadata:
            self._hash.update(repr(sorted(dialogue.metadata.items())).encode())
        self._hash.update(b"\n")
        self.responder_counts.add(dialogue)

    def _count_response(self, actions: Actions, text: str) -> None:
        if len(actions) == 1:
            _count(self.responses.setdefault(actions[0], Counter()), text, _MAX_RESPONSES)
        elif actions and (key := tuple(sorted(actions))) in self.set_responses:
            _count(self.set_responses[key], text, _MAX_RESPONSES)
        elif actions and len(self.set_responses) < _MAX_VALUES:
            self.set_responses[key] = Counter([text])

    def _count_words(self, text: str) -> None:
        words = self.slot_values.parse(text).words
        self.words.update(words)
        if self.config.word_bigrams:
            self.word_bigrams.update(word_bigrams(words))
        if self.config.character_trigrams:
            self.character_trigrams.update(character_trigrams(words))
        if self.vectors and words:
            _count(self.texts, text, CACHED)

    @property
    def fingerprint(self) -> str:
        """The hash of the counted dialogues, in order, and of the given slot values and vectors."""
        return str(self._hash.hexdigest())

    def action_space(self) -> ActionSpace:
        """Return the actions of the targets; single-label where every target has exactly one action."""
        counts, sizes = Counter[str](), set[int]()
        for target, count in self.targets.items():
            sizes.add(len(target))
            for action in target:
                counts[action] += count
        return ActionSpace(Vocabulary.from_counts(counts), multi=sizes != {1}, may_be_empty=0 in sizes)

    def encoder(self, words: str = "bits") -> TurnEncoder:
        """Return the encoder learned from these counts.

        Args:
            words: the network setting `words`: with `bits` the users' words are bits, otherwise tokens.
        """
        responder = self.responder_counts.responder()
        if words != "bits":
            tokens = learn_tokens(self.words, self.config)
            return TurnEncoder(self._blocks(), tokens, self.slot_values, responder)
        user_words = UserWords(self._vocabulary(self.words))
        return TurnEncoder([user_words, *self._blocks()], None, self.slot_values, responder)

    def _blocks(self) -> Iterator[Block[Any]]:
        config, actions = self.config, Vocabulary.from_counts(self.actions)
        facts = learn_facts(self.facts, config)
        yield PreviousActions(actions)
        yield facts
        if config.word_bigrams:
            yield UserWordBigrams(self._vocabulary(self.word_bigrams))
        if config.character_trigrams:
            yield UserCharacterTrigrams(self._vocabulary(self.character_trigrams))
        if self.vectors and (vectors := learn_user_vectors(self.texts, self.vectors, config)):
            yield vectors
        if config.last_response and self.response_words:
            responses = self.most_frequent_responses().items()
            usual = {action: self.slot_values.parse(text).words for action, text in responses}
            yield LastResponse(self._vocabulary(self.response_words), usual)
        if config.past_actions:
            yield PastActions(actions)
        if config.position:
            yield Position()
        if config.persistent_facts:
            yield PersistentFacts(facts)
        if self.slot_values.slots:
            yield Slots(self.slot_values.slots)
            numbers = [name for name, values in sorted(self.facts.items()) if all(map(is_number, values))]
            if numbers:
                yield RemainingResults(tuple(numbers))

    def _vocabulary(self, counts: Counter[str]) -> Vocabulary:
        return Vocabulary.from_counts(counts, self.config.min_count, self.config.max_words)

    def most_frequent_responses(self) -> dict[str, str]:
        """Return each action's most frequent response, where it was taken alone if it ever was."""
        with_others: dict[str, Counter[str]] = {}
        for actions, counts in self.set_responses.items():
            for action in actions:
                if action not in self.responses:
                    with_others.setdefault(action, Counter()).update(counts)
        return {
            action: _most_frequent(counts) for action, counts in {**with_others, **self.responses}.items()
        }

    def most_frequent_set_responses(self) -> dict[Actions, str]:
        """Return the most frequent response of each set of several actions, which are in order of name."""
        return {actions: _most_frequent(counts) for actions, counts in self.set_responses.items()}


def _most_frequent(counts: Counter[str]) -> str:
    """Return the most frequent text, the first in order among equals."""
    return min(counts, key=lambda text: (-counts[text], text))


def _count(counter: Counter[Any], value: Any, most: int) -> None:
    if value in counter or len(counter) < most:
        counter[value] += 1
