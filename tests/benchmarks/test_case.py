"""How a corpus is cut, drawn from and counted."""

import pytest

import turncast
from benchmarks.protocols.case import ProtocolCase, cut, drawn, f1_without_listen, without_test
from turncast.metrics import ActionTally


def ids(corpus):
    return [dialogue.id for dialogue in corpus]


@pytest.mark.quick
def test_each_seed_draws_its_own_dialogues_in_the_order_of_the_corpus():
    corpus = turncast.simulate(dialogues=40, seed=1).load()
    draws = {seed: ids(drawn(corpus, 10, seed)) for seed in range(1, 6)}
    assert {len(set(drawing)) for drawing in draws.values()} == {10}
    assert len({tuple(drawing) for drawing in draws.values()}) == 5
    assert all(drawing == sorted(drawing, key=ids(corpus).index) for drawing in draws.values())
    assert ids(drawn(corpus, 10, 3)) == draws[3]
    assert drawn(corpus, None, 3) is corpus
    with pytest.raises(ValueError, match="larger than population"):
        drawn(corpus, 41, 1)


def test_a_cut_rounds_down_and_loses_nothing():
    corpus = turncast.simulate(dialogues=9, seed=1).load()
    train, test = cut("nine", corpus, 0.8)
    assert ids(train) == ids(corpus)[:7]
    assert ids(test) == ids(corpus)[7:]


def test_a_case_without_a_test_part_holds_out_a_fifth():
    train, test = cut("fifty", turncast.simulate(dialogues=50, seed=1).load(), 0.8)
    case = without_test(ProtocolCase("fifty", "fifty", train, {"test": test}))
    ((part, dev),) = case.tests.items()
    assert part == "a fifth of the training part"
    assert len(ids(dev)) == 8
    assert sorted(ids(dev) + ids(case.train)) == sorted(ids(train))


def test_f1_without_listening_by_hand():
    tally = ActionTally()
    pairs = [("greet", "greet"), ("greet", "ask"), ("ask", "action_listen"), ("action_listen", "ask")]
    pairs += [("action_listen", "action_listen")] * 6
    tally.add_dialogue([((true,), (predicted,)) for true, predicted in pairs])
    actions = {
        name: {"support": score.support, "predicted": score.predicted, "right": score.right}
        for name, score in tally.actions.items()
    }
    # Three were true (greet, greet, ask), three predicted (greet, ask, ask), one of them is right.
    assert f1_without_listen(actions) == pytest.approx(2 * 1 / (3 + 3))
    assert tally.micro_f1 == pytest.approx(7 / 10)
    assert f1_without_listen({}) == 0
