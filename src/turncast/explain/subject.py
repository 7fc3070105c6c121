"""The network that is shown, and one real batch to run it on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from turncast.config import EncoderConfig, NetworkConfig
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.features import Batch, Batches, CorpusStatistics, TurnEncoder, encode
from turncast.policy import Policy
from turncast.runtime import split_members
from turncast.runtime.weights import apply_temperature
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Subject:
    """A network, and a batch of dialogues to run it on.

    Attributes:
        config: the network's configuration.
        model: the Keras model.
        batch: one real batch.
        name: the name of the corpus.
        num_features: F.
        num_actions: A.
        num_tokens: V, 0 where words are bits.
    """

    config: NetworkConfig
    model: Any
    batch: Batch
    name: str
    num_features: int
    num_actions: int
    num_tokens: int

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each axis letter, such as B and T."""
        bits = self.batch.inputs["bits"].shape
        sizes = {"B": bits[0], "T": bits[1], "K": bits[2], "F": self.num_features, "E": self.config.bit_units}
        if self.num_tokens:
            words = self.batch.inputs["tokens"].shape[2]
            sizes |= {"W": words, "V": self.num_tokens, "D": self.config.word_units}
        if self.config.layout_row.decoder:
            sizes["k"] = self.config.layout_row.horizon
        return sizes | {"H": self.config.units, "A": self.num_actions}


def build_subject(
    corpus: Corpus,
    network: NetworkConfig | None = None,
    encoder: EncoderConfig | None = None,
    *,
    policy: Policy | None = None,
    dialogues: int = 8,
) -> Subject:
    """Build the network that would be trained on a corpus, or a policy's network, and a batch of dialogues.

    Args:
        corpus: the dialogues; without a policy, the vocabularies are learned from it as well.
        network: the network's configuration, without a policy.
        encoder: the encoder's configuration, without a policy.
        policy: the trained policy to show.
        dialogues: the number of dialogues in the batch: the first of the corpus.

    Raises:
        CorpusError: for a corpus that does not fit the layout.
        MissingExtra: where Keras is not installed.
    """
    from turncast.network import build_network, write_weights

    config = policy.config if policy else network or NetworkConfig()
    corpus = config.layout_row.labelled(corpus)
    first: list[Dialogue] = list(islice(corpus, dialogues))
    space, turns = _space_and_encoder(corpus, config, encoder or EncoderConfig(), policy)
    model = build_network(
        config,
        num_features=turns.width,
        num_tokens=turns.num_tokens,
        num_actions=len(space),
        multi=space.multi,
        seed=1,
    )
    if policy:
        weights = split_members(policy.weights, policy.members)[0]
        write_weights(model, apply_temperature(weights, policy.decision.temperature))
    batch = Batches(encode(first, turns, space, config), 1_000_000).single_batch()
    return Subject(config, model, batch, corpus.name, turns.width, len(space), turns.num_tokens)


def _space_and_encoder(
    corpus: Corpus, config: NetworkConfig, encoder: EncoderConfig, policy: Policy | None
) -> tuple[ActionSpace, TurnEncoder]:
    if policy:
        return policy.space, policy.encoder
    statistics = CorpusStatistics.from_corpus(corpus, config, encoder)
    return statistics.action_space(), statistics.encoder(config.words)
