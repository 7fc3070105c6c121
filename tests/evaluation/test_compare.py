"""Two policies on the same dialogues."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evaluation import ScriptedPolicy, choose, parse_corpus, text_of
from support.layouts import LAYOUTS
from turncast import ActionSpace, NetworkConfig, evaluate
from turncast.errors import ConfigError
from turncast.evaluation import compare
from turncast.evaluation.compare import EXAMPLES, sign_test

SPACE = ActionSpace("abc")
corpora = st.lists(
    st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("abq")), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
).map(
    lambda dialogues: parse_corpus(
        *(" ".join(f"{user}:{taken}" for user, taken in turns) for turns in dialogues)
    )
)


def always(action, **more):
    return ScriptedPolicy(lambda history: (action,), SPACE, **more)


@pytest.mark.quick
def test_who_wins_what():
    corpus = parse_corpus("x:a y:a z:b", "x:b", "x:a", "x:c", "x:a x:b")
    comparison = compare(always("a"), always("b"), corpus, names=("old", "new"))
    assert [(share.part, share.whole) for share in comparison.right] == [(4, 8), (3, 8)]
    assert (comparison.won_turns, comparison.won_dialogues, comparison.dialogues) == ((4, 3), (2, 1), 5)
    assert comparison.difference == 1 / 8
    assert comparison.p_value == sign_test(2, 1) == 1.0
    assert not comparison.beyond_chance
    assert {name: (score.support, score.right) for name, score in comparison.actions.items()} == {
        "a": (4, (4, 0)),
        "b": (3, (0, 3)),
        "c": (1, (0, 0)),
    }
    assert [(won.dialogue, won.turn) for won in comparison.examples[1]] == [("d0", 3), ("d1", 1), ("d4", 2)]
    assert {(won.true, won.predicted) for won in comparison.examples[0]} == {("a", "b")}
    record = comparison.to_json()
    assert (record["turn_accuracy"], record["won_turns"]) == ([4 / 8, 3 / 8], [4, 3])
    assert record["examples"][0][0].keys() == {"dialogue", "turn", "true", "predicted", "probability"}
    text = text_of(comparison)
    for part in ("old", "new", "50.0% (4 of 8)", "+12.5 points", "p = 1: may be chance"):
        assert part in text


def test_a_win_in_most_dialogues_is_more_than_chance():
    corpus = parse_corpus(*["x:a"] * 9, "x:b")
    comparison = compare(always("a"), always("b"), corpus)
    assert comparison.p_value == 22 / 1024
    assert comparison.beyond_chance
    assert comparison.difference_interval.low > 0
    assert "more than chance" in text_of(comparison)
    back = compare(always("b"), always("a"), corpus)
    assert (back.p_value, back.difference) == (comparison.p_value, -comparison.difference)


def test_many_turns_of_few_dialogues_prove_nothing():
    corpus = parse_corpus(" ".join(["x:a"] * 200), " ".join(["x:a"] * 200), "x:b")
    comparison = compare(always("a"), always("b"), corpus)
    assert comparison.won_turns == (400, 1)
    assert not comparison.beyond_chance


@given(corpora, st.integers(0, 5), st.integers(0, 5))
def test_a_comparison_is_that_of_two_evaluations(corpus, salt, other):
    a, b = (
        ScriptedPolicy(lambda history, salt=s: (choose("abc", history, salt),), SPACE) for s in (salt, other)
    )
    comparison = compare(a, b, corpus)
    assert comparison.right == (evaluate(a, corpus).turns, evaluate(b, corpus).turns)
    assert (
        comparison.won_turns[0] - comparison.won_turns[1]
        == comparison.right[0].part - comparison.right[1].part
    )
    if salt == other:
        assert (comparison.won_turns, comparison.won_dialogues, comparison.p_value) == ((0, 0), (0, 0), 1.0)
        assert comparison.examples == ((), ())
        assert (comparison.difference_interval.low, comparison.difference_interval.high) == (0, 0)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_the_binomial(wins, losses):
    throws, tail = wins + losses, min(wins, losses)
    below = sum(math.comb(throws, k) for k in range(tail + 1)) / 2**throws
    assert sign_test(wins, losses) == sign_test(losses, wins) == pytest.approx(min(1, 2 * below))


def test_examples_are_those_with_the_most_confident_loser():
    dialogues = " ".join(f"{number:03}:a" for number in range(100))
    sure = always("b", probability=lambda history: int(history[-1][0]) / 100)
    comparison = compare(always("a"), sure, parse_corpus(dialogues))
    assert [won.turn for won in comparison.examples[0]] == list(range(100, 100 - EXAMPLES, -1))


def test_layouts_with_different_questions_are_refused():
    outcome = always("a", config=LAYOUTS["many-to-one"])
    with pytest.raises(ConfigError) as error:
        compare(always("a"), outcome, parse_corpus("x:a"), names=("old", "new"))
    assert str(error.value) == (
        "old answers every turn, new answers the 'drink' of a dialogue; compare models of one kind"
    )
    forgetful = always("a", config=NetworkConfig(layout="one-to-one"))
    assert compare(always("a"), forgetful, parse_corpus("x:a")).won_turns == (0, 0)
