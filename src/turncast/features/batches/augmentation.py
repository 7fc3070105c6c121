"""Input augmentation: word, turn, fact and value dropout, and scheduled sampling of previous actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.batches.encoded_corpus import EncodedCorpus
from turncast.features.text.tokens import PADDING, UNKNOWN

Inputs = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Augmentation:
    """Shares of what a batch is told otherwise; shapes stay, and so do the targets.

    Attributes:
        words: of the users' words, made unknown (Iyyer et al., 2015): the unknown word is learned too where
            the training part holds few such words.
        turns: of the turns, all words of which are made unknown, as in turn dropout (Shalyminov and Lee,
            2018): the answer must then come from all else.
        facts: of the facts, left out.
        own: of the turns that have one before them: they are told that the network's own actions were taken
            there, and said what they usually say.
        previous: these actions for each turn of the corpus, (turns, L), A fills up; -1 where no turn is
            before.
        values: of the slots, in each dialogue, whose values are unknown there: their words are unknown, and
            nothing is noted of them.
    """

    words: float = 0.0
    turns: float = 0.0
    facts: float = 0.0
    own: float = 0.0
    previous: NDArray[np.int32] | None = None
    values: float = 0.0

    def apply(
        self, inputs: Inputs, encoded: EncodedCorpus, turns: NDArray[np.int64], generator: np.random.Generator
    ) -> Inputs:
        """Return the inputs of a batch as the network is told them.

        Args:
            inputs: by name: `bits` (B, T, K) and, where words are read in order, `tokens` (B, T, W).
            encoded: the corpus that they are of.
            turns: the number of each turn in the corpus, (B, T); -1 is padding.
            generator: the source of chance.
        """
        if self.values:
            inputs = self._without_values(inputs, encoded, generator)
        bits = inputs["bits"]
        silenced = generator.random((*bits.shape[:2], 1), np.float32) < self.turns if self.turns else False
        hidden = generator.random(bits.shape, np.float32) < self.words
        told = inputs | {"bits": np.where(hidden | silenced, encoded.without_words[bits], bits)}
        if (tokens := inputs.get("tokens")) is not None:
            hidden = generator.random(tokens.shape, np.float32) < self.words
            told["tokens"] = np.where((hidden | silenced) & (tokens != PADDING), np.int32(UNKNOWN), tokens)
        if self.facts:
            left_out = generator.random(bits.shape, np.float32) < self.facts
            told["bits"] = np.where(left_out & _in(encoded.facts, bits), encoded.num_features, told["bits"])
        if self.own and self.previous is not None:
            chosen = (generator.random(turns.shape, np.float32) < self.own) & (turns >= 0)
            chosen[chosen] = self.previous[turns[chosen], 0] >= 0
            told["bits"][chosen] = _retold(told["bits"][chosen], encoded, self.previous[turns[chosen]])
        return told

    def _without_values(
        self, inputs: Inputs, encoded: EncodedCorpus, generator: np.random.Generator
    ) -> Inputs:
        """Return the inputs of dialogues in each of which the values of other slots are unknown."""
        assert encoded.bits_without_values is not None  # `encode` knows both
        assert encoded.tokens_without_values is not None
        told = dict(inputs)
        for bits, tokens in zip(encoded.bits_without_values, encoded.tokens_without_values, strict=True):
            chosen = generator.random((len(told["bits"]), 1, 1), np.float32) < self.values
            for name, become in (("bits", bits), ("tokens", tokens)):
                if name in told:
                    told[name] = np.where(chosen, become[told[name]], told[name])
        return told


def _retold(bits: NDArray[np.int32], encoded: EncodedCorpus, own: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return (C, K) bits told of the actions (C, L) as far as there is room; what else is seen goes first."""
    assert encoded.of_the_turn_before is not None  # `encode` knows both
    assert encoded.told is not None
    others = np.where(encoded.of_the_turn_before[bits], encoded.num_features, bits)
    told = np.swapaxes(encoded.told[own], 1, 2)  # (C, M, L): all actions before all words
    both = np.concatenate([others, told.reshape(len(own), own.shape[1] * told.shape[1])], axis=1)
    order = np.argsort(both == encoded.num_features, axis=1, kind="stable")[:, : bits.shape[1]]
    return np.take_along_axis(both, order, axis=1)


def _in(block: range, bits: NDArray[np.int32]) -> NDArray[np.bool_]:
    return (bits >= block.start) & (bits < block.stop)
