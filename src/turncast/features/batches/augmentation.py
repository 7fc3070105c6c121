"""Input augmentation: word, turn, fact and value dropout, and scheduled sampling of previous actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.batches.augmentation_tables import AugmentationTables
from turncast.features.text.tokens import PADDING, UNKNOWN

Inputs = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Augmentation:
    """The shares of a batch's inputs that training changes at random; shapes and targets stay.

    Attributes:
        word_dropout: share of the users' words that become unknown (Iyyer et al., 2015), so that the network
            also learns the unknown word where the training part has few.
        turn_dropout: share of the turns whose words all become unknown (Shalyminov and Lee, 2018), so that
            the network also learns to use the rest of the input.
        fact_dropout: share of the facts that are removed.
        value_dropout: share of the slots, in each dialogue, whose values become unknown: their words are
            unknown, and the bits of the slot are not set.
        scheduled_sampling: share of the turns after a first turn whose previous actions are replaced by
            `predicted_actions`, and the previous response by the usual response of these.
        predicted_actions: the predicted previous actions of each turn of the corpus, (turns, L); A fills up,
            -1 marks a first turn.
    """

    word_dropout: float = 0.0
    turn_dropout: float = 0.0
    fact_dropout: float = 0.0
    value_dropout: float = 0.0
    scheduled_sampling: float = 0.0
    predicted_actions: NDArray[np.int32] | None = None

    def apply(
        self,
        inputs: Inputs,
        tables: AugmentationTables,
        turns: NDArray[np.int64],
        generator: np.random.Generator,
    ) -> Inputs:
        """Return the inputs of a batch, augmented.

        Args:
            inputs: by name: `bits` (B, T, K) and, where words are read in order, `tokens` (B, T, W).
            tables: the tables of the encoder that made them.
            turns: the index of each turn in the corpus, (B, T); -1 is padding.
            generator: the source of randomness.
        """
        if self.value_dropout:
            inputs = self._drop_values(inputs, tables, generator)
        bits = inputs["bits"]
        in_turn = (
            generator.random((*bits.shape[:2], 1), np.float32) < self.turn_dropout
            if self.turn_dropout
            else False
        )
        dropped = generator.random(bits.shape, np.float32) < self.word_dropout
        augmented = inputs | {"bits": np.where(dropped | in_turn, tables.unknown_words[bits], bits)}
        if (tokens := inputs.get("tokens")) is not None:
            dropped = generator.random(tokens.shape, np.float32) < self.word_dropout
            augmented["tokens"] = np.where(
                (dropped | in_turn) & (tokens != PADDING), np.int32(UNKNOWN), tokens
            )
        if self.fact_dropout:
            is_fact = (bits >= tables.facts.start) & (bits < tables.facts.stop)
            dropped = generator.random(bits.shape, np.float32) < self.fact_dropout
            augmented["bits"] = np.where(dropped & is_fact, tables.num_features, augmented["bits"])
        if self.scheduled_sampling and self.predicted_actions is not None:
            chosen = (generator.random(turns.shape, np.float32) < self.scheduled_sampling) & (turns >= 0)
            chosen[chosen] = self.predicted_actions[turns[chosen], 0] >= 0
            actions = self.predicted_actions[turns[chosen]]
            augmented["bits"][chosen] = _replace_previous(augmented["bits"][chosen], tables, actions)
        return augmented

    def _drop_values(
        self, inputs: Inputs, tables: AugmentationTables, generator: np.random.Generator
    ) -> Inputs:
        """Return the inputs with, in each dialogue, the values of other slots unknown."""
        augmented = dict(inputs)
        for bits, tokens in zip(tables.unknown_values, tables.unknown_value_tokens, strict=True):
            chosen = generator.random((len(augmented["bits"]), 1, 1), np.float32) < self.value_dropout
            for name, table in (("bits", bits), ("tokens", tokens)):
                if name in augmented:
                    augmented[name] = np.where(chosen, table[augmented[name]], augmented[name])
        return augmented


def _replace_previous(
    bits: NDArray[np.int32], tables: AugmentationTables, actions: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return the bits (C, K) of turns with the previous actions (C, L) in place of theirs.

    K stays: the other bits of a turn come first, and the last bits are cut off where there are too many.
    """
    padding = tables.num_features
    others = np.where(tables.previous_turn[bits], padding, bits)
    replaced = np.swapaxes(tables.previous_actions[actions], 1, 2)  # (C, M, L): all actions before all words
    replaced = replaced.reshape(len(actions), actions.shape[1] * replaced.shape[1])
    both = np.concatenate([others, replaced], axis=1)
    order = np.argsort(both == padding, axis=1, kind="stable")[:, : bits.shape[1]]
    return np.take_along_axis(both, order, axis=1)
