"""Wrong turns, written back as dialogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.evaluation import ScriptedPolicy, choose, parse_corpus
from support.layouts import LAYOUTS, drinks_corpus
from turncast import ActionSpace, Corpus, Dialogue, Turn, evaluate
from turncast.data import convert
from turncast.evaluation import Errors

SPACE = ActionSpace("abc")


def errors_of(policy, corpus) -> list[Dialogue]:
    errors = Errors()
    report = evaluate(policy, corpus, errors=errors)
    assert len(errors) == report.turns.whole - report.turns.part
    return list(errors.corpus("wrong"))


@pytest.mark.quick
def test_a_wrong_turn_ends_its_dialogue():
    turns = [Turn("x", ["a"], {"n": 1}, "Yes."), Turn("y", ["b"]), Turn("x", ["a"])]
    corpus = Corpus("c", [Dialogue("d", turns, {"mood": "good", "true": "old"}, "g")])
    (errors,) = errors_of(ScriptedPolicy(lambda history: ("a",), SPACE), corpus)
    assert (errors.id, errors.group, errors.turns) == ("d turn 2", "g", tuple(turns[:2]))
    assert dict(errors.metadata) == {
        "mood": "good",
        "confusion": "b -> a",
        "true": "b",
        "predicted": "a",
        "probability": 0.9,
        "dialogue": "d",
        "turn": 2,
        "alike": 1,
    }


def test_errors_are_ranked_by_confusion_then_confidence():
    sure = {"v": 0.5, "w": 0.8, "x": 0.99}
    policy = ScriptedPolicy(lambda history: ("a",), SPACE, probability=lambda history: sure[history[-1][0]])
    errors = errors_of(policy, parse_corpus("v:b", "x:c", "w:b x:a"))
    ranked = [(one.id, one.metadata["confusion"], one.metadata["alike"]) for one in errors]
    assert ranked == [("d2 turn 1", "b -> a", 2), ("d0 turn 1", "b -> a", 2), ("d1 turn 1", "c -> a", 1)]
    assert [one.group for one in errors] == ["d2", "d0", "d1"]  # errors of a dialogue are never split apart


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("abq")), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_judged_again_the_last_turn_of_each_is_wrong(dialogues, salt):
    corpus = parse_corpus(*(" ".join(f"{user}:{taken}" for user, taken in turns) for turns in dialogues))
    policy = ScriptedPolicy(lambda history: (choose("abc", history, salt),), SPACE)
    errors = errors_of(policy, corpus)
    assert len({one.id for one in errors}) == len(errors)
    for one in errors:
        last = policy.predict(one)[-1]
        assert set(last.actions) != set(one.turns[-1].actions)
        assert "".join(last.actions) == one.metadata["predicted"]


def test_they_can_be_read_again(policy, tmp_path):
    corpus = drinks_corpus()
    errors = errors_of(policy, corpus)
    assert errors, "a policy of two epochs makes errors"
    convert(Corpus("wrong", errors), tmp_path / "errors.jsonl")
    read = turncast.read(tmp_path / "errors.jsonl")
    assert list(read) == errors
    assert read.skipped == {}


def test_a_wrong_outcome_has_its_whole_dialogue():
    config = LAYOUTS["many-to-one"]
    corpus = drinks_corpus(dialogues=2)
    policy = ScriptedPolicy(lambda history: ("tea",), ActionSpace(["tea", "coffee"]), config)
    policy.predict = lambda dialogue: ScriptedPolicy.predict(policy, dialogue)[-1:]
    (errors,) = errors_of(policy, corpus)
    assert (errors.turns, errors.metadata["drink"]) == (corpus.dialogues[1].turns, "coffee")
    assert (errors.metadata["true"], errors.metadata["predicted"]) == ("coffee", "tea")
