"""Weights of answers by how rare their actions are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast import Corpus, Dialogue, NetworkConfig, TrainConfig, Turn
from turncast.config import Configuration
from turncast.features import CorpusStatistics, encode
from turncast.training.class_weights import class_weights
from turncast.training.prepare import prepare

ACTIONS = st.lists(st.lists(st.sampled_from("abcd"), max_size=3, unique=True), min_size=1, max_size=30)


def corpus_of(answers):
    return Corpus("c", [Dialogue(str(n), [Turn("hi", tuple(actions))]) for n, actions in enumerate(answers)])


def weights_of(answers, exponent):
    corpus = corpus_of(answers)
    statistics = CorpusStatistics.from_corpus(corpus)
    return class_weights(encode(corpus, statistics.encoder(), statistics.action_space()), exponent)


@pytest.mark.quick
@given(ACTIONS, st.floats(0, 1))
def test_their_mean_is_one_and_the_rare_weigh_more(answers, exponent):
    weights = weights_of(answers, exponent)
    assert weights.mean() == pytest.approx(1, rel=1e-5)
    assert (weights > 0).all()
    kinds = [tuple(answer) or ("nothing",) for answer in answers]
    counts = {name: sum(name in kind for kind in kinds) for kind in kinds for name in kind}
    raw = np.array([np.mean([counts[name] ** -exponent for name in kind]) for kind in kinds])
    np.testing.assert_allclose(weights, raw / raw.mean(), rtol=1e-5)


def test_padding_never_counts_and_dev_answers_all_weigh_the_same():
    corpus = Corpus(
        "c", [Dialogue(str(n), [Turn("hi", ("ab"[n % 3 > 1],))] * (1 + n % 4)) for n in range(15)]
    )
    network, config = NetworkConfig(), TrainConfig(class_weights=0.5, batch_turns=12)
    data = prepare(corpus, corpus, Configuration(network=network, training=config))
    total = 0.0
    for batch in data.train.in_order():
        padded = batch.targets[..., 0] == len(data.space) + 1
        assert padded.any() or batch.weights.all()
        assert (batch.weights[padded] == 0).all()
        assert (batch.weights[~padded] > 0).all()
        total += float(batch.weights.sum())
    assert total == pytest.approx(data.train.num_targets, rel=1e-5)
    for batch in data.dev.in_order():
        assert set(np.unique(batch.weights)) <= {0.0, 1.0}
