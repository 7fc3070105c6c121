"""Law 4: loss and metrics are sum(weight * value) / sum(weight)."""

from collections import Counter

import numpy as np
import pytest

from support.corpora import QUICK
from support.layouts import LAYOUTS, drinks_corpus
from turncast.backend import ops
from turncast.features import Batches, CorpusStatistics, encode
from turncast.network import build_network
from turncast.training.dev_metrics import dev_metrics
from turncast.training.step import make_optimizer, make_step, mean_loss, turn_losses

pytestmark = pytest.mark.quick


def encoded(corpus, network):
    statistics = CorpusStatistics.from_corpus(corpus, network)
    space = statistics.action_space()
    return encode(corpus, statistics.encoder(network.words), space, network), space


@pytest.mark.parametrize("multi", [False, True])
def test_the_loss_is_the_weighted_mean(multi):
    generator = np.random.default_rng(2)
    logits = generator.normal(size=(3, 4, 5)).astype(np.float32)
    targets = generator.integers(0, 5, (3, 4, 1)).astype(np.int32)
    weights = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]], np.float32)
    loss = float(mean_loss(turn_losses(targets, logits, multi), weights))
    total = 0.0
    for row, turn in zip(*np.nonzero(weights), strict=True):
        bits = np.eye(5)[targets[row, turn, 0]]
        if multi:
            p = 1 / (1 + np.exp(-logits[row, turn].astype(float)))
            total += -np.mean(bits * np.log(p) + (1 - bits) * np.log(1 - p))
        else:
            p = np.exp(logits[row, turn].astype(float))
            total += -np.log((p / p.sum()) @ bits)
    assert loss == pytest.approx(total / weights.sum(), rel=1e-5)


@pytest.mark.parametrize("multi", [False, True])
def test_the_logits_of_every_layout_are_judged_answer_by_answer(multi):
    """(B, T, k, A) and (B, A) hold the same answers as (B, N, A)."""
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(2, 6, 4)).astype(np.float32)
    targets = generator.integers(0, 4, (2, 6, 1)).astype(np.int32)
    whole = np.asarray(turn_losses(targets, logits, multi))
    ahead = turn_losses(targets, logits.reshape(2, 3, 2, 4), multi)
    np.testing.assert_array_equal(np.asarray(ahead), whole)
    one = turn_losses(targets[:, :1], logits[:, 0], multi)
    np.testing.assert_allclose(np.asarray(one), whole[:, :1], rtol=1e-6)


@pytest.mark.parametrize("multi", [False, True])
def test_values_in_padding_do_not_matter(multi):
    generator = np.random.default_rng(4)
    logits = generator.normal(size=(2, 3, 4)).astype(np.float32)
    targets = generator.integers(0, 4, (2, 3, 2)).astype(np.int32)
    weights = np.array([[1, 0, 0], [1, 1, 0]], np.float32)
    padded = weights == 0
    before = float(mean_loss(turn_losses(targets, logits, multi), weights))
    logits[padded], targets[padded] = 50.0, 3
    assert float(mean_loss(turn_losses(targets, logits, multi), weights)) == pytest.approx(before, rel=1e-6)


def test_an_unknown_or_padded_target_names_no_action():
    logits = np.zeros((1, 1, 3), np.float32)
    losses = [float(ops.sum(turn_losses(np.full((1, 1, 1), target), logits, False))) for target in (2, 3, 4)]
    assert losses == [pytest.approx(np.log(3)), 0.0, 0.0]


@pytest.mark.parametrize("batch_turns", [3, 7, 1000])
@pytest.mark.parametrize("words", ["bits", "mean"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_answer_is_in_one_batch_and_no_padding_is_counted(layout, words, batch_turns):
    corpus, network = drinks_corpus(dialogues=11), LAYOUTS[layout].model_copy(update={"words": words})
    arrays, space = encoded(corpus, network)
    batches = Batches(arrays, batch_turns)
    examples = [network.layout_row.example(dialogue) for dialogue in corpus]
    targets = [answer for example in examples for row in example.targets for answer in row]
    rights, answers = Counter(action for answer in targets for action in answer), len(targets)
    for made in (list(batches.in_order()), list(batches.shuffled(np.random.default_rng(0)))):
        assert sum(batch.num_targets for batch in made) == batches.num_targets == answers
        assert batches.num_decisions * batches.horizon == answers
        assert sum(batch.num_turns for batch in made) == batches.num_turns
        counted = np.zeros(len(space) + 2, int)
        for batch in made:
            assert set(np.unique(batch.weights)) <= {0.0, 1.0}
            assert (batch.targets[batch.weights == 0] == arrays.num_actions + 1).all()
            counted += np.bincount(batch.targets[batch.weights == 1].ravel(), minlength=len(space) + 2)
        assert counted[: len(space)].tolist() == [rights[action] for action in space]


@pytest.mark.parametrize("batch_turns", [3, 7, 1000])
@pytest.mark.parametrize("words", ["bits", "mean"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_turn_that_is_read_is_in_one_batch_before_its_answers(layout, words, batch_turns):
    """Each row of a batch is one dialogue's turns, then padding; beside it are that dialogue's answers."""
    corpus, network = drinks_corpus(dialogues=11), LAYOUTS[layout].model_copy(update={"words": words})
    statistics = CorpusStatistics.from_corpus(corpus, network)
    encoder, space = statistics.encoder(words), statistics.action_space()
    batches = Batches(encode(corpus, encoder, space, network), batch_turns)
    expected = []
    for dialogue in corpus:
        example, memory, turns = network.layout_row.example(dialogue), encoder.start(), []
        for turn in example.turns:
            encoded, memory = encoder.encode(turn, memory)
            turns.append(encoded)
        indices = [tuple(sorted(space.indices(answer))) for row in example.targets for answer in row]
        expected.append((tuple((tuple(t.bits), tuple(t.tokens)) for t in turns), tuple(indices)))
    encoded_dialogues = []
    for batch in batches.in_order():
        tokens = batch.inputs.get("tokens", np.zeros((*batch.inputs["bits"].shape[:2], 0), np.int32))
        for row in range(len(batch.weights)):
            bits = [tuple(turn[turn < encoder.width].tolist()) for turn in batch.inputs["bits"][row]]
            read = [tuple(turn[turn > 0].tolist()) for turn in tokens[row]]
            real = sum(map(bool, bits))  # a turn has a bit at least: of the previous actions
            assert not any(bits[real:])
            assert not any(read[real:])
            if "mask" in batch.inputs:
                assert batch.inputs["mask"][row].tolist() == [True] * real + [False] * (len(bits) - real)
            targets = batch.targets[row][batch.weights[row] == 1]
            answers = tuple(tuple(answer[answer <= len(space)].tolist()) for answer in targets)
            if real or answers:
                encoded_dialogues.append((tuple(zip(bits[:real], read[:real], strict=True)), answers))
    assert sorted(encoded_dialogues) == sorted(expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_dev_figures_do_not_depend_on_the_batches(layout):
    corpus, network = drinks_corpus(dialogues=11), LAYOUTS[layout]
    arrays, space = encoded(corpus, network)
    sizes = {"num_features": arrays.num_features, "num_tokens": 0, "num_actions": len(space)}
    model = build_network(network, **sizes, multi=space.multi, seed=1)
    figures = []
    for batch_turns in (3, 8, 200):
        batches = Batches(arrays, batch_turns)
        step = make_step(model, make_optimizer(QUICK), QUICK, space.multi)
        figures.append(dev_metrics(batches, batches.in_order(), step.probabilities, space))
    for figure in figures[1:]:
        assert figure["dev_turn_accuracy"] == figures[0]["dev_turn_accuracy"]
        assert figure["dev_loss"] == pytest.approx(figures[0]["dev_loss"], rel=1e-5)


def test_only_the_first_answer_of_a_row_is_judged_while_training():
    """A model that foresees nothing but the first answers has them all right; its loss tells the rest."""
    corpus, network = drinks_corpus(dialogues=4), LAYOUTS["many-to-many-1"]
    arrays, space = encoded(corpus, network)
    batches = Batches(arrays, 1000)

    def probabilities(batch):
        rows, turns, _ = batch.inputs["bits"].shape
        right = np.minimum(batch.targets[..., 0], len(space) - 1).reshape(rows, turns, 3)
        right[..., 1:] = (right[..., 1:] + 1) % len(space)
        return np.eye(len(space), dtype=np.float32)[right]

    record = dev_metrics(batches, batches.in_order(), probabilities, space)
    assert record["dev_turn_accuracy"] == 1.0
    assert record["dev_loss"] == pytest.approx(-np.log(1e-9) * 2 / 3, rel=1e-3)
