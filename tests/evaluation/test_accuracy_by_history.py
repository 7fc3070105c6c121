"""Accuracy by whether the visible history was seen in training."""

import pytest

from support.corpora import QUICK, SMALL, tiny
from turncast import Corpus, Dialogue, NetworkConfig, Policy, Turn, evaluate, train
from turncast.baselines import Histories, example_histories, turn_histories


@pytest.fixture(scope="module")
def policy() -> Policy:
    return train(tiny(), tiny("dev", 2), network=SMALL, config=QUICK)


@pytest.mark.quick
def test_the_training_part_was_seen(policy):
    corpus = tiny()
    report = evaluate(policy, corpus)
    assert report.by_history.seen == report.turns
    assert report.by_history.unseen.whole == 0
    first = corpus.dialogues[0]
    other = Dialogue("other", [first[0], Turn("enormous", first[1].actions), *first.turns[2:]])
    report = evaluate(policy, Corpus("other", [other]))
    assert (report.by_history.seen.whole, report.by_history.unseen.whole) == (1, 2)
    assert report.by_history.seen.part + report.by_history.unseen.part == report.turns.part
    record = report.to_json()["by_history"]
    assert (record["seen"]["turns"], record["unseen"]["turns"]) == (1, 2)


def test_a_history_excludes_the_actions_of_its_turn():
    def last(*turns):
        return list(turn_histories(turns))[-1]

    base = last(Turn("a", ["x", "y"]), Turn("b", ["z"], {"n": 1}))
    assert base == last(Turn("a", ["y", "x"], response="Yes."), Turn("b", ["q"], {"n": 1}))
    assert list(turn_histories([Turn("a", ["x"], response="Yes."), Turn("b")], said=True))[-1] != last(
        Turn("a", ["x"], response="No."), Turn("b")
    )
    assert base != last(Turn("A", ["x", "y"]), Turn("b", ["z"], {"n": 1}))
    assert base != last(Turn("a", ["x"]), Turn("b", ["z"], {"n": 1}))
    assert base != last(Turn("a", ["x", "y"]), Turn("b", ["z"], {"n": 2}))
    assert base != last(Turn("b", ["z"], {"n": 1}))


def test_what_each_layout_can_see():
    dialogue = Dialogue("d", [Turn("a", ["x"]), Turn("b", ["y"]), Turn("c", ["z"])], {"outcome": "good"})
    other = Dialogue("o", [Turn("-", ["x"]), Turn("b", ["y"]), Turn("c", ["z"])], {"outcome": "bad"})

    def common(**layout):
        chosen = NetworkConfig(**layout).layout_row
        pair = [list(example_histories(chosen, chosen.example(one))) for one in (dialogue, other)]
        return [one == two for one, two in zip(*pair, strict=True)]

    assert common(layout="many-to-many-2") == [False] * 3
    assert common(layout="one-to-one") == [False, True, True]
    assert common(layout="one-to-many") == [False] * 4
    assert common(layout="many-to-one") == [False]
    course = NetworkConfig(layout="one-to-many").layout_row
    assert len(set(example_histories(course, course.example(dialogue)))) == 4  # the place is seen as well


def test_no_text_of_the_training_part_is_kept(policy, tmp_path):
    keys = {key for dialogue in tiny() for key in turn_histories(dialogue)}
    assert policy.histories.keys.tolist() == sorted(keys)
    file = policy.save(tmp_path / "model") / "histories.safetensors"
    assert file.stat().st_size < 8 * len(keys) + 200
    assert b"tea" not in file.read_bytes()


def test_the_dev_part_was_not_seen(multi_policy):
    report = evaluate(multi_policy, tiny(multi=True))  # a share of which became the dev part
    assert 0 < report.by_history.unseen.whole < report.turns.whole


def test_a_key_beside_the_known_ones_is_not_among_them():
    known = Histories.from_hashes([5, 3, 2**64 - 1, 5])
    assert [key in known for key in (2, 3, 4, 5, 2**64 - 1)] == [False, True, False, True, True]
    assert 0 not in Histories.from_hashes([])
