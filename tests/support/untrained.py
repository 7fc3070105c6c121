"""Policies with random weights: for tests that need a network of some kind, and not what it learns."""

import numpy as np

from turncast import Corpus, EncoderConfig, NetworkConfig, Policy, TrainConfig
from turncast.config import Configuration
from turncast.network import build_network, read_weights
from turncast.policy import Card
from turncast.training.prepare import prepare


def untrained_policy(corpus: Corpus, network: NetworkConfig, seed: int = 3) -> Policy:
    """Return what `turncast.train` returns, but with random weights: nothing is compiled."""
    configuration = Configuration(EncoderConfig(), network, TrainConfig())
    corpus = network.layout_row.labelled(corpus)
    data = prepare(corpus, corpus, configuration)
    model = build_network(
        network,
        num_features=data.encoder.width,
        num_tokens=data.encoder.num_tokens,
        num_actions=len(data.space),
        multi=data.space.multi,
        seed=seed,
    )
    generator = np.random.default_rng(seed)
    weights = {
        name: (array + generator.normal(0, 0.1, array.shape)).astype(array.dtype)
        for name, array in read_weights(model).items()
    }
    return Policy(
        encoder=data.encoder,
        space=data.space,
        config=network,
        weights=weights,
        baselines=data.baselines,
        responses=data.responses,
        set_responses=data.set_responses,
        card=Card(corpus=data.corpus, train=TrainConfig(), encoder=configuration.encoder),
        histories=data.histories,
    )
